"""The taxonomy and the two programmes."""

from django.db import migrations

from applications.kernel.terms import load


def programmes(apps, schema_editor):
    programme = apps.get_model("applications", "Programme")
    programme.objects.create(kind="sprout", prefix="SP", law="none")
    programme.objects.create(kind="rnd", prefix="RD", law="contribution")


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_guards")]
    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(programmes, migrations.RunPython.noop),
    ]
