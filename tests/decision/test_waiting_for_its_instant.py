"""Between the instant that is set and the list that takes effect: what was approved is what is published, and no firm stops the others."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone, translation

from applications.decision import (
    actions,
    appealing,
    continuing,
    following,
    queries,
    resolving,
    rules,
    waiting,
)
from applications.decision.models import Proposal
from applications.decision.outcomes import ResultNotice
from applications.decision.tasks import end_reserves, publish_due
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import actions as review
from tests.asking import fresh, reasons
from tests.decision.contested import (
    LAST_DAY,
    PUBLISHED,
    REASONS,
    appealed,
    approve_and_publish,
    further,
    published_list,
    results,
)
from tests.remembering import step
from tests.together import refusals, together
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
NOON = PUBLISHED
LATER = LAST_DAY + timedelta(days=9)
WHY = "We merge with another firm"
WAITS = (
    "A list of this call is approved and published at 21 Dec 2026, 12:00. "
    "Please take its instant back first, on the page of the list; what you change then asks for a new approval."
)
PUBLIC = "The result of this call is public already."
DUE = "The result of this call is being published just now. Please try again in a few minutes."


@step
def scheduled(world, *scores):
    """(a list of these that is published at noon, its applications)."""
    made = [world.with_score(world.r1, score) for score in scores]
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    actions.publish(proposal, publish_at=NOON, by=world.officer)
    return proposal, made


def withdraw(world, application):
    intake.withdraw(fresh(application), reason=WHY, by=world.owner_of(application.firm))


def told_of_gone():
    return list(Letter.objects.filter(kind="list_without").order_by("pk").values_list("address", "body"))


STAFF = {
    "points": lambda world, a: review.adjust(
        a, item=a.call.items.get(), counts=False, grounds="It has ended", by=world.officer
    ),
    "an opinion": lambda world, a: actions.opine(a, text="Another", to_improve="", by=world.officer),
    "an open review": lambda world, a: review.reopen_review(a, reason="One sheet more", by=world.officer),
    "a meeting": lambda world, a: resolving.convene(
        a.call, held_at=AFTER, place="Seoul", secretary=world.officer, by=world.officer
    ),
}


@pytest.mark.parametrize("change", STAFF)
def test_what_staff_change_waits_until_the_instant_is_taken_back_and_asks_for_a_new_approval_then(
    world, change
):
    proposal, [a, _b] = scheduled(world, "91", "88")
    item = world.item(a, 2)
    before = audit.AuditEntry.objects.count()

    held = reasons(STAFF[change], world, fresh(a))
    with clock.at(NOON):
        due = reasons(STAFF[change], world, fresh(a))
    untouched = (audit.AuditEntry.objects.count(), queries.stale(fresh(proposal)))
    actions.hold_back(proposal, reason="A certificate has ended", by=world.officer2)
    STAFF[change](world, fresh(a))

    assert (held, due) == ([WAITS], [PUBLIC if change == "a meeting" else DUE])
    assert (item.call, untouched) == (world.r1, (before, []))
    assert fresh(proposal).publish_at is None
    assert len(queries.stale(fresh(proposal))) >= 1


def test_a_list_with_an_instant_is_not_replaced_behind_the_backs_of_who_approved_and_set_it(world):
    proposal, _made = scheduled(world, "91", "88")

    held = reasons(actions.propose, world.r1, note="As ranked", by=world.officer2, replaces=proposal.ordinal)
    actions.hold_back(proposal, reason="A certificate has ended", by=world.officer)
    actions.propose(world.r1, note="As ranked", by=world.officer2, replaces=proposal.ordinal)

    assert held == [WAITS]
    assert fresh(proposal).status == "replaced"


def test_only_who_publishes_takes_an_instant_back_with_a_reason_and_before_it_has_come(world):
    proposal, _made = scheduled(world, "91")
    for person in (world.director, world.finance, world.auditor):
        with pytest.raises(Denied):
            actions.hold_back(proposal, reason="Not yet", by=person)

    short = reasons(actions.hold_back, proposal, reason="No", by=world.officer)
    with clock.at(NOON):
        late = reasons(actions.hold_back, proposal, reason="Not today", by=world.officer)
    actions.hold_back(proposal, reason="Not today", by=world.officer)
    again = reasons(actions.hold_back, proposal, reason="Not today", by=world.officer)

    assert short == ["Please write the reason (at least 5 characters)."]
    assert late == ["The result of this call is public already."]
    assert again == ["No instant is set."]
    assert (fresh(proposal).status, fresh(proposal).publish_at) == ("approved", None)
    with clock.at(NOON + timedelta(hours=1)):
        publish_due()
    assert fresh(proposal).status == "approved"


@pytest.mark.parametrize("when", [AFTER, NOON + timedelta(seconds=10)])
def test_a_firm_that_withdraws_leaves_the_list_and_stops_nobody_elses_result(world, when):
    """Before the instant as after it, while the timetable has not come by."""
    proposal, made = scheduled(world, "91", "88", "85", "84", "50")

    with clock.at(when):
        withdraw(world, made[1])
    with clock.at(NOON + timedelta(seconds=20)):
        shown = [queries.published_place(fresh(one), now=clock.now()) for one in made]
        publish_due()

    assert [place and place.result for place in shown] == [
        "selected",
        None,
        "selected",
        "reserved",
        "declined",
    ]
    assert results(made) == ["selected", "withdrawn", "selected", "reserved", "declined"]
    assert fresh(proposal).status == "published"
    assert queries.published_place(fresh(made[1]), now=NOON + timedelta(days=1)) is None
    assert Letter.objects.filter(kind="result_published").count() == 4


def test_staff_are_told_who_left_and_the_place_goes_down_the_reserve_list(world):
    proposal, [a, b, c, d] = scheduled(world, "91", "88", "85", "84")
    withdraw(world, b)

    with clock.at(NOON):
        publish_due()
        to_do = waiting.to_go_on()
    [(address, body)] = told_of_gone()
    with clock.at(LATER):
        approve_and_publish(
            world, continuing.propose(world.r1, note="One left", by=world.officer, replaces=1)
        )

    assert address == world.officer.email
    assert b.number in body
    assert to_do == [proposal.pk]
    assert results([a, b, c, d]) == ["selected", "withdrawn", "selected", "selected"]


def test_the_page_of_the_list_names_who_left_while_it_waits(world):
    proposal, [_a, b] = scheduled(world, "91", "88")
    nobody = world.client(world.officer).get(proposal.get_absolute_url()).context["left"]

    withdraw(world, b)

    assert nobody == []
    page = world.client(world.officer).get(proposal.get_absolute_url())
    assert page.context["left"] == [b.number]
    assert page.context["counts"] == [1, 0, 0]
    assert page.context["stale"] == []


def test_after_the_instant_is_taken_back_a_withdrawal_asks_for_a_new_list(world):
    proposal, [_a, b] = scheduled(world, "91", "88")
    withdraw(world, b)

    actions.hold_back(proposal, reason="One firm has left", by=world.officer)

    assert (
        reasons(actions.publish, fresh(proposal), by=world.officer)[1]
        == f"No longer to be decided: {b.number}"
    )


@pytest.mark.parametrize(
    ("when", "ends"), [(AFTER, ("approved", "reviewed")), (NOON, ("published", "selected"))]
)
def test_a_conflict_declared_before_the_instant_stops_the_list_and_one_declared_after_it_leaves_it(
    world, when, ends
):
    """The score stands as it is public from the instant on, as it does after the list has taken effect."""
    application = world.reviewed(world.r1, world.a, score=80)
    proposal, _made = scheduled(world)
    sheet = application.assignments.first()

    with clock.at(when):
        review.declare(sheet, code="C2", by=sheet.reviewer)
    with clock.at(NOON):
        publish_due()

    assert (fresh(proposal).status, fresh(application).status) == ends


def test_nobody_is_readmitted_into_the_screening_while_a_list_waits_for_its_instant(world):
    out = world.submitted(world.r1)
    intake.propose_exclusion(out, code="E03", reason="Closed down", by=world.officer)
    intake.answer_exclusion(out, confirmed=True, by=world.director)
    scheduled(world, "91")

    assert reasons(intake.readmit, out, reason="It is open again", by=world.director2) == [WAITS]


def test_a_list_that_does_not_stand_at_its_instant_loses_it_and_who_set_it_is_told_why(world):
    application = world.reviewed(world.r1, world.a, score=80)
    proposal, _made = scheduled(world)
    first, second = application.assignments.all()[:2]
    review.declare(first, code="C2", by=first.reviewer)

    with clock.at(NOON + timedelta(seconds=20)):
        publish_due()
        publish_due()
    with clock.at(NOON + timedelta(days=1)):
        review.declare(second, code="C2", by=second.reviewer)
        to_do = list(waiting.waiting_for(world.officer))
        actions.opine(fresh(application), text="Another", to_improve="", by=world.officer)

    with translation.override("ko"):
        said = str(rules.CHANGED)
    [letter] = Letter.objects.filter(kind="list_stopped")
    assert (fresh(proposal).status, fresh(proposal).publish_at, fresh(application).sheets) == (
        "approved",
        None,
        1,
    )
    assert (letter.address, said in letter.body) == (world.officer.email, True)
    [trace] = audit.trail(proposal).filter(verb="stop")
    assert (trace.actor, trace.before["publish_at"], trace.after["publish_at"]) == (
        None,
        "2026-12-21T03:00:00Z",
        None,
    )
    assert to_do == [proposal]


def test_a_list_that_fails_for_a_reason_nobody_foresaw_keeps_no_other_from_its_instant(world):
    first, [a] = scheduled(world, "91")
    other = world.plain_call()
    world.with_score(other, "90")
    second = actions.propose(other, note="As ranked", by=world.officer)
    actions.approve(second, by=world.officer2)
    actions.publish(second, publish_at=NOON, by=world.officer)
    ResultNotice.objects.create(
        application=a, place=first.places.get(), delivered_at=AFTER, appeal_ends_at=LAST_DAY, facts={}
    )  # a second one breaks a constraint

    with clock.at(NOON):
        publish_due()

    assert (fresh(first).status, fresh(second).status) == ("approved", "published")


def test_a_list_that_was_stopped_is_a_thing_to_do(world):
    proposal, [a, _b] = scheduled(world, "91", "88")
    Application.objects.filter(pk=a.pk).update(final_score=1)

    with clock.at(NOON + timedelta(minutes=4)):
        at_first = list(waiting.waiting_for(world.officer))
    with clock.at(NOON + timedelta(minutes=6)):
        found = list(waiting.waiting_for(world.officer))

    assert (at_first, found) == ([], [proposal])


# A further list


@step
def further_scheduled(world):
    """(a further list that is published at LATER and by which d comes up, its applications)."""
    _first, made = published_list(world)
    with clock.at(LAST_DAY):
        continuing.give_up(made[0], reason=WHY, by=world.owner_of(made[0].firm))
    proposal = further(world, publish=False, at=LATER - timedelta(days=1))
    with clock.at(LATER - timedelta(days=1)):
        actions.approve(proposal, by=world.officer2)
        actions.publish(proposal, publish_at=LATER, by=world.officer)
    return proposal, made


@pytest.mark.parametrize("when", [LATER - timedelta(hours=1), LATER + timedelta(seconds=10)])
@pytest.mark.parametrize(
    ("who", "ends", "letters"),
    [
        (
            1,
            ["given_up", "given_up", "selected", "selected", "reserved"],
            ["reserve_promoted", "reserve_moved"],
        ),
        (3, ["given_up", "selected", "selected", "given_up", "reserved"], ["reserve_moved"]),
        (4, ["given_up", "selected", "selected", "selected", "given_up"], ["reserve_promoted"]),
    ],
)
def test_a_place_given_up_meanwhile_neither_stops_a_further_list_nor_is_lost(world, who, ends, letters, when):
    proposal, made = further_scheduled(world)
    moved = {
        place.application_id
        for place in proposal.places.filter(application__in=following.renumbered(proposal))
    }

    with clock.at(when):
        continuing.give_up(fresh(made[who]), reason=WHY, by=world.owner_of(made[who].firm))
    with clock.at(LATER + timedelta(seconds=20)):
        publish_due()

    assert fresh(proposal).status == "published"
    assert results(made[:5]) == ends
    expected = [kind for kind in letters if kind != "reserve_moved" or made[4].pk in moved]
    kinds = (
        Letter.objects.filter(kind__in=["reserve_promoted", "reserve_moved"])
        .order_by("kind")
        .values_list("kind", flat=True)
    )
    assert sorted(kinds) == sorted(expected)
    assert len(told_of_gone()) == 1


def test_the_place_of_a_reserve_that_left_while_its_list_waited_is_free_again(world):
    proposal, made = further_scheduled(world)
    with clock.at(LATER - timedelta(hours=1)):
        continuing.give_up(fresh(made[3]), reason=WHY, by=world.owner_of(made[3].firm))

    with clock.at(LATER):
        publish_due()
        found = waiting.to_go_on()
        approve_and_publish(
            world, continuing.propose(world.r1, note="One left", by=world.officer, replaces=proposal.ordinal)
        )

    assert found == [proposal.pk]
    assert results(made[3:5]) == ["given_up", "selected"]


def test_an_appeal_is_not_decided_so_that_it_changes_a_list_that_waits_for_its_instant(world):
    _first, made = published_list(world)
    appeal = appealed(world, made[5])
    with clock.at(LAST_DAY):
        continuing.give_up(made[0], reason=WHY, by=world.owner_of(made[0].firm))
    later = further(world, publish=False, at=LATER - timedelta(days=1))
    with clock.at(LATER - timedelta(days=1)):
        actions.approve(later, by=world.officer2)
        actions.publish(later, publish_at=LATER, by=world.officer)
        appealing.propose_decision(
            appeal, outcome="upheld", remedy="decide", reasons=REASONS, by=world.officer2
        )
        held = reasons(appealing.confirm, appeal, by=world.director)
    with clock.at(LATER):
        publish_due()
        appealing.confirm(appeal, by=world.director)

    assert held == [WAITS.replace("21 Dec 2026, 12:00", f"{timezone.localtime(LATER):%-d %b %Y, %H:%M}")]
    assert results([made[3], made[5]]) == ["selected", "reviewed"]


def test_the_reserve_list_does_not_end_under_a_further_list_whose_instant_has_come(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(reserve_days=30)
    _first, [a, _b, _c, d, e, _f] = published_list(world)
    end = clock.kst(2027, 1, 21)
    with clock.at(LAST_DAY):
        continuing.give_up(a, reason=WHY, by=world.owner_of(a.firm))
    later = further(world, publish=False)
    with clock.at(LATER):
        actions.approve(later, by=world.officer2)
        actions.publish(later, publish_at=end - timedelta(seconds=1), by=world.officer)

    with clock.at(end):
        end_reserves()
        publish_due()
        end_reserves()

    assert results([d, e]) == ["selected", "declined"]


# At the same moment


@pytest.mark.postgresql
def test_a_withdrawal_while_the_list_takes_effect_stops_nobody(committed, world):
    proposal, [a, b] = scheduled(world, "91", "88")
    owner = world.owner_of(a.firm)

    def at_noon(act):
        with clock.at(NOON):
            return act()

    outcomes = together(
        partial(at_noon, publish_due),
        partial(at_noon, lambda: intake.withdraw(fresh(a), reason=WHY, by=owner)),
    )

    assert fresh(proposal).status == "published"
    ends = (len(refusals(outcomes)), *results([a, b]), len(told_of_gone()))
    assert ends in {(1, "selected", "selected", 0), (0, "withdrawn", "selected", 1)}


@pytest.mark.postgresql
@pytest.mark.parametrize("change", ["points", "an opinion", "an open review"])
def test_an_instant_that_is_set_while_staff_change_something_stands_for_what_was_approved_or_not_at_all(
    committed, world, change
):
    a = world.with_score(world.r1, "91")
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    world.item(a, 2)
    people = world.officer, world.officer2

    def later(act):
        with clock.at(AFTER):
            return act()

    outcomes = together(
        partial(later, lambda: actions.publish(fresh(proposal), publish_at=NOON, by=people[0])),
        partial(later, lambda: STAFF[change](world, fresh(a))),
    )

    assert len(refusals(outcomes)) == 1
    is_set = fresh(proposal).publish_at is not None
    assert is_set == (queries.stale(fresh(proposal)) == [])


@pytest.mark.postgresql
def test_who_comes_up_and_gives_up_at_the_instant_of_a_further_list_stops_nobody(committed, world):
    proposal, made = further_scheduled(world)
    owner = world.owner_of(made[3].firm)

    def at_its_instant(act):
        with clock.at(LATER):
            return act()

    outcomes = together(
        partial(at_its_instant, publish_due),
        partial(at_its_instant, lambda: continuing.give_up(fresh(made[3]), reason=WHY, by=owner)),
    )

    assert refusals(outcomes) == []
    assert Proposal.objects.get(pk=proposal.pk).status == "published"
    assert results([made[3]]) == ["given_up"]
    assert made[3].call.proposals.waiting().count() == 0
