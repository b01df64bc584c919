"""Giving a place up, coming up from the reserve list, and the end of it."""

from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import transaction

from applications.agreement import actions as agreement
from applications.agreement.queries import offered
from applications.calls.models import Call
from applications.cohort import actions as cohort
from applications.decision import actions, continuing, filling, following, queries, waiting
from applications.decision.models import Proposal
from applications.decision.outcomes import GiveUp
from applications.decision.tasks import end_reserves, publish_due
from applications.intake.facts import GivenUp
from applications.intake.models import Application
from applications.intake.screened import given_up_by
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from tests.asking import reasons
from tests.decision.contested import (
    LAST_DAY,
    PUBLISHED,
    SCORES,
    appealed,
    approve_and_publish,
    decided,
    further,
    published_list,
    results,
)
from tests.together import refusals, together, wait_until_somebody_waits
from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
WHY = "Another programme has granted it"


def give_up(world, application, at=LAST_DAY, reason=WHY):
    with clock.at(at):
        continuing.give_up(application, reason=reason, by=world.owner_of(application.firm))


def addresses(kind):
    return list(Letter.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


def test_an_owner_gives_the_place_up_with_a_reason_that_is_kept(world):
    _list, [a, *_others] = published_list(world)
    editor = world.member(a.firm)
    for person in (editor, world.person(), world.officer, world.director):
        with pytest.raises(Denied):
            continuing.give_up(a, reason=WHY, by=person)
    assert reasons(give_up, world, a, reason="No") == ["Please write the reason (at least 5 characters)."]

    give_up(world, a)

    kept = GiveUp.objects.get()
    assert (kept.application, kept.was, kept.reason, kept.at) == (a, "selected", WHY, LAST_DAY)
    assert results([a]) == ["given_up"]
    assert [entry.verb for entry in audit.trail(a)][-1] == "give_up"
    assert sorted(addresses("place_given_up")) == sorted([editor.email, world.owner_of(a.firm).email])
    assert given_up_by(a.firm_id) == (GivenUp(LAST_DAY.date(), "given_up", WHY),)


def test_nobody_comes_up_past_a_reserve_whose_plan_is_reviewed_again(world):
    _list, [a, _b, _c, first, _second, _last] = published_list(world)
    decided(world, appealed(world, first), remedy="score", stage=world.r1.stages.get())
    give_up(world, a)

    assert results([first]) == ["in_review"]
    assert reasons(further, world) == [f"1 applications are not through yet: {first.number}"]


def test_nobody_comes_up_past_a_plan_that_an_appeal_lets_be_screened_again(world):
    _list, [a, *_others] = published_list(world)
    give_up(world, a)
    world.submitted(world.r1)

    [waiting] = reasons(further, world)

    assert waiting.startswith("1 applications are not through yet: ")
    assert not following.to_go_on(LAST_DAY).exists()


def test_what_was_not_selected_or_is_bound_already_is_not_given_up(world):
    _list, [a, *_others, declined] = published_list(world)
    with clock.at(LAST_DAY):
        cohort.seat(a, by=world.officer)

    assert reasons(give_up, world, a) == [
        "Your firm is designated already. To return the designation, write to the office."
    ]
    assert reasons(give_up, world, declined) == ["This is not possible while the status is “Not selected”."]


def test_a_reserve_that_gives_up_leaves_the_list_and_counts_as_no_give_up_of_a_selection(world):
    _list, [a, _b, _c, d, e, _f] = published_list(world)

    give_up(world, d)
    give_up(world, a)
    further(world)

    assert results([a, d, e]) == ["given_up", "given_up", "selected"]
    assert given_up_by(d.firm_id) == ()


def test_the_first_reserve_comes_up_after_two_people_have_agreed_and_is_told(world):
    first, [a, _b, _c, d, e, f] = published_list(world)
    give_up(world, a)
    assert list(following.to_go_on(LAST_DAY)) == [first]

    later = further(world, publish=False)
    with pytest.raises(Denied):
        actions.approve(later, by=world.officer)
    assert results([d]) == ["reserved"]
    with clock.at(LAST_DAY + timedelta(days=9)):
        approve_and_publish(world, later)

    assert results([a, d, e, f]) == ["given_up", "selected", "reserved", "declined"]
    assert addresses("reserve_promoted") == [world.owner_of(d.firm).email]
    assert addresses("reserve_moved") == []
    places = {place.application_id: place for place in later.places.all()}
    assert a.pk not in places
    assert places[d.pk].result == "selected"
    assert "1" in places[d.pk].reason  # the number that it came up from
    assert places[e.pk].reserve_rank == 2
    assert queries.notice_of(d).delivered_at == LAST_DAY + timedelta(days=9)
    assert not following.to_go_on(LAST_DAY).exists()


def test_a_place_that_was_selected_in_addition_and_given_up_is_nothing_to_do(world):
    """No more places are filled than the first list filled."""
    _first, [*_others, f] = published_list(world)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=89, final_score=89)
    anew = list(waiting.waiting_for(world.officer))
    later = further(world)
    give_up(world, f, at=LAST_DAY + timedelta(days=10))

    assert [proposal.ordinal for proposal in anew] == [1]
    assert later.places.filter(result="selected").count() == 4
    with clock.at(LAST_DAY + timedelta(days=10)):
        assert list(waiting.waiting_for(world.officer)) == []
        assert reasons(
            continuing.propose, world.r1, note="A place is free", by=world.officer, replaces=2
        ) == ["Nothing has changed that would change the list."]


def test_a_free_place_is_a_thing_to_do_only_where_a_reserve_fits_into_the_budget(world):
    Call.objects.filter(pk=world.r1.pk).update(budget_krw=100)
    world.r1.refresh_from_db()
    applications = [world.with_score(world.r1, score) for score in SCORES[:4]]
    for application, krw in zip(applications, (30, 30, 30, 60), strict=True):
        Application.objects.filter(pk=application.pk).update(requested_krw=krw)
    with clock.at(PUBLISHED):
        proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
        approve_and_publish(world, proposal)

    give_up(world, applications[0])
    with clock.at(LAST_DAY):
        none_fits = list(waiting.waiting_for(world.officer))
    give_up(world, applications[1])
    with clock.at(LAST_DAY):
        one_fits = list(waiting.waiting_for(world.officer))

    assert (none_fits, one_fits) == ([], [proposal])


def test_a_further_list_that_waits_is_replaced_where_another_place_becomes_free(world):
    _first, [a, b, _c, d, e, _f] = published_list(world)
    give_up(world, a)
    waiting = further(world, publish=False)
    give_up(world, b)

    anew = further(world)

    waiting.refresh_from_db()
    assert waiting.status == "replaced"
    assert (queries.published(world.r1), results([d, e])) == (anew, ["selected", "selected"])


def test_a_further_list_says_of_a_minimum_only_what_is_true_of_it(world, settings):
    settings.LANGUAGE_CODE = "en"
    field = world.a.field
    world.r1.quotas.create(ordinal=1, field=field, least=4)
    _first, [a, *_others] = published_list(world)
    give_up(world, a)
    with clock.at(LAST_DAY + timedelta(days=9)):
        later = further(world, publish=False)
        [few] = filling.of_proposal(later)["hindrances"]
        world.r1.quotas.update(least=5)
        [fewer] = filling.of_proposal(later)["hindrances"]

    assert (few.taken, few.why) == (
        3, "A further list takes no place from anybody: what is free goes down the reserve list, within places, maximums and budget.",
    )  # fmt: skip
    assert fewer.why == "Only 4 are selected or on the reserve list."


def test_who_came_up_has_thirty_days_from_its_own_notice_to_sign(world):
    applications = [world.with_score(world.rnd, score) for score in ("90", "85", "80", "75")]
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.rnd, note="As ranked", by=world.officer))
    assert results(applications) == ["selected", "selected", "selected", "reserved"]
    give_up(world, applications[0])
    further(world, world.rnd, at=LAST_DAY)

    early, late = (world.drafted(one) for one in applications[2:])

    assert (early.sign_by, late.sign_by) == (clock.kst(2027, 1, 20).date(), clock.kst(2027, 2, 1).date())


def test_after_a_place_is_given_up_its_agreement_is_not_signed_any_more(world):
    applications = [world.with_score(world.rnd, score) for score in ("90", "85")]
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.rnd, note="As ranked", by=world.officer))
    made = world.offered(applications[0])
    give_up(world, applications[0])

    assert reasons(agreement.sign, made, password=PASSWORD, by=world.director) == [
        "The firm has given its place up: nothing is signed any more."
    ]
    assert not offered().exists()


def test_the_reserve_list_ends_after_its_days_and_who_is_on_it_is_told_once(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    first, [a, _b, _c, d, e, f] = published_list(world)
    first.refresh_from_db()
    end = clock.kst(2027, 1, 21)  # the thirtieth day is 20 January
    assert first.reserve_ends_at == end

    with clock.at(end - timedelta(microseconds=1)):
        end_reserves()
    assert results([d, e]) == ["reserved", "reserved"]
    with clock.at(end):
        end_reserves()
        end_reserves()

    assert results([d, e, f]) == ["declined", "declined", "declined"]
    assert sorted(addresses("reserve_ended")) == sorted(world.owner_of(one.firm).email for one in (d, e))
    give_up(world, a, at=end)
    assert reasons(further, world, at=end) == ["Nothing has changed that would change the list."]


def test_a_reserve_does_not_come_up_after_the_end_even_before_the_timetable_has_run(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    _first, [a, *_others] = published_list(world)
    give_up(world, a)

    assert reasons(further, world, at=clock.kst(2027, 1, 21)) == [
        "Nothing has changed that would change the list."
    ]


def test_after_the_end_an_appeal_comes_to_no_reserve_list_any_more(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    _first, [_a, _b, _c, d, e, f] = published_list(world)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=80, final_score=80)

    later = further(world, at=clock.kst(2027, 1, 21))

    assert set(later.places.filter(application__in=[d, e, f]).values_list("result", flat=True)) == {
        "declined"
    }
    assert results([f]) == ["declined"]


ENDED = (
    "The reserve list ends with 20 Jan 2027, and this list has somebody come up from it or wait on it after that day. "
    "Please propose it again, or publish it before."
)


def test_a_list_that_reserves_come_up_by_is_not_published_after_their_end(world, settings):
    settings.LANGUAGE_CODE = "en"
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    first, [a, _b, _c, d, _e, _f] = published_list(world)
    end = clock.kst(2027, 1, 21)
    give_up(world, a)
    later = further(world, publish=False)
    with clock.at(end):
        page = world.client(world.officer2).get(later.get_absolute_url())
        assert reasons(actions.approve, later, by=world.officer2) == [ENDED]
    with clock.at(LAST_DAY + timedelta(days=9)):
        actions.approve(later, by=world.officer2)
        assert reasons(actions.publish, later, publish_at=end, by=world.officer) == [ENDED]
    with clock.at(end):
        assert reasons(actions.publish, later, by=world.officer) == [ENDED]

    assert ENDED in page.content.decode()
    assert (queries.published(world.r1), results([d])) == (first, ["reserved"])


def test_a_list_whose_instant_came_before_the_end_of_the_reserves_stands_however_late_the_timetable_runs(
    world,
):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    _first, [a, _b, _c, d, _e, _f] = published_list(world)
    end = clock.kst(2027, 1, 21)
    give_up(world, a)
    later = further(world, publish=False)
    with clock.at(LAST_DAY + timedelta(days=9)):
        actions.approve(later, by=world.officer2)
        actions.publish(later, publish_at=end - timedelta(seconds=1), by=world.officer)

    page, client = f"/decisions/results/{d.key}/", world.client(world.owner_of(d.firm))
    with clock.at(end):
        due = client.get(page), client.get(f"{page}pdf/")
        publish_due()
        told = client.get(page), client.get(f"{page}pdf/")

    assert results([d]) == ["selected"]
    # Between its instant and its notices there is no document: the notice that there is says what the list before decided.
    assert [answer.status_code for answer in due] == [200, 404]
    assert [answer.status_code for answer in told] == [200, 200]
    assert due[0].context["notice"] is None


def test_a_list_that_has_nothing_to_do_with_the_reserves_is_published_after_their_end(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    _first, [*_others, d, e, f] = published_list(world)
    end = clock.kst(2027, 1, 21)
    with clock.at(end):
        end_reserves()
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=89, final_score=89)

    further(world, at=end)

    assert results([d, e, f]) == ["declined", "declined", "selected"]


# At the same moment


def test_who_was_selected_on_an_earlier_list_only_leaves_no_place_of_this_one_free(world):
    first, [_a, _b, _c, reserve, left, _f] = published_list(world)
    earlier = Proposal.objects.create(
        call=first.call, ordinal=0, status="replaced", note="An earlier list", fingerprint="0" * 64,
        proposed_by=world.officer, published_at=first.published_at,
    )  # fmt: skip
    earlier.places.create(
        application=left, rank=1, result="selected", reason="First", final_score=90, base_score=90
    )
    type(left).objects.filter(pk=left.pk).update(status="withdrawn")

    assert (reserve.status, left.status) == ("reserved", "reserved")
    assert not following.to_go_on(LAST_DAY).exists()


@pytest.mark.parametrize("status", ["in_review", "reviewed"])
def test_g54_who_gives_up_too_early_reads_no_more_of_the_status_than_its_pages_say(world, status):
    application = world.with_score(world.r1, "90")
    Application.objects.filter(pk=application.pk).update(status=status)

    said = reasons(continuing.give_up, application, reason=WHY, by=world.owner_of(application.firm))

    assert said == ["This is not possible while the status is “Under review”."]


@pytest.mark.postgresql
def test_two_firms_that_give_up_at_once_free_two_places_and_two_reserves_come_up_in_order(committed, world):
    _first, [a, b, c, d, e, f] = published_list(world)

    outcomes = together(partial(give_up, world, a), partial(give_up, world, b))
    later = further(world)

    assert refusals(outcomes) == []
    assert results([a, b, c, d, e, f]) == [
        "given_up",
        "given_up",
        "selected",
        "selected",
        "selected",
        "declined",
    ]
    assert GiveUp.objects.count() == 2
    assert later.places.filter(result="selected").count() == 3


@pytest.mark.postgresql
def test_who_gives_up_while_the_list_takes_effect_stops_it_or_comes_after_it(committed, world):
    _first, [a, _b, _c, d, e, _f] = published_list(world)
    give_up(world, a)
    later = further(world, publish=False)
    actions.approve(later, by=world.officer2)
    officer = world.officer

    def publish():
        with clock.at(LAST_DAY + timedelta(days=9)):
            actions.publish(Proposal.objects.get(pk=later.pk), by=officer)

    outcomes = together(publish, partial(give_up, world, d, LAST_DAY + timedelta(days=9)))

    later.refresh_from_db()
    [gave_up] = Application.objects.filter(pk=d.pk)
    assert gave_up.status == "given_up"
    if refusals(outcomes):  # the firm was quicker: nobody is selected in its place yet
        assert (later.status, results([e])) == ("approved", ["reserved"])
    else:
        assert (later.status, GiveUp.objects.get(application=d).was) == ("published", "selected")


@pytest.mark.postgresql
def test_a_further_list_that_is_proposed_while_a_reserve_gives_up_goes_on_without_it(committed, world):
    _first, [a, _b, _c, d, e, _f] = published_list(world)
    give_up(world, a)
    officer, held = world.officer, Event()

    def leave():
        with transaction.atomic():
            give_up(world, d)
            held.set()
            wait_until_somebody_waits()

    def propose():
        assert held.wait(timeout=10)
        with clock.at(LAST_DAY):
            return continuing.propose(world.r1, note="A place is free", by=officer, replaces=1)

    outcomes = together(leave, propose)

    assert refusals(outcomes) == []
    places = Proposal.objects.get(status="proposed").places
    assert list(places.filter(application__in=[d, e]).values_list("application", "result")) == [
        (e.pk, "selected")
    ]


@pytest.mark.postgresql
def test_two_officers_who_propose_a_further_list_at_once_make_one(committed, world):
    _first, [a, *_others] = published_list(world)
    give_up(world, a)
    officers = world.officer, world.officer2

    def propose(officer):
        return continuing.propose(world.r1, note="A place is free", by=officer, replaces=1)

    outcomes = together(*(partial(propose, officer) for officer in officers))

    assert refusals(outcomes) == [
        "Another list of this call was proposed meanwhile. Please look at it first."
    ]
    assert Proposal.objects.filter(status="proposed").count() == 1
