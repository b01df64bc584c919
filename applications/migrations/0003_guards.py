"""The guards of the append-only tables, and the indexes by which lists and papers are searched."""

from django.db import migrations

from applications.kernel.records import GuardAppendOnly
from applications.kernel.search import SearchIndex, TextIndex

TABLES = [
    "applications_accessentry",
    "applications_adjustment",
    "applications_allocation",
    "applications_appealattempt",
    "applications_attempt",
    "applications_auditentry",
    "applications_businessstatus",
    "applications_certificate",
    "applications_challengeanswer",
    "applications_check",
    "applications_consent",
    "applications_draw",
    "applications_explanation",
    "applications_fairnessreport",
    "applications_giveup",
    "applications_goingon",
    "applications_heldfile",
    "applications_ledgerentry",
    "applications_notice",
    "applications_opening",
    "applications_pledge",
    "applications_resolution",
    "applications_resultnotice",
    "applications_sheetevent",
    "applications_signature",
    "applications_submission",
    "applications_talkorder",
    "applications_undertaking",
    "applications_visitdecision",
    "applications_waiver",
]


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_tables")]
    operations = [
        GuardAppendOnly(*TABLES),
        SearchIndex("applications_firm"),
        SearchIndex("applications_application"),
        TextIndex(),
    ]
