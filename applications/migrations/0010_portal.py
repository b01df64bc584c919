"""Questions that ask for a file have a paper each; the texts of papers are searched."""

import django.db.models.deletion
from django.db import migrations, models

from applications.kernel.search import TextIndex, search_text


def fold(apps, schema_editor):
    """The texts that were read before can be searched too."""
    table = apps.get_model("applications", "FileText")
    for found in table.objects.iterator(chunk_size=100):
        table.objects.filter(pk=found.pk).update(search_text=search_text(found.text))


class Migration(migrations.Migration):

    dependencies = [
        ('applications', "0009_builder"),
    ]

    operations = [
        migrations.AddField(
            model_name='filetext',
            name='search_text',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='requiredpaper',
            name='most_mb',
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name='requiredpaper',
            name='question',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='paper', to='applications.question'),
        ),
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('text', 'One line'), ('long', 'Long text'), ('number', 'Whole number'), ('won', 'Amount in won'), ('date', 'Date'), ('yes_no', 'Yes or no'), ('choice', 'One of several'), ('choices', 'Any of several'), ('table', 'Table'), ('file', 'File')], max_length=10),
        ),
        migrations.AlterField(
            model_name='requiredpaper',
            name='name',
            field=models.CharField(max_length=200),
        ),
        migrations.AddConstraint(
            model_name='requiredpaper',
            constraint=models.CheckConstraint(condition=models.Q(('most_mb__range', (1, 30))), name='paper_size'),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
        TextIndex(),
    ]
