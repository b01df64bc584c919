"""Flow.advance: who, when, whether, in this order; one change, one trace; a refusal changes nothing."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from applications.kernel import audit, clock
from applications.kernel.audit import AuditEntry
from applications.kernel.errors import Denied, Refused
from applications.kernel.flow import STAYS, Flow, Move
from applications.notifications.models import Letter
from tests.together import together

LETTERS = Flow(
    Move("send", ("waiting",), "sent", "outbox.view"),
    Move("touch", ("waiting", "sent"), STAYS, "outbox.view"),
)


@pytest.fixture
def letter(db):
    return Letter.objects.create(
        kind="test", event="1", address="a@b.example", subject="Subject", body="Body"
    )


def never(letter):
    raise AssertionError("Whether was asked before who and when.")


def test_a_move_changes_the_status_and_its_fields_and_leaves_one_trace(world, letter):
    at = clock.kst(2026, 12, 10, 12)

    with clock.at(at):
        LETTERS.advance(letter, "send", by=world.officer, note="By post", sent_at=at, tries=1)

    stored = Letter.objects.get()
    assert (stored.status, stored.sent_at, stored.tries) == ("sent", at, 1)
    assert (letter.status, letter.sent_at, letter.tries) == ("sent", at, 1)
    trace = AuditEntry.objects.get()
    assert (trace.verb, trace.thing_kind, trace.thing_id) == ("send", "letter", letter.pk)
    assert (trace.actor, trace.actor_role, trace.at) == (world.officer, "officer", at)
    assert trace.note == "By post"
    assert trace.before == {"status": "waiting", "sent_at": None, "tries": 0}
    assert trace.after == {"status": "sent", "sent_at": "2026-12-10T12:00:00+09:00", "tries": 1}


def test_a_move_that_stays_keeps_the_status_and_is_traced_all_the_same(world, letter):
    LETTERS.advance(letter, "touch", by=world.officer, tries=3)

    assert (Letter.objects.get().status, Letter.objects.get().tries) == ("waiting", 3)
    assert [(t.before, t.after) for t in audit.trail(letter)] == [
        ({"status": "waiting", "tries": 0}, {"status": "waiting", "tries": 3})
    ]


def test_the_trace_says_of_the_fields_of_a_move_what_changed_and_leaves_long_words_where_they_stand(
    world, letter
):
    LETTERS.advance(letter, "send", by=world.officer, subject="Another", body="Long words", tries=0)

    assert [(t.before, t.after) for t in audit.trail(letter)] == [
        ({"status": "waiting", "subject": "Subject"}, {"status": "sent", "subject": "Another"})
    ]


def unchanged(letter):
    """What is stored is what was read, and no trace says otherwise."""
    stored = Letter.objects.get()
    return (stored.status, stored.tries, audit.trail(letter).count()) == (letter.status, 0, 0)


def test_who_is_asked_first(world, letter):
    """A stranger hears nothing of the status, and nothing of the rules."""
    Letter.objects.update(status="failed")

    with pytest.raises(Denied):
        LETTERS.advance(letter, "send", by=world.person(), unless=never, tries=1)

    assert unchanged(letter)


def test_when_is_asked_before_whether(world, letter, english):
    Letter.objects.update(status="failed")

    with pytest.raises(Refused) as refusal:
        LETTERS.advance(letter, "send", by=world.officer, unless=never, tries=1)

    assert str(refusal.value) == "This is not possible while the status is “Failed”."
    assert refusal.value.about == letter
    assert unchanged(letter)


def test_whether_is_asked_of_the_stored_thing_and_every_reason_is_told(world, letter):
    letter.subject = "Something that was never saved"

    with pytest.raises(Refused) as refusal:
        LETTERS.advance(
            letter, "send", by=world.officer, tries=1, unless=lambda thing: [thing.subject, "Too late"]
        )

    assert [str(reason) for reason in refusal.value.reasons] == ["Subject", "Too late"]
    assert refusal.value.about == letter
    assert unchanged(letter)


def test_a_stale_thing_in_memory_is_read_again_before_anything_is_asked(world, letter):
    stale = Letter.objects.get()
    LETTERS.advance(letter, "send", by=world.officer)

    with pytest.raises(Refused):
        LETTERS.advance(stale, "send", by=world.officer)

    assert stale.status == "sent"
    assert AuditEntry.objects.count() == 1


def test_only_the_named_fields_are_written(world, letter):
    letter.body = "Typed, never saved"

    LETTERS.advance(letter, "send", by=world.officer, tries=1)

    assert (Letter.objects.get().body, letter.body) == ("Body", "Body")


def test_without_its_trace_there_is_no_change(world, letter):
    with pytest.raises(IntegrityError):
        LETTERS.advance(letter, "send", by=world.officer, note=None)

    assert Letter.objects.get().status == "waiting"


def test_an_unknown_move_is_a_mistake_of_ours_and_a_move_stands_once_in_its_table(world, letter):
    with pytest.raises(KeyError):
        LETTERS.advance(letter, "fly", by=world.officer)
    with pytest.raises(ValueError, match="twice"):
        Flow(Move("send", (), STAYS, "outbox.view"), Move("send", (), STAYS, "outbox.view"))


def test_buttons_are_drawn_from_the_moves_open_to_a_person(world, letter):
    assert LETTERS.open_to(letter, world.officer) == ["send", "touch"]
    assert LETTERS.open_to(letter, world.person()) == []
    letter.status = "sent"
    assert LETTERS.open_to(letter, world.officer) == ["touch"]


@pytest.mark.postgresql
def test_the_row_is_locked_before_anything_is_asked(world, letter):
    officer = world.officer

    with CaptureQueriesContext(connection) as queries:
        LETTERS.advance(letter, "send", by=officer)

    statements = [query["sql"] for query in queries if not query["sql"].startswith("SAVEPOINT")]
    assert statements[0].endswith("FOR NO KEY UPDATE")


@pytest.mark.postgresql
def test_two_at_once_are_one_move_and_one_refusal(committed, world):
    letter = Letter.objects.create(
        kind="test", event="1", address="a@b.example", subject="Subject", body="Body"
    )
    officer = world.officer

    def send():
        LETTERS.advance(Letter.objects.get(pk=letter.pk), "send", by=officer)

    outcomes = together(send, send)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refused"]
    assert [trace.verb for trace in audit.trail(letter)] == ["send"]


# Many at once


@pytest.fixture
def letters(db):
    return [
        Letter.objects.create(
            kind="test", event=str(number), address="a@b.example", subject="Subject", body="Body"
        )
        for number in range(3)
    ]


def notes(letters):
    return {letter.pk: f"Letter {letter.event}" for letter in letters}


def test_many_move_at_once_and_each_leaves_its_trace(world, letters):
    moved = LETTERS.advance_each(Letter.objects.all(), "send", by=world.officer, notes=notes(letters))

    assert [letter.status for letter in moved] == ["sent"] * 3
    assert set(Letter.objects.values_list("status", flat=True)) == {"sent"}
    assert [
        [(t.verb, t.actor, t.before, t.after, t.note) for t in audit.trail(letter)] for letter in letters
    ] == [
        [("send", world.officer, {"status": "waiting"}, {"status": "sent"}, f"Letter {number}")]
        for number in range(3)
    ]


def test_many_that_stay_keep_their_statuses(world, letters):
    Letter.objects.filter(pk=letters[0].pk).update(status="sent")

    LETTERS.advance_each(Letter.objects.all(), "touch", by=world.officer, notes=notes(letters))

    assert list(Letter.objects.order_by("pk").values_list("status", flat=True)) == [
        "sent",
        "waiting",
        "waiting",
    ]
    assert [audit.trail(letter).get().after["status"] for letter in letters] == ["sent", "waiting", "waiting"]


@pytest.mark.parametrize("why", [Denied, Refused])
def test_where_one_cannot_none_moves(world, letters, why):
    if why is Refused:
        Letter.objects.filter(pk=letters[2].pk).update(status="failed")
    before = list(Letter.objects.order_by("pk").values_list("status", flat=True))

    with pytest.raises(why):
        by = world.officer if why is Refused else world.person()
        LETTERS.advance_each(Letter.objects.all(), "send", by=by, notes=notes(letters))

    assert list(Letter.objects.order_by("pk").values_list("status", flat=True)) == before
    assert not AuditEntry.objects.exists()


def test_none_at_all_is_no_move(world, db):
    assert LETTERS.advance_each(Letter.objects.none(), "send", by=world.officer, notes={}) == []


def test_many_cost_the_queries_of_one(world, letters, django_assert_num_queries):
    world.officer.has_perm("outbox.view")
    with django_assert_num_queries(5):
        LETTERS.advance_each(
            Letter.objects.filter(pk=letters[0].pk), "send", by=world.officer, notes=notes(letters)
        )
    with django_assert_num_queries(5):
        LETTERS.advance_each(
            Letter.objects.filter(status="waiting"), "send", by=world.officer, notes=notes(letters)
        )
