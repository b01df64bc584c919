"""Quotas with a least and a most: what the walk down the rank takes, held against every possible list."""

import time
from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from applications.decision import rules
from applications.decision.rules import Candidate
from applications.decision.selection import Bound, least_cost
from tests.decision.test_rules import SELECT, candidate, cut, results

pytestmark = pytest.mark.usefixtures("english")


def moulds(least=0, most=None):
    return Bound("field", 1, "Moulds", least, most)


def casting(least=0, most=None):
    return Bound("field", 2, "Casting", least, most)


def south(least=0, most=None):
    return Bound("region", 7, "South", least, most)


def reasons(lines):
    return [line.reason for line in lines]


def test_room_is_kept_for_a_least_and_named_for_whom_it_stops():
    lines = cut(
        candidate(1, 90, field=1), candidate(2, 89, field=1), candidate(3, 88, field=1), candidate(4, 71, field=2),
        seats=3, bounds=[moulds(most=3), casting(least=1)],
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: "selected", 3: 1, 4: "selected"}
    assert reasons(lines) == [
        "no. 1 in Moulds, 90 ≥ 70.00, place 1 of 3",
        "no. 2 in Moulds, 89 ≥ 70.00, place 2 of 3",
        "The room left is owed to the least places of Casting (1)",
        "no. 1 in Casting, 71 ≥ 70.00, place 3 of 3",
    ]


def test_one_firm_may_meet_the_least_of_its_field_and_of_its_region():
    lines = cut(
        candidate(1, 90, field=1), candidate(2, 80, field=1), candidate(3, 75, field=2, region=7),
        seats=2, bounds=[casting(least=1), south(least=1)],
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: 1, 3: "selected"}


def test_a_most_is_not_used_up_where_that_leaves_a_least_unmet():
    """The only firm of field 2 has its seat in the south, where one place is the most."""
    lines = cut(
        candidate(1, 90, field=1, region=7), candidate(2, 80, field=2, region=7),
        seats=2, bounds=[casting(least=1), south(most=1)],
    )  # fmt: skip

    assert results(lines) == {1: 1, 2: "selected"}


def test_a_least_that_cannot_be_met_keeps_nothing_free_and_is_told():
    bounds = [moulds(least=2), casting(least=3)]
    lines = cut(
        candidate(1, 90, field=1), candidate(2, 80, field=1), candidate(3, 75, field=2), candidate(4, 65, field=2),
        seats=3, bounds=bounds,
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: "selected", 3: "selected", 4: 1}
    assert rules.unmet(lines, bounds) == [(bounds[1], 1)]


def test_a_firm_above_the_budget_is_skipped_and_named_also_where_a_least_needs_it():
    bounds = [casting(least=1)]
    lines = cut(
        candidate(1, 90, field=1, grant_krw=60), candidate(2, 80, field=2, grant_krw=50), candidate(3, 75, field=1, grant_krw=40),
        seats=2, bounds=bounds, budget_krw=100,
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: 1, 3: "selected"}
    assert lines[1].reason == "More than what is left of the budget: 50 of 40 won"
    assert rules.unmet(lines, bounds) == [(bounds[0], 0)]


def test_no_room_is_kept_for_a_least_whose_firms_ask_for_more_than_is_left():
    lines = cut(
        candidate(1, 90, field=1, grant_krw=50), candidate(2, 89, field=1, grant_krw=40), candidate(3, 80, field=2, grant_krw=60),
        seats=2, bounds=[casting(least=1)], budget_krw=100,
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: "selected", 3: 1}
    assert lines[2].reason == "No place left"


SOME = some.lists(
    some.tuples(
        some.integers(69, 76), some.sampled_from([1, 1, 2, 2, None]), some.sampled_from([7, 8, None]), some.integers(1, 4),
        some.sampled_from([(), (), (), ("Team",)]),
    ),
    min_size=2,
    max_size=7,
).map(
    lambda rows: [
        Candidate(
            pk=pk, final=Decimal(base), base=Decimal(base), ties=(-pk,), field=field, region=region, grant_krw=grant,
            failings=failings,
        )
        for pk, (base, field, region, grant, failings) in enumerate(rows)
    ]
)  # fmt: skip
BOUNDS = some.lists(
    some.tuples(
        some.sampled_from([("field", 1), ("field", 2), ("region", 7), ("region", 8)]), some.integers(0, 3), some.none() | some.integers(0, 3)
    ),
    max_size=4, unique_by=lambda row: row[0],
).map(
    lambda rows: [
        Bound(*end, str(end), least if most is None else min(least, most), most) for end, least, most in rows
    ]
)  # fmt: skip


def fits(chosen, bounds, seats, *, with_least=True):
    """Whether these firms keep places and maximums, and meet every least: counted, with no rule of the house."""
    counts = Counter(("field", c.field) for c in chosen) + Counter(("region", c.region) for c in chosen)
    return len(chosen) <= seats and all(
        (bound.most is None or counts[bound.kind, bound.pk] <= bound.most)
        and (not with_least or counts[bound.kind, bound.pk] >= bound.least)
        for bound in bounds
    )


@settings(max_examples=200)
@given(SOME, BOUNDS, some.integers(1, 5))
def test_without_a_budget_the_walk_takes_whoever_leaves_every_least_within_reach(candidates, bounds, seats):
    """Where some list meets every least, the walk is the first such list in the order of the rank."""
    may = [c for c in rules.order(candidates) if not c.failings and c.base >= SELECT]
    lists = [
        chosen
        for size in range(len(may) + 1)
        for chosen in combinations(may, size)
        if fits(chosen, bounds, seats)
    ]

    lines = cut(*candidates, seats=seats, bounds=bounds)

    selected = [line.candidate for line in lines if line.result == "selected"]
    if lists:
        taken = []
        for c in may:
            if any({*taken, c} <= {*chosen} for chosen in lists):
                taken.append(c)
        assert selected == taken
        assert rules.unmet(lines, bounds) == []
    else:
        assert fits(selected, bounds, seats, with_least=False)


@given(SOME, BOUNDS, some.integers(0, 5), some.none() | some.integers(0, 9))
def test_nobody_is_passed_over_but_for_the_rule_that_is_named(candidates, bounds, seats, budget):
    lines = cut(*candidates, seats=seats, bounds=bounds, budget_krw=budget)

    taken = []
    for line in lines:
        c, left = line.candidate, (budget or 0) - sum(one.grant_krw for one in taken)
        names = ["Below the floor"] if c.failings else ["Between", "Base score"] if c.base < SELECT else []
        if len(taken) == seats:
            names.append("No place left")
        if not fits([*taken, c], bounds, len(candidates), with_least=False):
            names.append("All ")
        if budget is not None and c.grant_krw > left:
            names.append("More than")
        if line.result == "selected":
            assert not names
            taken.append(c)
        else:
            assert line.reason.startswith(tuple(names) or "The room left is owed to the least places of ")
    assert fits(taken, bounds, seats, with_least=False)
    assert budget is None or sum(c.grant_krw for c in taken) <= budget


@settings(max_examples=150)
@given(SOME, BOUNDS, some.integers(0, 5), some.sets(some.integers(0, 6), max_size=2))
def test_the_cheapest_list_is_the_cheapest_of_all_that_keep_places_and_quotas(
    candidates, bounds, seats, seated
):
    first = [c for c in candidates if c.pk in seated]
    lists = [
        chosen
        for size in range(len(first), len(candidates) + 1)
        for chosen in combinations(candidates, size)
        if {*first} <= {*chosen} and fits(chosen, bounds, seats)
    ]

    found = least_cost(candidates, seats, bounds, first)

    assert found == min((sum(c.grant_krw for c in chosen) for chosen in lists), default=None)


@some.composite
def calls(draw):
    """A random call: its plans with bonus and ties, its marks, places, reserves, budget and quotas."""
    rows = draw(
        some.lists(
            some.tuples(
                some.integers(62, 80), some.integers(-2, 5), some.integers(0, 2), some.sampled_from([1, 2, None]),
                some.sampled_from([7, 8, None]), some.integers(0, 4), some.sampled_from([(), (), (), ("Team",)]),
            ),
            min_size=4, max_size=14,
        )
    )  # fmt: skip
    plans = [
        Candidate(
            pk=pk, final=Decimal(base + bonus), base=Decimal(base), ties=(tie,), field=field, region=region,
            grant_krw=grant, failings=failings,
        )
        for pk, (base, bonus, tie, field, region, grant, failings) in enumerate(rows)
    ]  # fmt: skip
    marks = sorted(draw(some.tuples(some.integers(58, 70), some.integers(58, 70))))
    return plans, {
        "pass_mark": Decimal(marks[0]), "select_mark": Decimal(marks[1]), "seats": draw(some.integers(0, 9)),
        "reserves": draw(some.integers(0, 4)), "budget_krw": (budget := draw(some.none() | some.integers(0, 14))),
        "line": "" if budget is None else draw(some.sampled_from(["", "2027 R&D"])), "bounds": draw(BOUNDS),
    }  # fmt: skip


@settings(max_examples=300)
@given(calls())
def test_a_random_call_keeps_its_places_quotas_marks_and_budget_and_names_why_anybody_is_passed_over(call):
    plans, limits = call
    lines = rules.cut(plans, **limits)

    assert sorted(line.candidate.pk for line in lines) == [c.pk for c in plans]
    assert all(line.passed for line in lines if line.result == "reserved")
    holds(lines, limits)


def holds(lines, limits, *, voted=()):
    """What holds of a list whatever its call: within all limits, best first, nobody passed over but for a rule that is true.

    voted: ids of those on whom the committee decided; whom it selects is seated before all others.
    """
    selected = [line.candidate for line in lines if line.result == "selected"]
    reserved = [line for line in lines if line.result == "reserved"]
    assert len(selected) <= limits["seats"]
    assert fits(selected, limits["bounds"], limits["seats"], with_least=False)
    assert all(not c.failings and c.base >= limits["select_mark"] for c in selected)
    assert limits["budget_krw"] is None or sum(c.grant_krw for c in selected) <= limits["budget_krw"]
    assert [line.rank for line in lines] == list(range(1, len(lines) + 1))
    keys = [line.candidate.key for line in lines]
    assert keys == sorted(keys, reverse=True)
    assert [line.reserve_rank for line in reserved] == list(range(1, len(reserved) + 1))
    assert len(reserved) <= limits["reserves"]
    assert all(
        not c.failings and c.base >= limits["pass_mark"] for c in (line.candidate for line in reserved)
    )
    assert all(line.reason for line in lines)
    first = {c.pk for c in selected} & set(voted)
    ranked = [line.rank for line in lines if line.result == "selected" and line.candidate.pk not in first]
    last = max(ranked, default=0)
    for line in lines:
        if line.candidate.pk in voted:
            continue
        may = not line.candidate.failings and line.candidate.base >= limits["select_mark"]
        if may and line.result != "selected" and line.rank < last:
            assert line.reason.startswith(("All ", "More than what is left", "The room left is owed to"))
            assert is_true(line, lines, limits, first)


def is_true(line, lines, limits, first):
    """Whether the rule that is named does stop this one: counted from those above it and those seated first, with no rule of the house."""
    selected = [one for one in lines if one.result == "selected"]
    above = [one.candidate for one in selected if one.rank < line.rank or one.candidate.pk in first]
    if line.reason.startswith("All "):
        return not fits([*above, line.candidate], limits["bounds"], len(lines), with_least=False)
    if line.reason.startswith("More than"):
        assert (f"of the budget line {limits['line']}:" in line.reason) == bool(limits["line"])
        return sum(c.grant_krw for c in [*above, line.candidate]) > limits["budget_krw"]
    return any(bound.name in line.reason and bound.least for bound in limits["bounds"])


@pytest.mark.parametrize("budget", [None, 14_000, 5_000])
def test_ten_thousand_candidates_are_cut_within_five_seconds(budget):
    """At its worst: the least places are those of firms at the very end of the rank, and the money ends before the places."""
    fields, regions = 6, 17
    candidates = [
        Candidate(
            pk=pk, final=(base := Decimal(99) - Decimal(pk) / 500), base=base, ties=(), field=pk * 7 % fields if pk < 9000 else 0,
            region=pk * 5 % regions if pk < 9500 else 16, grant_krw=pk % 97,
        )
        for pk in range(10_000)
    ]  # fmt: skip
    bounds = [Bound("field", n, str(n), 40, 60) for n in range(fields)] + [
        Bound("region", n, str(n), 15, 30) for n in range(regions)
    ]
    began = time.perf_counter()

    lines = cut(*candidates, seats=300, bounds=bounds, budget_krw=budget)

    assert time.perf_counter() - began < 5
    assert len(lines) == 10_000
