"""Who was recused from a decision of the committee; how many of each kind a proposal asks for, and why it chose whom."""

from django.db import migrations, models

from applications.kernel.records import GuardAppendOnly

EACH = dict.fromkeys(("industry", "academia", "institute"), 1)


def one_of_each(apps, schema_editor):
    """Which kind is missing why was not written down before: the number of the application alone says nothing."""
    plans = apps.get_model("applications", "Plan").objects
    for plan in plans.filter(of_each_kind=True):
        plan.per_kind = EACH
        if "kinds" in plan.summary:
            plan.summary["kinds"] = []
        plan.save(update_fields=["per_kind", "summary"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_lists")]
    operations = [
        migrations.AddField("resolution", "recused", models.JSONField(default=list)),
        migrations.AddField("plan", "per_kind", models.JSONField(default=dict)),
        migrations.RunPython(one_of_each, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("plan", "of_each_kind"),
        migrations.AddField("plannedreview", "passed_over", models.JSONField(default=dict)),
        GuardAppendOnly("applications_resolution"),
    ]
