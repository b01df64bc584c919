"""Files of long lists, and the indexes by which the lists of calls, questions, agreements, instalments and designations are sorted."""

import applications.kernel.clock
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0006_sheets'),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('of', models.CharField(max_length=20)),
                ('query', models.TextField(blank=True)),
                ('kind', models.CharField(max_length=4)),
                ('columns', models.CharField(max_length=5)),
                ('name', models.CharField(max_length=40, verbose_name='file name')),
                ('reason', models.CharField(max_length=350, verbose_name='reason')),
                ('asked_at', models.DateTimeField(default=applications.kernel.clock.now)),
                ('state', models.CharField(choices=[('writing', 'Being written'), ('done', 'Ready'), ('refused', 'Not written'), ('dropped', 'Removed')], default='writing', max_length=10)),
                ('total', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('ids', models.JSONField(default=list)),
                ('path', models.CharField(blank=True, max_length=100)),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('finished_at', models.DateTimeField(null=True)),
                ('taken_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='import',
            name='import_latest',
        ),
        migrations.AlterField(
            model_name='savedview',
            name='query',
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['status', '-drafted_at', '-id'], name='agreement_by_status'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['grant_krw', 'id'], name='agreement_by_grant'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['sign_by', 'id'], name='agreement_by_sign_by'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['starts_on', 'id'], name='agreement_by_begin'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['ends_on', 'id'], name='agreement_by_end'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['title', 'id'], name='call_by_title'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['year', 'id'], name='call_by_year'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['sheet', '-begun_at', '-id'], name='import_latest'),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(fields=['due_on', 'id'], name='inquiry_by_due'),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(fields=['status', 'due_on', 'id'], name='inquiry_by_status'),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(fields=['assigned_to', 'due_on', 'id'], name='inquiry_of_person'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['krw', 'id'], name='payment_by_amount'),
        ),
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(fields=['-designated_on', '-id'], name='seat_latest'),
        ),
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(fields=['year', 'id'], name='seat_by_year'),
        ),
        migrations.AddField(
            model_name='export',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(fields=['asked_by', '-asked_at', '-id'], name='export_own'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('state__in', ['writing', 'done'])), fields=['id'], name='export_waits'),
        ),
    ]
