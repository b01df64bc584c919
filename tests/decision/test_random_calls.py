"""Random calls in the database: from what stands in the rows of applications to the list that is public."""

from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from applications.calls.models import BudgetLine, Call
from applications.decision import actions, filling, rules
from applications.decision.selection import Bound
from applications.intake.models import Application
from applications.kernel.errors import Refused
from applications.kernel.taxonomy import IndustryField, Region
from tests.asking import reasons
from tests.copies import another_application
from tests.decision.contested import approve_and_publish
from tests.decision.convened import closed, convened, decided
from tests.decision.test_selection import holds
from tests.standing import standing, taken_back

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
PLANS = 11


def a_call_with_plans(world):
    plan = world.with_score(world.rnd, "80")
    world.plans = [plan, *(another_application(plan) for _more in range(PLANS - 1))]
    world.earlier = world.call()
    world.fields, world.regions = list(IndustryField.objects.all()[:2]), list(Region.objects.all()[:2])


world = standing(a_call_with_plans)

TIED = "Equal scores stand across the cut: give each of them its place."

# status, base score, bonus, tie key, field, region, hundred millions of won, what fails it
PLAN = some.tuples(
    some.sampled_from(["reviewed", "reviewed", "reviewed", "ineligible", "withdrawn"]), some.integers(66, 72), some.sampled_from([0, 0, 2, -1]),
    some.sampled_from([0, 0, 1]), some.sampled_from([0, 0, 1]), some.sampled_from([0, 1, 1]), some.integers(1, 4), some.sampled_from([(), (), (), ("Team",)]),
)  # fmt: skip
QUOTA = some.tuples(
    some.sampled_from([("field", 0), ("field", 1), ("region", 0), ("region", 1)]), some.integers(0, 3), some.none() | some.integers(1, 3)
).filter(lambda row: row[1] or row[2])  # fmt: skip
CALL = some.fixed_dictionaries(
    {
        "plans": some.lists(PLAN, min_size=PLANS, max_size=PLANS),
        "marks": some.tuples(some.integers(58, 70), some.integers(58, 70)).map(sorted),
        "seats": some.integers(1, 5),
        "carried": some.integers(0, 2),
        "reserves": some.integers(0, 4),
        # on whom the committee decides, and what
        "vote": some.tuples(
            some.integers(0, PLANS - 1), some.sampled_from(["", "selected", "reserved", "declined"])
        ),
        "chance": some.randoms(use_true_random=False),
        "budget": some.integers(4, 20),
        "line": some.integers(4, 20),
        "quotas": some.lists(QUOTA, max_size=4, unique_by=lambda row: row[0]),
    }
)


def written(world, drawn):
    """Write a random call down. Returns what bounds its list, as the rules take it."""
    krw = 100_000_000
    limits = {"seats": drawn["seats"], "reserves": drawn["reserves"]}
    limits |= dict(zip(("pass_mark", "select_mark"), map(Decimal, drawn["marks"]), strict=True))
    carried = {"carries_from": world.earlier, "carried_seats": drawn["carried"]} if drawn["carried"] else {}
    Call.objects.filter(pk=world.rnd.pk).update(**limits, **carried, budget_krw=drawn["budget"] * krw)
    BudgetLine.objects.filter(pk=world.line.pk).update(cap_krw=drawn["line"] * krw)
    for plan, row in zip(world.plans, drawn["plans"], strict=True):
        plan.status, base, bonus, tie, field, region, hundreds, failings = row
        plan.base_score, plan.final_score, plan.tie_1 = Decimal(base), Decimal(base + bonus), tie
        plan.field, plan.region, plan.failings = world.fields[field], world.regions[region], list(failings)
        plan.requested_krw = hundreds * krw
    changed = ["status", "base_score", "final_score", "tie_1", "field", "region", "failings", "requested_krw"]
    Application.objects.bulk_update(world.plans, changed)
    bounds = []
    for ordinal, ((kind, place), least, most) in enumerate(drawn["quotas"], 1):
        thing = (world.fields if kind == "field" else world.regions)[place]
        least = least if most is None else min(least, most)
        world.rnd.quotas.create(ordinal=ordinal, least=least, most=most, **{kind: thing})
        bounds.append(Bound(kind, thing.pk, str(thing), least, most))
    is_line = drawn["line"] < drawn["budget"]
    return limits | {
        "seats": drawn["seats"] + drawn["carried"],
        "budget_krw": min(drawn["budget"], drawn["line"]) * krw, "line": str(world.line) if is_line else "", "bounds": bounds,
    }  # fmt: skip


def voted(world, call, vote, reviewed):
    """{id: result} that a meeting of the committee decides and closes with; empty where there is none, or it may not."""
    place, result = vote
    plan = world.plans[place]
    if not result or plan.pk not in reviewed:
        return {}
    meeting = convened(world, call)
    try:
        decided(world, meeting, Application.objects.get(pk=plan.pk), result)
    except Refused:
        found = {}
    else:
        found = {plan.pk: result}
    closed(world, meeting)
    return found


def waiting(call, order):
    lines = actions.draw(call, order)
    return rules.undecided(lines, order) or actions.swayed(call, lines, order)


def ordered(call, chance):
    """An order by chance of all equals whose order makes a difference, those that come up by it included."""
    order = {}
    while groups := waiting(call, order):
        for group in groups:
            places = list(range(1, len(group) + 1))
            chance.shuffle(places)
            order |= dict(zip((c.pk for c in group), places, strict=True))
    return order


def tells_equals_apart_only_by_a_person(lines, keys, order, votes, pass_mark):
    """Equal passers without a place of their own have one result, and are not two on the reserve list; with one they stand by it."""
    for _key, group in groupby(lines, lambda line: keys[line.candidate.pk]):
        equals = [line for line in group if not line.candidate.failings and line.candidate.base >= pass_mark]
        placed = [order[line.candidate.pk] for line in equals if line.candidate.pk in order]
        assert placed == sorted(placed)
        alone = [line for line in equals if line.candidate.pk not in order and line.candidate.pk not in votes]
        assert len({line.result for line in alone}) <= 1
        assert sum(line.result == "reserved" for line in alone) <= 1


def test_a_random_call_is_decided_within_its_limits_and_only_on_who_is_eligible(world):
    """Ruled out or withdrawn is in no list; what the list says is what the applications become; a minimum that is not met is named.

    Equals wait for a person, what the committee decides is followed or stops the list, and places taken over count.
    """

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(CALL)
    def decide(drawn):
        with taken_back():
            limits = written(world, drawn)
            reviewed = [plan.pk for plan in world.plans if plan.status == "reviewed"]
            if not reviewed:
                return
            call = Call.objects.get(pk=world.rnd.pk)
            votes = voted(world, call, drawn["vote"], reviewed)
            before = dict(Application.objects.values_list("pk", "status"))
            order = ordered(call, drawn["chance"])
            asked = {"note": "As ranked", "by": world.officer}
            if order:
                assert TIED in reasons(actions.propose, call, **asked)

            try:
                proposal = actions.propose(call, **asked, decided=order, why="By lot")
            except Refused as refusal:
                # What the committee decided before equals had their order does not fit any more.
                assert votes and TIED not in map(str, refusal.reasons)
                return

            lines = filling.lines_of(proposal, {})
            holds(lines, limits, voted=votes)
            keys = {plan.pk: (plan.final_score, plan.tie_1) for plan in world.plans}
            tells_equals_apart_only_by_a_person(lines, keys, order, votes, limits["pass_mark"])
            assert sorted(line.candidate.pk for line in lines) == reviewed
            filled = filling.of_proposal(proposal)
            unmet = {bound for bound, taken in filled["quotas"] if taken < bound.least}
            assert {hindrance.bound for hindrance in filled["hindrances"]} == unmet
            results = {line.candidate.pk: line.result for line in lines}
            assert {pk: results[pk] for pk in votes} == votes
            approve_and_publish(world, proposal)
            assert dict(Application.objects.values_list("pk", "status")) == before | results

    decide()
