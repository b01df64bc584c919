import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0032_sheet_events_begin'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='notes',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='SheetsDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stage', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='due', to='applications.stage')),
            ],
        ),
    ]
