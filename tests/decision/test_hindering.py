"""Which rule stands in the way of a minimum: each by the case in which it alone does."""

import pytest

from applications.decision import filling, rules
from applications.decision.hindering import hindrances
from applications.decision.rules import Deviation
from applications.decision.selection import Bound
from tests.decision.test_selection import candidate, casting, cut, moulds, south

pytestmark = pytest.mark.usefixtures("english")


def whys(candidates, bounds, *, seats, **more):
    lines = cut(*candidates, bounds=bounds, seats=seats, **more)
    limits = {"budget_krw": None} | more
    found = hindrances(lines, {}, seats=seats, pass_mark=60, select_mark=70, bounds=bounds, **limits)
    return [(one.bound.name, one.taken, one.why) for one in found]


def moulders(*scores, **more):
    return [candidate(pk, score, field=1, **more) for pk, score in enumerate(scores, 1)]


def casters(*scores, **more):
    return [candidate(pk, score, field=2, **more) for pk, score in enumerate(scores, 50)]


def test_a_minimum_that_is_met_is_not_named():
    assert whys(moulders(90, 80) + casters(71), [casting(least=1)], seats=2) == []


def test_too_few_reach_the_mark():
    found = whys(moulders(90) + casters(75, 71, 69), [casting(least=3)], seats=9)

    assert found == [("Casting", 2, "Only 2 have no failing and reach the select mark.")]


def test_the_committee_does_not_select_them():
    bounds = [casting(least=2)]
    [why] = with_committee(casters(75, 71), {51: "declined"}, bounds, seats=9)

    assert why == "The committee does not select 1 of the 2 who could be."


def test_the_places_do_not_hold_it():
    assert whys(casters(75, 74, 73), [casting(least=3)], seats=2) == [
        ("Casting", 2, "The call has only 2 places.")
    ]


def test_minimums_before_it_need_the_places():
    bounds = [moulds(least=2), casting(least=2)]

    assert whys(moulders(90, 80) + casters(75, 74), bounds, seats=3) == [
        ("Casting", 1, "The 3 places do not hold it beside the minimums before it: Moulds (2).")
    ]


def test_the_most_places_of_another_end_stand_in_the_way():
    bounds = [casting(least=2), south(most=1)]

    assert whys(casters(75, 74, region=7), bounds, seats=5) == [
        ("Casting", 1, "The most places of South (1) stand in the way.")
    ]


def with_committee(plans, said, bounds, *, seats, budget_krw=None):
    """The reasons of a list on which the committee decided. said: {id: result}."""
    limits = {"seats": seats, "reserves": 5, "pass_mark": 60, "select_mark": 70, "budget_krw": budget_krw, "bounds": bounds}  # fmt: skip
    deviations = {pk: Deviation(result, "As voted") for pk, result in said.items()}
    lines = rules.cut(plans, **limits, deviations=deviations)
    return [one.why for one in filling.of_lines(lines, limits, deviations)["hindrances"]]


def test_the_committee_that_seated_others_first_is_named_also_where_there_is_a_budget():
    plans = moulders(80, 79, grant_krw=10) + casters(75, grant_krw=10)
    bounds = [casting(least=1)]

    assert with_committee(plans, {1: "selected", 2: "selected"}, bounds, seats=2, budget_krw=100) == [
        "The committee seated others first."
    ]
    assert with_committee(plans, {1: "selected", 2: "selected"}, bounds, seats=3, budget_krw=25) == [
        "The committee seated others first."
    ]


def test_a_budget_that_could_not_hold_it_whatever_the_committee_did_is_named():
    plans = moulders(80, grant_krw=10) + casters(75, grant_krw=30)

    [why] = with_committee(plans, {1: "selected"}, [casting(least=1)], seats=2, budget_krw=25)

    assert why == "Even the 1 smallest grants are 30 won, more than the budget of 25 won."


def test_the_budget_cannot_hold_it_or_is_used_up_from_above():
    dear = casters(75, 74, grant_krw=60)
    assert whys(dear, [casting(least=2)], seats=5, budget_krw=100) == [
        ("Casting", 1, "Even the 2 smallest grants are 120 won, more than the budget of 100 won.")
    ]
    [(_name, taken, why)] = whys(
        moulders(90, grant_krw=60) + casters(75, grant_krw=60), [casting(least=1)], seats=5, budget_krw=100
    )
    assert taken == 0
    assert why.startswith("The 1 smallest grants are 60 won of 100 won, but who stands above is taken first")


def test_the_most_places_and_the_budget_together_are_named():
    """One cheap caster and one dear one; only one of the south is taken, so that the dear one of the north is needed."""
    plans = [
        candidate(1, 80, field=2, region=7, grant_krw=10), candidate(2, 79, field=2, region=7, grant_krw=10),
        candidate(3, 78, field=2, region=8, grant_krw=60),
    ]  # fmt: skip

    assert whys(plans, [casting(least=2), south(most=1)], seats=5, budget_krw=50) == [
        (
            "Casting",
            1,
            "Within the most places of South (1) the 2 smallest grants are 70 won, more than the budget of 50 won.",
        )
    ]


def test_minimums_before_it_and_the_money_together_are_named_with_the_budget_line():
    plans = moulders(90, 80, grant_krw=30) + casters(75, grant_krw=30)

    assert whys(plans, [moulds(least=2), casting(least=1)], seats=5, budget_krw=70, line="2027 R&D") == [
        (
            "Casting",
            0,
            "Beside the minimums before it (Moulds (2)) the cheapest list is 90 won, more than the 70 won left of the budget line 2027 R&D.",
        )
    ]


def test_another_region_is_another_bound():
    bounds = [Bound("region", 8, "East", 1), south(least=1)]

    assert [name for name, *_rest in whys(casters(75, region=7), bounds, seats=5)] == ["East"]
