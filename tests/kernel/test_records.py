"""Append-only rows: the database itself refuses, on both of them, and there is one way past it."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from applications.accounts import actions as accounts
from applications.accounts.models import Consent
from applications.kernel import audit, clock
from applications.kernel.audit import AuditEntry
from applications.kernel.records import AppendOnly, RetentionWindow

APPEND_ONLY = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
}
GUARDS = {"sqlite": ["{}_keep_delete", "{}_keep_update"], "postgresql": ["{}_keep", "{}_keep_all"]}
ALL_AT_ONCE = {  # what deletes rows without saying DELETE
    "sqlite": "REPLACE INTO applications_auditentry SELECT * FROM applications_auditentry",
    "postgresql": "TRUNCATE applications_auditentry CASCADE",
}


def rows(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_every_append_only_table_has_its_guards_and_no_other_table_has(db):
    expected = sorted(
        (model._meta.db_table, name.format(model._meta.db_table))
        for model in APPEND_ONLY
        for name in GUARDS[connection.vendor]
    )

    assert sorted(rows(TRIGGERS[connection.vendor])) == expected


def test_the_tables_that_are_never_rewritten():
    """Adding one to this list is a decision, taking one away too."""
    assert sorted(model.__name__ for model in APPEND_ONLY) == [
        "AccessEntry",
        "Adjustment",
        "Allocation",
        "AppealAttempt",
        "Attempt",
        "AuditEntry",
        "BusinessStatus",
        "Certificate",
        "ChallengeAnswer",
        "Check",
        "Consent",
        "Draw",
        "Explanation",
        "FairnessReport",
        "GiveUp",
        "GoingOn",
        "HeldFile",
        "LedgerEntry",
        "Notice",
        "Opening",
        "Pledge",
        "Resolution",
        "ResultNotice",
        "SheetEvent",
        "Signature",
        "Submission",
        "TalkOrder",
        "Undertaking",
        "VisitDecision",
        "Waiver",
    ]


def changed(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'x'", "UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_a_trace(world, statement):
    trace = audit.record("test", world.officer, by=world.officer, note="as it was")

    with pytest.raises(IntegrityError, match="append-only"):
        changed(statement.format("applications_auditentry"))

    assert AuditEntry.objects.get(pk=trace.pk).note == "as it was"


def test_the_database_refuses_what_deletes_without_saying_so(world):
    trace = audit.record("test", world.officer, by=world.officer, note="as it was")
    connection.check_constraints()  # PostgreSQL truncates nothing that has a key to check

    with pytest.raises(IntegrityError, match="append-only"):
        changed(ALL_AT_ONCE[connection.vendor])

    assert AuditEntry.objects.get(pk=trace.pk).note == "as it was"


def test_a_raw_query_of_the_house_is_refused_by_the_guard_of_each_table(world):
    accounts.consent(world.person(), news=True)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Consent.objects.all()._raw_delete(using="default")

    assert Consent.objects.count() == 3


def test_models_refuse_before_the_database_has_to(world):
    trace = audit.record("test", world.officer, by=world.officer)

    for attempt in (
        trace.save,
        trace.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(note="x"),
    ):
        with pytest.raises(TypeError, match="never"):
            attempt()


def test_a_retention_window_lets_delete_but_never_change(world):
    audit.record("test", world.officer, by=world.officer)
    RetentionWindow.objects.create(reason="two years are over", opened_at=clock.now())

    with pytest.raises(IntegrityError, match="append-only"):
        changed("UPDATE applications_auditentry SET note = 'x'")
    changed("DELETE FROM applications_auditentry")

    assert AuditEntry.objects.count() == 0


def test_a_window_that_is_closed_guards_again(world):
    window = RetentionWindow.objects.create(reason="two years are over", opened_at=clock.now())
    window.delete()
    audit.record("test", world.officer, by=world.officer)

    with pytest.raises(IntegrityError, match="append-only"):
        changed("DELETE FROM applications_auditentry")


def test_a_person_with_traces_cannot_be_deleted(world):
    person = world.officer
    audit.record("test", person, by=person)

    with pytest.raises(IntegrityError):
        person.delete()
