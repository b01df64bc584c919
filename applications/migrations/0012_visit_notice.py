"""How many days before a site visit a firm is told is a legal clock like the others; budget lines are sorted by year and by name."""

from django.db import migrations, models
from django.db.models import F, Q

from applications.kernel import clocks


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_screen")]
    operations = [
        migrations.RemoveConstraint(model_name="visit", name="visit_told_in_time"),
        migrations.AddField(
            model_name="visit",
            name="least_days",
            field=models.PositiveSmallIntegerField(default=3),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="visit",
            name="short_notice_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="reason for telling it late"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=Q(days_ahead__gte=F("least_days")) | ~Q(short_notice_reason=""),
                name="visit_told_in_time",
            ),
        ),
        migrations.AddIndex(
            model_name="budgetline", index=models.Index(fields=["year", "id"], name="line_by_year")
        ),
        migrations.AddIndex(
            model_name="budgetline", index=models.Index(fields=["name", "id"], name="line_by_name")
        ),
        migrations.RunPython(clocks.load, migrations.RunPython.noop),
    ]
