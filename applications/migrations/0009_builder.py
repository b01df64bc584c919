"""What a call says of its law, of the validity of its papers, of tracks and of the steps of its criteria."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def laws(apps, schema_editor):
    """Calls that were made before follow the law of their programme."""
    calls, programmes = (apps.get_model("applications", name).objects for name in ("Call", "Programme"))
    of_call = programmes.filter(pk=OuterRef("programme")).values("law")
    calls.filter(law="").update(law=Subquery(of_call))


class Migration(migrations.Migration):

    dependencies = [
        ('applications', "0008_pool"),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='law',
            field=models.CharField(blank=True, choices=[('contribution', 'Contribution under the R&D Innovation Act'), ('subsidy', 'Subsidy under the Subsidy Act'), ('none', 'Benefits other than money')], max_length=15, verbose_name='funding law'),
        ),
        migrations.AddField(
            model_name='criterion',
            name='anchors',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='criterion',
            name='by_steps',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='document',
            name='issued_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='tracks',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='requiredpaper',
            name='validity',
            field=models.CharField(blank=True, max_length=7),
        ),
        migrations.RunPython(laws, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), models.Q(('law', ''), _negated=True), _connector='OR'), name='call_published_with_its_law'),
        ),
    ]
