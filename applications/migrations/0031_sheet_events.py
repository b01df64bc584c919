import applications.kernel.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from applications.kernel.records import GuardAppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0030_site_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name='SheetEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ordinal', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('declared', 'Declared free of conflict'), ('saved', 'Saved'), ('handed_in', 'Handed in'), ('reopened', 'Given back'), ('excluded', 'Excluded'), ('stepped_back', 'Conflict declared'), ('too_late', 'Conflict declared after the result')], max_length=12)),
                ('values', models.JSONField(default=dict)),
                ('words', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('at', models.DateTimeField(default=applications.kernel.clock.now)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='applications.assignment')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('assignment', 'ordinal'), name='sheet_event_order'), models.CheckConstraint(condition=models.Q(('ordinal__gte', 1)), name='sheet_event_counted_from_one')],
            },
        ),
        GuardAppendOnly("applications_sheetevent"),
    ]
