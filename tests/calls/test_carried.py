"""Places that an earlier call left unfilled, taken over by a later one: once, in sight of everybody, and used by the list (docs/domain.md, places)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.calls import actions, announcing, queries
from applications.calls.models import Call
from applications.decision import actions as decision
from applications.kernel import audit, clock
from applications.kernel.errors import Refused
from tests.calls.test_views import desk
from tests.intake.test_views import browser, text
from tests.together import refusals, together
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english")
NOW = AFTER + timedelta(days=5)
GONE = "has no unfilled places any more, or another call takes them over."


@pytest.fixture
def earlier(world):
    """Three places, of which two were filled when its list was published."""
    call = world.call(title="The earlier one")
    with clock.at(AFTER):
        for score in (80, 90, 50):
            world.with_score(call, score)
        world.published(call)
    return call


@pytest.fixture
def call(world):
    return later(world)


def later(world, **fields):
    """A call in preparation with twenty places."""
    call = world.call(
        opens=NOW + timedelta(days=10), closes=NOW + timedelta(days=60), published=NOW, seats=20, **fields
    )
    Call.objects.filter(pk=call.pk).update(published_at=None)
    call.refresh_from_db()
    return call


def carry(call, earlier, by):
    call = Call.objects.get(pk=call.pk)
    fields = {"seats": 20, "reserves": 5, "carries_from": earlier}
    with clock.at(NOW):
        actions.edit(call, section="places", version=call.version, by=by, **fields)
    return Call.objects.get(pk=call.pk)


def test_what_a_published_list_left_unfilled_may_be_taken_over(world, earlier, call):
    open_one, unpublished, full = world.call(), world.call(), world.call(seats=1)
    with clock.at(AFTER):
        world.with_score(full, 80)
        world.with_score(unpublished, 80)
        world.published(full)

    found = [(one, one.unfilled) for one in queries.to_carry(call)]

    assert found == [(earlier, 1)]
    assert open_one not in dict(found)
    assert list(queries.to_carry(later(world, kind="rnd"))) == []


def test_the_list_of_calls_finds_them_by_all_places_that_it_shows(world, earlier, call):
    carry(call, earlier, world.officer)

    found = {
        words: [
            row.places for row in browser(world.officer).get(desk("desk"), {"q": words}).context["page"].rows
        ]
        for words in ("places:>20", "places:20", "places:3")
    }

    assert found == {"places:>20": [21], "places:20": [], "places:3": [3]}


def test_a_further_list_changes_nothing_of_what_is_taken_over(world, earlier, call):
    [first] = earlier.proposals.all()
    type(first).objects.filter(pk=first.pk).update(status="replaced")
    further = type(first).objects.create(
        call=earlier, ordinal=2, follows=first, status="published", note="One gave up", fingerprint="", publish_at=AFTER,
        published_at=AFTER, proposed_by=world.officer, approved_by=world.officer2,
    )  # fmt: skip
    assert further.places.count() == 0

    assert [one.unfilled for one in queries.to_carry(call)] == [1]


def test_taking_over_is_written_down_and_taken_back(world, earlier, call):
    taken = carry(call, earlier, world.officer)
    entry = audit.trail(call).filter(verb="edit").last()
    assert (taken.carried_seats, taken.places) == (1, 21)
    assert (entry.before["carries_from"], entry.after["carries_from"], entry.after["carried_seats"]) == (
        "", earlier.number, 1,
    )  # fmt: skip

    taken = carry(call, None, world.officer)

    assert (taken.carried_seats, taken.places) == (0, 20)


def test_each_place_is_taken_over_once_until_the_call_that_has_it_is_cancelled(world, earlier, call):
    other = later(world)
    carry(call, earlier, world.officer)

    assert list(queries.to_carry(other)) == []
    assert list(queries.to_carry(call)) == [earlier]
    with pytest.raises(Refused, match=GONE):
        carry(other, earlier, world.officer)
    with clock.at(NOW):
        actions.publish(Call.objects.get(pk=call.pk), by=world.officer)
        announcing.cancel(call, reason="No money this year", revision=0, by=world.officer)
    assert carry(other, earlier, world.officer).carried_seats == 1


def test_the_database_holds_that_no_two_calls_have_the_same_places(world, earlier, call):
    carry(call, earlier, world.officer)
    other = later(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=other.pk).update(carries_from=earlier, carried_seats=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=other.pk).update(carries_from=call)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=other.pk).update(carried_seats=1)


def test_the_builder_offers_it_and_the_notice_and_the_desk_say_where_the_places_come_from(
    world, earlier, call
):
    client = browser(world.officer)
    page = client.get(desk("edit", call.key, "places"))
    sent = {"version": str(call.version), "seats": "20", "reserves": "5", "carries_from": str(earlier.pk)}
    with clock.at(NOW):
        client = browser(world.officer)
        saved = client.post(desk("edit", call.key, "places"), sent)
        actions.publish(Call.objects.get(pk=call.pk), by=world.officer)
        notice = browser().get(call.get_absolute_url())
        listed = text(client.get("/calls/desk/"))

    assert f"{earlier.number} The earlier one: 1 unfilled" in text(page)
    assert saved.status_code == 302
    assert f"Places 20 + 1 carried over from {earlier.number}" in text(notice)
    assert earlier.get_absolute_url() in notice.content.decode()
    assert " 21 " in listed
    form = browser(world.officer).get(desk("edit", later(world).key, "places")).context["form"]
    assert "carries_from" not in form.fields  # nothing is left to be taken over


def test_a_place_that_was_filled_meanwhile_stops_the_publication(world, earlier, call):
    carry(call, earlier, world.officer)
    earlier.proposals.get().places.filter(result="reserved").update(result="selected")
    earlier.proposals.get().places.filter(result="declined").update(result="selected")

    with clock.at(NOW), pytest.raises(Refused, match=GONE):
        actions.publish(Call.objects.get(pk=call.pk), by=world.officer)


def test_the_list_is_cut_at_all_places(world, earlier):
    call = world.call(
        seats=1, published=AFTER, opens=AFTER + timedelta(days=1), closes=AFTER + timedelta(days=40)
    )
    Call.objects.filter(pk=call.pk).update(carries_from=earlier, carried_seats=1)
    call.refresh_from_db()
    at = AFTER + timedelta(days=2)
    with clock.at(at):
        for score in (90, 80, 75):
            world.with_score(call, score, at=at)

    lines = decision.draw(call)

    assert [line.result for line in lines] == ["selected", "selected", "reserved"]
    assert "2" in lines[1].reason


@pytest.mark.postgresql
def test_of_two_calls_that_take_the_same_places_over_at_once_one_does(committed, world, earlier, call):
    calls = [call, later(world)]

    outcomes = together(*[lambda one=one: carry(one, earlier, world.officer) for one in calls])

    assert refusals(outcomes) == [f"{earlier.number} {GONE}"]
    assert Call.objects.filter(carries_from=earlier).count() == 1
