"""Bonus and penalty items of a call; what was written down by a label before becomes an item of its call."""

import django.db.models.deletion
from django.db import migrations, models

from applications.kernel.records import UNGUARDS, GuardAppendOnly


def give_items(apps, schema_editor):
    Item, Adjustment, Application = (
        apps.get_model("applications", name) for name in ("Item", "Adjustment", "Application")
    )
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement.format(table="applications_adjustment"), params=None)
    for row in Adjustment.objects.order_by("pk"):
        kind = "bonus" if row.points > 0 else "penalty"
        application = Application.objects.get(pk=row.application_id)
        of_call = Item.objects.filter(call_id=application.call_id)
        found = of_call.filter(kind=kind, name=row.label, points=abs(row.points)).first()
        item = found or Item.objects.create(
            call_id=application.call_id,
            ordinal=of_call.count() + 1,
            kind=kind,
            name=row.label,
            points=abs(row.points),
        )
        Adjustment.objects.filter(pk=row.pk).update(item=item, grounds=row.label)
        if kind == "bonus":
            application.claims[str(item.pk)] = row.label
            application.save(update_fields=["claims"])
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("applications", "0020_imports")]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ordinal", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(choices=[("bonus", "Bonus"), ("penalty", "Penalty")], max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("points", models.DecimalField(decimal_places=1, max_digits=3)),
                ("evidence", models.CharField(blank=True, max_length=300)),
                ("by_file", models.BooleanField(default=False)),
                ("call", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="applications.call")),
            ],
            options={
                "ordering": ["ordinal"],
                "constraints": [
                    models.UniqueConstraint(fields=("call", "ordinal"), name="item_order"),
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="item_has_points"),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "bonus"), ("by_file", False), _connector="OR"),
                        name="item_penalty_no_file",
                    ),
                ],
            },
        ),
        migrations.AddField("application", "claims", models.JSONField(default=dict)),
        migrations.RemoveConstraint("adjustment", "adjustment_once"),
        migrations.AddField(
            "adjustment",
            "item",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.item"),
        ),
        migrations.AddField("adjustment", "grounds", models.CharField(default="", max_length=500), preserve_default=False),
        migrations.RunPython(give_items, migrations.RunPython.noop),
        migrations.AlterField(
            "adjustment",
            "item",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.item"),
        ),
        migrations.RemoveField("adjustment", "label"),
        migrations.AddConstraint(
            "adjustment",
            models.CheckConstraint(condition=models.Q(("grounds", ""), _negated=True), name="adjustment_has_grounds"),
        ),
        GuardAppendOnly("applications_adjustment"),
        migrations.AlterField(
            "requiredpaper",
            "needed_from",
            models.CharField(
                blank=True,
                choices=[
                    ("corporation", "corporations"),
                    ("root", "existing root firms"),
                    ("manufacturer", "manufacturers"),
                    ("bonus", "firms that claim a bonus by a file"),
                ],
                max_length=15,
            ),
        ),
    ]
