"""Quotas with a least and a most, of fields and of regions; an application keeps the region it was handed in from."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Quota, Application, Firm = (apps.get_model("applications", name) for name in ("Quota", "Application", "Firm"))
    places = {}
    for quota in Quota.objects.order_by("call", "field__code"):
        places[quota.call_id] = places.get(quota.call_id, 0) + 1
        Quota.objects.filter(pk=quota.pk).update(ordinal=places[quota.call_id])
    seat = Firm.objects.filter(pk=OuterRef("firm")).values("region")
    Application.objects.exclude(submitted_at=None).update(region=Subquery(seat))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("applications", "0022_reviewer_conflicts")]

    operations = [
        migrations.RenameField("quota", "places", "most"),
        migrations.AlterField("quota", "most", models.PositiveSmallIntegerField(null=True)),
        migrations.AlterField(
            "quota",
            "field",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.industryfield"
            ),
        ),
        migrations.AddField(
            "quota",
            "region",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.region"
            ),
        ),
        migrations.AddField("quota", "least", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("quota", "ordinal", models.PositiveSmallIntegerField(default=0), preserve_default=False),
        migrations.AlterModelOptions("quota", {"ordering": ["ordinal"]}),
        migrations.AddField(
            "application",
            "region",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.region",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "quota", models.UniqueConstraint(fields=("call", "ordinal"), name="quota_order")
        ),
        migrations.AddConstraint(
            "quota", models.UniqueConstraint(fields=("call", "region"), name="quota_once_of_region")
        ),
        migrations.AddConstraint(
            "quota",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("field", None), ("region__isnull", False)),
                    models.Q(("field__isnull", False), ("region", None)),
                    _connector="OR",
                ),
                name="quota_of_field_or_region",
            ),
        ),
        migrations.AddConstraint(
            "quota",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("least__gt", 0), ("most", None)),
                    ("most__gte", models.F("least")),
                    _connector="OR",
                ),
                name="quota_least_and_most",
            ),
        ),
    ]
