"""The people: what the tables of other packages point to, so that those come before the many."""

import applications.accounts.models
import applications.kernel.clock
import django.db.models.functions.text
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='telephone')),
                ('role', models.CharField(choices=[('applicant', 'Applicant'), ('reviewer', 'Reviewer'), ('officer', 'Programme officer'), ('director', 'Director'), ('finance', 'Finance officer'), ('ministry', 'Ministry viewer'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], default='applicant', max_length=20, verbose_name='role')),
                ('language', models.CharField(choices=[('ko', '한국어'), ('en', 'English')], default='ko', max_length=2, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(default=applications.kernel.clock.now, editable=False)),
                ('session_seed', models.CharField(default=applications.accounts.models.new_session_seed, editable=False, max_length=16)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_one_address')],
            },
        ),
    ]
