"""What breaks a tie is ruled by each call; those that there are keep their order."""

from django.db import migrations, models


def column():
    return models.DecimalField(decimal_places=8, default=0, editable=False, max_digits=20)


def keep(apps, schema_editor):
    apps.get_model("applications", "Call").objects.update(tie_keys=["group-1", "group-2", "group-3", "outside"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0024_from_paper")]

    operations = [
        migrations.AddField("call", "tie_keys", models.JSONField(blank=True, default=list)),
        migrations.RemoveIndex("application", "application_rank"),
        *(migrations.AlterField("application", f"tie_{place}", column()) for place in (1, 2, 3, 4)),
        migrations.AddField("application", "tie_5", column()),
        migrations.AddIndex(
            "application",
            models.Index(
                fields=["call", "-final_score", "-tie_1", "-tie_2", "-tie_3", "-tie_4", "-tie_5", "id"],
                name="application_rank",
            ),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
