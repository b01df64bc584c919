from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sending", "Being sent"),
                    ("handed", "At the mail server"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("uncertain", "Uncertain"),
                    ("replaced", "Replaced by a later letter"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
