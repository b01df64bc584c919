"""A supplement may name answers beside papers; the term in which an agreement is signed is a legal clock like the others."""

from django.db import migrations, models

from applications.kernel import clocks


class Migration(migrations.Migration):
    dependencies = [("applications", "0010_portal")]
    operations = [
        migrations.AddField(
            model_name="supplement",
            name="questions",
            field=models.ManyToManyField(to="applications.question"),
        ),
        migrations.RunPython(clocks.load, migrations.RunPython.noop),
    ]
