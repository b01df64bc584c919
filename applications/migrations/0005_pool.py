"""Who was recused from a decision of the committee; how many of each kind a proposal asks for, and why it chose whom."""

from django.db import migrations, models

from applications.kernel.records import GuardAppendOnly

EACH = dict.fromkeys(("industry", "academia", "institute"), 1)


def one_of_each(apps, schema_editor):
    apps.get_model("applications", "Plan").objects.filter(of_each_kind=True).update(per_kind=EACH)


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_terms")]
    operations = [
        migrations.AddField("resolution", "recused", models.JSONField(default=list)),
        migrations.AddField("plan", "per_kind", models.JSONField(default=dict)),
        migrations.RunPython(one_of_each, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("plan", "of_each_kind"),
        migrations.AddField("plannedreview", "passed_over", models.JSONField(default=dict)),
        GuardAppendOnly("applications_resolution"),
    ]
