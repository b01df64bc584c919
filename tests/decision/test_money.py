"""A list and the budget line of its call: what is left of the line bounds it, by name."""

from datetime import timedelta

import pytest

from applications.agreement import actions as agreement
from applications.agreement import ledger
from applications.decision import actions, bounding, continuing
from applications.decision.models import Place, Proposal
from applications.kernel import clock
from tests.asking import reasons, text
from tests.decision.contested import LAST_DAY, PUBLISHED, approve_and_publish, further
from tests.standing import standing
from tests.together import refusals, together
from tests.world import PASSWORD, TERMS, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
SCORES = ("90", "85", "80", "75")  # each asks for 480,000,000 won; the call may grant 1,500,000,000


def scored(world):
    world.plans = [world.with_score(world.rnd, score) for score in SCORES]


world = standing(scored)


def took(world, left):
    """Other calls have taken all but so much of the line."""
    krw = world.line.cap_krw - left
    ledger.allocate(world.line, key=f"other:{left}", krw=krw, purpose="Other calls", by=world.officer)


def drawn(world):
    return [(line.result, line.reason) for line in actions.draw(world.rnd)]


def test_what_earlier_calls_have_left_of_the_line_bounds_the_list_and_is_named(world):
    took(world, 1_000_000_000)

    assert bounding.money(world.rnd) == (1_000_000_000, "2027 R&D")
    results = drawn(world)
    assert [result for result, _reason in results] == ["selected", "selected", "reserved", "reserved"]
    assert results[2][1] == (
        "More than what is left of the budget line 2027 R&D: 480,000,000 of 40,000,000 won"
    )
    page = text(browser(world.officer).get(f"/decisions/calls/{world.rnd.key}/propose/"))
    assert "960,000,000 / 1,000,000,000 left of the budget line 2027 R&amp;D" in page


def test_a_line_with_more_left_than_the_call_may_grant_bounds_nothing(world):
    took(world, 1_500_000_000)

    assert bounding.money(world.rnd) == (1_500_000_000, "")
    assert [result for result, _reason in drawn(world)] == ["selected", "selected", "selected", "reserved"]


def test_a_list_that_the_line_holds_no_more_is_neither_approved_nor_published(world):
    proposal = actions.propose(world.rnd, note="As ranked", by=world.officer)
    took(world, 1_439_999_999)

    said = [
        "The list grants 1,440,000,000 won, and only 1,439,999,999 won are left of the budget line 2027 R&D. Please propose it again."
    ]
    assert reasons(actions.approve, proposal, by=world.officer2) == said
    actions.propose(world.rnd, note="As ranked", replaces=1, by=world.officer)
    assert Place.objects.filter(proposal__ordinal=2, result="selected").count() == 2


def test_what_another_call_has_promised_on_the_line_is_not_left_until_it_is_given_up(world):
    took(world, 1_500_000_000)
    other = world.call(kind="rnd", budget_line=world.line)
    promised = world.with_score(other, "90")
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(other, note="As ranked", by=world.officer))
        bound = bounding.money(world.rnd)
        results = [result for result, _reason in drawn(world)]
        promised.refresh_from_db()
        continuing.give_up(promised, reason="Another programme", by=world.owner_of(promised.firm))

    assert bound == (1_020_000_000, "2027 R&D")
    assert results == ["selected", "selected", "reserved", "reserved"]
    assert bounding.money(world.rnd) == (1_500_000_000, "")


@pytest.mark.postgresql
def test_two_calls_that_publish_at_once_promise_no_more_than_the_line_holds(committed, world):
    took(world, 1_500_000_000)
    other = world.call(kind="rnd", budget_line=world.line, budget_krw=1_500_000_000)
    for score in SCORES:
        world.with_score(other, score)
    lists = []
    for call in (world.rnd, other):
        lists.append(actions.propose(call, note="As ranked", by=world.officer))
        actions.approve(lists[-1], by=world.officer2)
    officer = world.officer

    def publish(proposal):
        def act():
            with clock.at(PUBLISHED):
                return actions.publish(Proposal.objects.get(pk=proposal.pk), by=officer)

        return act

    outcomes = together(*map(publish, lists))

    assert len(refusals(outcomes)) == 1
    promised = Place.objects.filter(proposal__status="published", result="selected")
    assert sum(promised.values_list("grant_krw", flat=True)) == 1_440_000_000


def test_what_the_agreements_of_the_call_itself_have_taken_is_its_own(world):
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.rnd, note="As ranked", by=world.officer))
    first, second, _third, reserve = world.plans
    for application in (first, second):
        application.refresh_from_db()
    with clock.at(PUBLISHED + timedelta(days=1)):
        made = world.offered(first)
        agreement.sign(made, password=PASSWORD, by=world.owner_of(first.firm))
        agreement.sign(made, password=PASSWORD, by=world.director)
        took(world, 960_000_000 + 480_000_000)
        assert bounding.money(world.rnd) == (1_440_000_000, "2027 R&D")
    with clock.at(LAST_DAY):
        continuing.give_up(second, reason="We cannot do it any more", by=world.owner_of(second.firm))

    later = further(world, world.rnd)

    assert TERMS["grant_krw"] == 480_000_000
    assert later.places.get(application=reserve).result == "selected"
