"""Pledges by the version of their text, whether reviewers take papers away, how long sheets take."""

import django.db.models.deletion
from django.db import migrations, models

from applications.kernel.records import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_result")]
    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(null=True)),
                ("measured_at", models.DateTimeField()),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pace",
                        to="applications.stage",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="call",
            name="reviewers_download",
            field=models.BooleanField(
                default=True, verbose_name="reviewers may take the papers away as files"
            ),
        ),
        migrations.RemoveConstraint(model_name="pledge", name="pledge_once"),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.UniqueConstraint(fields=("user", "call", "version"), name="pledge_once"),
        ),
        GuardAppendOnly("applications_pledge"),
    ]
