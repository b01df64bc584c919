"""Taking a seat and leaving it: what changes, its trace, its letters."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from applications.cohort import actions
from applications.cohort.models import Seat
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.copies import another, another_application, another_firm
from tests.together import refusals, together

DAY = clock.kst(2027, 3, 2, 10)


@pytest.fixture
def application(world):
    return world.selected_sprout()


def seat(application, by):
    with clock.at(DAY):
        return actions.seat(application, by=by)


def end(taken, kind="graduated", reason="Grown up", *, by):
    with clock.at(DAY):
        actions.end(taken, kind=kind, reason=reason, by=by)


def fill(taken, places):
    """Seats held by other firms, written straight into the table."""
    for place in places:
        firm = another_firm(taken.firm)
        application = another_application(taken.application, firm=firm)
        another(taken, place=place, number=f"copy {place}", firm_id=firm.pk, application_id=application.pk)


def test_a_selected_firm_takes_the_first_seat_with_a_number_a_trace_and_a_letter(world, application):
    owner = world.owner_of(application.firm)

    taken = seat(application, world.officer)

    taken.refresh_from_db()
    assert (taken.number, taken.place, taken.designated_on) == ("제2027-새싹-001호", 1, date(2027, 3, 2))
    assert (taken.firm, taken.field, taken.region, taken.year) == (
        application.firm, application.field, application.firm.region, 2027,
    )  # fmt: skip
    assert (taken.designated_by, taken.ended_on, taken.end) == (world.officer, None, "")
    trail = [(entry.verb, entry.actor, entry.after) for entry in audit.trail(taken)]
    assert trail == [("seat", world.officer, {"number": "제2027-새싹-001호", "place": 1})]
    assert list(Letter.objects.filter(kind="seat_taken").values_list("address", flat=True)) == [owner.email]


def test_seats_are_given_in_order_and_a_freed_one_is_given_again(world):
    taken = [seat(world.selected_sprout(), world.officer) for _firm in range(3)]
    end(taken[1], by=world.director)

    again = seat(world.selected_sprout(), world.officer)

    assert [one.place for one in taken] == [1, 2, 3]
    assert (again.place, again.number) == (2, "제2027-새싹-004호")


def test_the_hundredth_seat_is_given_and_the_hundred_and_first_is_not(world, application):
    first = seat(application, world.officer)
    fill(first, range(2, 100))

    last = seat(world.selected_sprout(), world.officer)
    one_more = world.selected_sprout()
    with translation.override("en"), pytest.raises(Refused, match=r"^All hundred seats are held.$"):
        seat(one_more, world.officer)

    assert last.place == 100
    assert Seat.objects.held().count() == 100


def test_a_firm_holds_one_seat(world, application):
    seat(application, world.officer)
    second = world.selected_sprout(world.call(), firm=application.firm)

    for thing in (application, second):
        with pytest.raises(Refused):
            seat(thing, world.officer)

    assert Seat.objects.count() == 1
    assert Letter.objects.filter(kind="seat_taken").count() == 1


def test_a_firm_that_left_may_come_again_with_another_selection(world, application):
    end(seat(application, world.officer), by=world.director)

    again = seat(world.selected_sprout(world.call(), firm=application.firm), world.officer)

    assert (again.place, Seat.objects.held().count(), Seat.objects.count()) == (1, 1, 2)


def test_only_selected_sprouts_are_seated(world):
    for thing in (world.submitted(world.sprout), world.selected_rnd()):
        with pytest.raises(Refused):
            seat(thing, world.officer)

    assert Seat.objects.count() == 0


@pytest.mark.parametrize("kind", ["graduated", "returned", "revoked"])
def test_an_end_keeps_day_kind_and_reason_and_frees_the_seat(world, application, kind):
    taken = seat(application, world.officer)

    with clock.at(clock.kst(2027, 9, 1)):
        actions.end(taken, kind=kind, reason="As it was decided", by=world.director)

    taken.refresh_from_db()
    assert (taken.ended_on, taken.end, taken.end_reason) == (date(2027, 9, 1), kind, "As it was decided")
    last = audit.trail(taken).last()
    assert (last.verb, last.actor, last.after, last.note) == (
        "end_seat", world.director, {"end": kind}, "As it was decided",
    )  # fmt: skip
    assert Seat.objects.held().count() == 0


def test_an_end_is_given_once_and_with_a_reason(world, application):
    taken = seat(application, world.officer)
    with pytest.raises(Refused) as refusal:
        end(taken, kind="revoked", reason=" no ", by=world.director)
    assert [reason.field for reason in refusal.value.reasons] == ["reason"]
    end(taken, kind="revoked", reason="False papers", by=world.director)

    with pytest.raises(Refused):
        end(taken, kind="graduated", reason="Second thoughts", by=world.director2)

    taken.refresh_from_db()
    assert (taken.end, audit.trail(taken).count()) == ("revoked", 2)


def test_officers_seat_and_directors_end(world, application):
    taken = seat(world.selected_sprout(), world.officer)
    firm = world.owner_of(application.firm)
    others = [world.finance, world.ministry, world.auditor, world.administrator, world.reviewer(), firm]

    for person in (*others, world.director):
        with pytest.raises(Denied):
            seat(application, person)
    for person in (*others, world.officer):
        with pytest.raises(Denied):
            actions.end(taken, kind="graduated", reason="Grown up", by=person)

    assert Seat.objects.held().count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"place": 0},
        {"place": 101},
        {"place": 2},
        {"ended_on": date(2027, 9, 1)},
        {"end": "graduated"},
        {"ended_on": date(2027, 3, 1), "end": "graduated"},
    ],
)
def test_the_database_itself_holds_the_hundred(world, application, broken):
    taken = seat(application, world.officer)
    fill(taken, [2])

    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=taken.pk).update(**broken)


def test_the_database_holds_one_seat_a_firm(world, application):
    taken = seat(application, world.officer)
    second = world.selected_sprout()

    with pytest.raises(IntegrityError), transaction.atomic():
        another(taken, place=2, number="copy", application_id=second.pk)


@pytest.mark.postgresql
def test_five_at_once_take_five_seats(committed, world):
    waiting = [world.selected_sprout() for _firm in range(5)]
    by = world.officer

    outcomes = together(*[lambda thing=thing: actions.seat(thing, by=by) for thing in waiting])

    assert refusals(outcomes) == []
    assert sorted(Seat.objects.values_list("place", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.postgresql
def test_one_firm_pressed_four_times_at_once_takes_one_seat(committed, world):
    application, by = world.selected_sprout(), world.officer

    outcomes = together(*[lambda: actions.seat(application, by=by) for _press in range(4)])

    assert len(refusals(outcomes)) == 3
    assert (Seat.objects.count(), Letter.objects.filter(kind="seat_taken").count()) == (1, 1)


@pytest.mark.postgresql
def test_the_last_seat_pressed_for_two_firms_at_once_goes_to_one(committed, world):
    first = seat(world.selected_sprout(), world.officer)
    fill(first, range(2, 100))
    waiting, by = [world.selected_sprout(), world.selected_sprout()], world.officer

    outcomes = together(*[lambda thing=thing: actions.seat(thing, by=by) for thing in waiting])

    assert refusals(outcomes) == ["All hundred seats are held."]
    assert Seat.objects.held().count() == 100
