"""The guards of the append-only tables."""

from django.db import migrations

from applications.kernel.records import GuardAppendOnly

TABLES = [
    "applications_accessentry",
    "applications_adjustment",
    "applications_allocation",
    "applications_attempt",
    "applications_auditentry",
    "applications_consent",
    "applications_ledgerentry",
    "applications_pledge",
    "applications_signature",
    "applications_submission",
]


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [GuardAppendOnly(*TABLES)]
