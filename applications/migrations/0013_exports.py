"""A long file that cannot be written is given up after some tries; the index of those that wait knows it too."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_visit_notice")]
    operations = [
        migrations.AddField(model_name="export", name="tries", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField(
            model_name="export",
            name="state",
            field=models.CharField(
                choices=[
                    ("writing", "Being written"),
                    ("done", "Ready"),
                    ("refused", "Not written"),
                    ("failed", "Failed"),
                    ("dropped", "Removed"),
                ],
                default="writing",
                max_length=10,
            ),
        ),
        migrations.RemoveIndex(model_name="export", name="export_waits"),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                fields=["id"], name="export_waits", condition=Q(state__in=["writing", "done", "failed"])
            ),
        ),
    ]
