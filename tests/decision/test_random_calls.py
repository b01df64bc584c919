"""Random calls in the database: from what stands in the rows of applications to the list that is public."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from applications.calls.models import BudgetLine, Call
from applications.decision import actions, filling
from applications.decision.selection import Bound
from applications.intake.models import Application
from applications.kernel.taxonomy import IndustryField, Region
from tests.copies import another_application
from tests.decision.contested import approve_and_publish
from tests.decision.test_selection import holds
from tests.standing import standing, taken_back

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
PLANS = 11


def a_call_with_plans(world):
    plan = world.with_score(world.rnd, "80")
    world.plans = [plan, *(another_application(plan) for _more in range(PLANS - 1))]
    world.fields, world.regions = list(IndustryField.objects.all()[:2]), list(Region.objects.all()[:2])


world = standing(a_call_with_plans)

# status, base score, bonus, field, region, hundred millions of won, what fails it
PLAN = some.tuples(
    some.sampled_from(["reviewed", "reviewed", "reviewed", "ineligible", "withdrawn"]), some.integers(62, 80), some.integers(-2, 5),
    some.sampled_from([0, 0, 1]), some.sampled_from([0, 1, 1]), some.integers(1, 4), some.sampled_from([(), (), (), ("Team",)]),
)  # fmt: skip
QUOTA = some.tuples(
    some.sampled_from([("field", 0), ("field", 1), ("region", 0), ("region", 1)]), some.integers(0, 3), some.none() | some.integers(1, 3)
).filter(lambda row: row[1] or row[2])  # fmt: skip
CALL = some.fixed_dictionaries(
    {
        "plans": some.lists(PLAN, min_size=PLANS, max_size=PLANS),
        "marks": some.tuples(some.integers(58, 70), some.integers(58, 70)).map(sorted),
        "seats": some.integers(1, 8),
        "reserves": some.integers(0, 4),
        "budget": some.integers(1, 20),
        "line": some.integers(1, 20),
        "quotas": some.lists(QUOTA, max_size=4, unique_by=lambda row: row[0]),
    }
)


def written(world, drawn):
    """Write a random call down. Returns what bounds its list, as the rules take it."""
    krw = 100_000_000
    limits = {"seats": drawn["seats"], "reserves": drawn["reserves"]}
    limits |= dict(zip(("pass_mark", "select_mark"), map(Decimal, drawn["marks"]), strict=True))
    Call.objects.filter(pk=world.rnd.pk).update(**limits, budget_krw=drawn["budget"] * krw)
    BudgetLine.objects.filter(pk=world.line.pk).update(cap_krw=drawn["line"] * krw)
    for number, (plan, row) in enumerate(zip(world.plans, drawn["plans"], strict=True)):
        plan.status, base, bonus, field, region, hundreds, failings = row
        plan.base_score, plan.final_score, plan.tie_1 = Decimal(base), Decimal(base + bonus), -number
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
        "budget_krw": min(drawn["budget"], drawn["line"]) * krw, "line": str(world.line) if is_line else "", "bounds": bounds,
    }  # fmt: skip


def test_a_random_call_is_decided_within_its_limits_and_only_on_who_is_eligible(world):
    """Ruled out or withdrawn is in no list; what the list says is what the applications become; a minimum that is not met is named."""

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(CALL)
    def decide(drawn):
        with taken_back():
            limits = written(world, drawn)
            reviewed = [plan.pk for plan in world.plans if plan.status == "reviewed"]
            if not reviewed:
                return
            before = dict(Application.objects.values_list("pk", "status"))

            proposal = actions.propose(Call.objects.get(pk=world.rnd.pk), note="As ranked", by=world.officer)

            lines = filling.lines_of(proposal, {})
            holds(lines, limits)
            assert sorted(line.candidate.pk for line in lines) == reviewed
            filled = filling.of_proposal(proposal)
            unmet = {bound for bound, taken in filled["quotas"] if taken < bound.least}
            assert {hindrance.bound for hindrance in filled["hindrances"]} == unmet
            approve_and_publish(world, proposal)
            results = {line.candidate.pk: line.result for line in lines}
            assert dict(Application.objects.values_list("pk", "status")) == before | results

    decide()
