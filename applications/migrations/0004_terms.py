"""The taxonomy, the two programmes, the kinds of papers, the clocks of the law."""

from django.db import migrations

from applications.kernel import clocks, terms


def programmes(apps, schema_editor):
    programme = apps.get_model("applications", "Programme")
    programme.objects.create(kind="sprout", prefix="SP", law="none")
    programme.objects.create(kind="rnd", prefix="RD", law="contribution")


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_guards")]
    operations = [
        migrations.RunPython(load, migrations.RunPython.noop)
        for load in (terms.load, programmes, terms.load_paper_kinds, clocks.load)
    ]
