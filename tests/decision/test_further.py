"""How a published list goes on: nobody selected loses a place, free places go down the reserves, appeals stand by score."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from applications.decision import further
from applications.decision.further import Standing
from applications.decision.rules import Candidate, cut, outcomes
from applications.decision.selection import Bound
from tests.decision.test_selection import BOUNDS, fits

pytestmark = pytest.mark.usefixtures("english")
MARKS = {"pass_mark": Decimal(60), "select_mark": Decimal(70)}


def plan(pk, score, **more):
    return Candidate(pk, Decimal(score), Decimal(score), (), **more)


def selected(rank=0):
    return Standing(True, "selected", None, "as it was", rank)


def reserve(number, rank=0):
    return Standing(True, "reserved", number, "no place left", rank)


DECLINED = Standing(True, "declined", None, "below the mark")
ANEW = Standing(False, "declined", None, "below the mark")


def drawn(plans, stood, *, seats=2, first_selected=2, reserves=5, **more):
    lines = further.redraw(
        plans, stood, first_selected=first_selected, seats=seats, reserves=reserves, **MARKS, **more
    )
    return {line.candidate.pk: line.reserve_rank or line.result for line in lines}


def reasons(plans, stood, **more):
    lines = further.redraw(plans, stood, first_selected=2, seats=2, reserves=5, **MARKS, **more)
    return {line.candidate.pk: line.reason for line in lines}


def test_a_place_given_up_goes_to_the_first_reserve_and_the_others_keep_their_numbers():
    plans = [plan(1, 90), plan(3, 80), plan(4, 75), plan(5, 74)]
    stood = {1: selected(), 3: reserve(1), 4: reserve(2), 5: reserve(3)}

    assert drawn(plans, stood) == {1: "selected", 3: "selected", 4: 2, 5: 3}
    assert reasons(plans, stood)[3] == "came up from reserve 1"


def test_two_places_given_up_go_to_two_reserves_and_no_more():
    plans = [plan(3, 80), plan(4, 75), plan(5, 74)]
    stood = {3: reserve(1), 4: reserve(2), 5: reserve(3)}

    assert drawn(plans, stood) == {3: "selected", 4: "selected", 5: 3}


def test_a_reserve_between_the_marks_comes_up_too_but_only_into_a_place_that_was_taken():
    """Places that the first list left empty stay so: they go to the next call."""
    plans, stood = [plan(1, 90), plan(3, 65)], {1: selected(), 3: reserve(1)}

    assert drawn(plans, stood, first_selected=2) == {1: "selected", 3: "selected"}
    assert drawn(plans, stood, first_selected=1) == {1: "selected", 3: 1}


def test_a_reserve_whose_grant_is_more_than_what_is_left_is_skipped_and_stays_where_it_is():
    plans = [plan(1, 90, grant_krw=60), plan(3, 80, grant_krw=50), plan(4, 75, grant_krw=40)]
    stood = {1: selected(), 3: reserve(1), 4: reserve(2)}

    assert drawn(plans, stood, budget_krw=100) == {1: "selected", 3: 1, 4: "selected"}


def test_a_reserve_of_a_field_that_is_full_is_skipped():
    bounds = [Bound("field", 7, "Welding", most=1)]
    plans = [plan(1, 90, field=7), plan(3, 80, field=7), plan(4, 75, field=8)]
    stood = {1: selected(), 3: reserve(1), 4: reserve(2)}

    assert drawn(plans, stood, bounds=bounds) == {1: "selected", 3: 1, 4: "selected"}


def test_an_appeal_that_would_have_been_selected_is_selected_beside_all_others():
    plans = [plan(1, 90), plan(9, 88), plan(2, 85), plan(3, 80)]
    stood = {1: selected(), 2: selected(), 3: reserve(1), 9: ANEW}

    assert drawn(plans, stood) == {1: "selected", 9: "selected", 2: "selected", 3: 1}
    assert reasons(plans, stood)[9] == "selected in addition by an appeal: 88 ≥ 70"


def test_beyond_the_budget_an_appeal_is_not_selected_but_stands_among_the_reserves_by_its_score():
    plans = [
        plan(1, 90, grant_krw=50),
        plan(9, 88, grant_krw=50),
        plan(2, 85, grant_krw=50),
        plan(3, 80, grant_krw=10),
    ]
    stood = {1: selected(), 2: selected(), 3: reserve(1), 9: ANEW}

    assert drawn(plans, stood, budget_krw=100) == {1: "selected", 2: "selected", 9: 1, 3: 2}


def test_beyond_the_most_of_its_field_an_appeal_still_takes_nobodys_place():
    bounds = [Bound("field", 7, "Welding", most=1)]
    plans = [plan(9, 95, field=7), plan(1, 90, field=7), plan(2, 85, field=8), plan(3, 80, field=7)]
    stood = {1: selected(), 2: selected(), 3: reserve(1), 9: ANEW}

    assert drawn(plans, stood, bounds=bounds) == {9: "selected", 1: "selected", 2: "selected", 3: 1}


def test_an_appeal_below_the_cut_stands_among_the_reserves_by_its_score_and_they_are_counted_anew():
    plans = [plan(1, 90), plan(2, 85), plan(3, 80), plan(9, 78), plan(4, 75)]
    stood = {1: selected(), 2: selected(), 3: reserve(1), 4: reserve(2), 9: ANEW}

    assert drawn(plans, stood) == {1: "selected", 2: "selected", 3: 1, 9: 2, 4: 3}
    lines = further.redraw(plans, stood, first_selected=2, seats=2, reserves=5, **MARKS)
    assert [line.candidate.pk for line in further.changed(lines, stood)] == [9, 4]


def test_where_the_reserve_list_is_long_enough_an_appeal_below_all_of_it_is_not_selected():
    plans = [plan(1, 90), plan(2, 85), plan(3, 80), plan(9, 78)]
    stood = {1: selected(), 2: selected(), 3: reserve(1), 9: ANEW}

    assert drawn(plans, stood, reserves=1) == {1: "selected", 2: "selected", 3: 1, 9: "declined"}
    assert drawn(plans, stood, reserves=2) == {1: "selected", 2: "selected", 3: 1, 9: 2}


def test_an_appeal_that_fails_again_is_not_selected_and_reads_why():
    plans = [plan(1, 90), plan(9, 59), plan(8, 88, failings=("Technology",))]
    stood = {1: selected(), 8: ANEW, 9: ANEW}

    assert drawn(plans, stood) == {1: "selected", 8: "declined", 9: "declined"}
    assert reasons(plans, stood) == {
        1: "as it was",
        8: "Below the floor or knocked out: Technology",
        9: "Base score below the pass mark of 60",
    }


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        ({"failings": ("Technology",)}, "Below the floor or knocked out: Technology"),
        ({"base": Decimal(58)}, "Base score below the pass mark of 60"),
    ],
)
def test_a_reserve_that_failed_when_it_was_scored_again_keeps_its_number_and_does_not_come_up(failed, why):
    plans = [plan(1, 90), replace(plan(3, 80), **failed), plan(4, 75)]
    stood = {1: selected(), 3: reserve(1), 4: reserve(2)}

    assert drawn(plans, stood) == {1: "selected", 3: 1, 4: "selected"}
    assert reasons(plans, stood)[3] == why


def test_a_minimum_is_minded_also_where_an_appeal_went_beyond_a_maximum():
    plans = [
        plan(1, 95, field=1),
        plan(2, 94, field=1),
        plan(5, 80, field=2, region=1),
        plan(6, 79, field=2, region=2),
    ]
    stood = {1: selected(), 2: selected(), 5: reserve(1), 6: reserve(2)}
    bounds = [Bound("field", 1, "Moulds", 0, 1), Bound("region", 2, "South", 1, None)]

    found = drawn(plans, stood, seats=3, first_selected=3, bounds=bounds)

    assert found == {1: "selected", 2: "selected", 5: 1, 6: "selected"}


def test_nobody_stands_worse_by_an_own_appeal():
    plans, stood = (
        [plan(1, 90), plan(9, 50)],
        {1: selected(), 9: Standing(False, "reserved", 1, "no place left")},
    )

    assert drawn(plans, stood) == {1: "selected", 9: 1}


def test_a_free_place_goes_to_the_better_of_a_reserve_and_an_appeal():
    stood = {1: selected(), 3: reserve(1), 9: ANEW}

    assert drawn([plan(1, 90), plan(9, 82), plan(3, 80)], stood) == {1: "selected", 9: "selected", 3: 1}
    assert drawn([plan(1, 90), plan(9, 79), plan(3, 80)], stood) == {1: "selected", 3: "selected", 9: 1}


def test_who_was_not_selected_and_did_not_appeal_stays_so():
    plans, stood = [plan(1, 90), plan(6, 89)], {1: selected(), 6: DECLINED}

    assert drawn(plans, stood) == {1: "selected", 6: "declined"}


DRAW = {"first_selected": 2, "seats": 2, "reserves": 5, **MARKS}


def equals(plans, stood, decided=None, **more):
    """The groups that wait for somebody to say their order."""
    found = further.undecided(plans, stood, decided=decided, **DRAW | more)
    return [[c.pk for c in group] for group in found]


def test_equals_that_were_decided_anew_wait_for_the_committee_only_where_it_matters():
    plans = [plan(1, 90), plan(8, 80), plan(9, 80)]
    stood = {1: selected(), 8: ANEW, 9: ANEW}

    assert equals(plans, stood) == [[8, 9]]
    assert equals(plans, stood, {9: 1, 8: 2}) == []
    assert drawn(plans, stood, decided={9: 1, 8: 2}) == {1: "selected", 9: "selected", 8: 1}


def test_an_appeal_equal_to_a_reserve_takes_the_free_place_only_where_a_person_says_so():
    plans = [plan(1, 90), plan(4, 80), plan(3, 80), plan(5, 75)]
    stood = {1: selected(1), 4: reserve(1, 3), 3: ANEW, 5: reserve(2, 6)}

    assert equals(plans, stood) == [[4, 3]]
    assert equals(plans, stood, {4: 1, 3: 2}) == equals(plans, stood, {4: 2, 3: 1}) == []
    assert drawn(plans, stood, decided={4: 1, 3: 2}) == {1: "selected", 4: "selected", 3: 1, 5: 2}
    assert drawn(plans, stood, decided={4: 2, 3: 1}) == {1: "selected", 3: "selected", 4: 1, 5: 2}


def test_an_appeal_equal_to_the_last_who_is_selected_is_selected_in_addition_only_where_a_person_says_so():
    plans, stood = [plan(1, 90), plan(2, 80), plan(9, 80)], {1: selected(1), 2: selected(2), 9: ANEW}

    assert equals(plans, stood) == [[2, 9]]
    assert drawn(plans, stood, decided={2: 1, 9: 2}) == {1: "selected", 2: "selected", 9: 1}
    assert drawn(plans, stood, decided={2: 2, 9: 1}) == {1: "selected", 2: "selected", 9: "selected"}


def test_who_stands_before_its_equals_on_the_published_list_goes_on_to():
    """Ranks of a list that others have left are sparse: whoever comes to it stands behind all of them until a person says otherwise."""
    plans = [plan(5, 80), plan(6, 80), plan(2, 80)]
    stood = {5: reserve(3, 8), 6: reserve(4, 9), 2: ANEW}

    lines = further.redraw(plans, stood, **DRAW)

    assert [line.candidate.pk for line in lines] == [5, 6, 2]
    assert equals(plans, stood) == [[5, 6, 2]]
    assert not further.reordered(plans, stood, {5: 1, 2: 2, 6: 3})
    assert further.reordered(plans, stood, {6: 1, 2: 2, 5: 3})


def test_equals_whose_order_makes_no_difference_are_not_asked_for():
    above = [plan(1, 90), plan(2, 85), plan(9, 90)]

    assert equals(above, {1: selected(1), 2: selected(2), 9: ANEW}) == []
    assert equals([plan(1, 90), plan(8, 50), plan(9, 50)], {1: selected(1), 8: ANEW, 9: ANEW}) == []
    assert equals([plan(1, 90), plan(3, 80), plan(4, 80)], {1: selected(1), 3: reserve(1, 2), 4: reserve(2, 3)}) == []  # fmt: skip


def test_an_appeal_that_is_owed_a_place_anyway_waits_where_the_order_says_who_takes_the_free_one():
    plans, stood = [plan(1, 90), plan(3, 80), plan(9, 80)], {1: selected(1), 3: reserve(1, 2), 9: ANEW}

    assert equals(plans, stood, seats=3) == [[3, 9]]


@some.composite
def further_lists(draw):
    """A random list that was published by the rules, of which some gave their place up, some were decided anew with other scores, and
    some reserves, who had appealed before, failed then."""
    rows = draw(
        some.lists(
            some.tuples(some.integers(58, 76), some.sampled_from([1, 2]), some.sampled_from([7, 8]), some.integers(0, 4)),
            min_size=3, max_size=9,
        )
    )  # fmt: skip
    plans = [
        plan(pk, score, field=field, region=region, grant_krw=krw)
        for pk, (score, field, region, krw) in enumerate(rows)
    ]
    limits = {
        "seats": draw(some.integers(1, 5)), "reserves": draw(some.integers(0, 4)), "budget_krw": draw(some.none() | some.integers(4, 14)),
        "bounds": draw(BOUNDS),
    } | MARKS  # fmt: skip
    lines = cut(plans, **limits)
    first = sum(line.result == "selected" for line in lines)
    anew = draw(some.sets(some.sampled_from(plans).map(lambda c: c.pk), max_size=3))
    gone = draw(some.sets(some.sampled_from(plans).map(lambda c: c.pk), max_size=2)) - anew
    scores = {pk: Decimal(draw(some.integers(58, 78))) for pk in sorted(anew)}
    failed = draw(some.sets(some.sampled_from(plans).map(lambda c: c.pk), max_size=2)) - anew
    stood, left = {}, []
    for line in lines:
        c, is_anew = line.candidate, line.candidate.pk in anew and line.result != "selected"
        if c.pk in gone:
            continue
        stood[c.pk] = Standing(not is_anew, line.result, line.reserve_rank, line.reason, line.rank)
        if line.result == "reserved" and c.pk in failed:
            c = replace(c, failings=("Team",))
        left.append(replace(c, final=scores[c.pk], base=scores[c.pk]) if is_anew else c)
    return left, stood, limits | {"first_selected": first}


@settings(max_examples=300)
@given(further_lists())
def test_a_random_further_list_takes_no_place_and_goes_beyond_none_but_by_an_appeal(made):
    plans, stood, limits = made
    lines = further.redraw(plans, stood, **limits)

    selected = [line.candidate for line in lines if line.result == "selected"]
    held = [c for c in plans if stood[c.pk].holds and stood[c.pk].result == "selected"]
    in_addition = [line.candidate for line in lines if line.reason.startswith("selected in addition")]
    came_up = [c for c in selected if c not in held and c not in in_addition]
    assert {*held} <= {*selected}
    assert all(not stood[c.pk].holds and c.base >= MARKS["select_mark"] for c in in_addition)
    assert all(c.base >= MARKS["pass_mark"] and not c.failings for c in came_up)
    assert len(held) + len(came_up) <= max(len(held), min(limits["seats"], limits["first_selected"]))
    for bound in limits["bounds"]:
        own = [sum(bound.pk in c.kind for c in some) for some in (held, came_up)]
        assert bound.most is None or not own[1] or sum(own) <= bound.most
    if limits["budget_krw"] is not None and len(selected) > len(held):
        assert sum(c.grant_krw for c in selected) <= limits["budget_krw"]
    keys = [line.candidate.key for line in lines]
    assert keys == sorted(keys, reverse=True)
    assert [line.rank for line in lines] == list(range(1, len(plans) + 1))
    numbers = [line.reserve_rank for line in lines if line.result == "reserved"]
    assert numbers == sorted({*numbers})


@settings(max_examples=300)
@given(further_lists())
def test_nobody_waits_on_while_another_comes_up_but_for_a_rule_that_is_true(made):
    plans, stood, limits = made
    lines = further.redraw(plans, stood, **limits)

    pool = [line for line in lines if not stood[line.candidate.pk].holds or stood[line.candidate.pk].result == "reserved"]  # fmt: skip
    seated = [c for c in plans if stood[c.pk].holds and stood[c.pk].result == "selected"]
    for at, line in enumerate(pool):
        if line.result == "selected":
            seated.append(line.candidate)
        elif line.candidate.failings:
            assert line.reason == "Below the floor or knocked out: Team"
        elif line.candidate.base >= MARKS["pass_mark"]:
            is_passed_over = any(later.reason.startswith(("came up", "decided again")) for later in pool[at:])
            rules = {
                "All ": not fits([*seated, line.candidate], limits["bounds"], len(plans), with_least=False),
                "More than": sum(c.grant_krw for c in [*seated, line.candidate])
                > (limits["budget_krw"] or 0),
                "The room left": any(bound.least for bound in limits["bounds"]),
                "No place left": not is_passed_over,
            }
            assert [is_true for rule, is_true in rules.items() if line.reason.startswith(rule)] == [True]


@settings(max_examples=300)
@given(further_lists(), some.randoms(use_true_random=False))
def test_where_nobody_is_asked_any_order_of_equals_makes_the_same_further_list(made, chance):
    plans, stood, limits = made
    lines = further.redraw(plans, stood, **limits)

    if not further.undecided(plans, stood, **limits):
        decided = {}
        for group in further.equals(plans, stood, MARKS["pass_mark"]):
            places = list(range(1, len(group) + 1))
            chance.shuffle(places)
            decided |= dict(zip((c.pk for c in group), places, strict=True))
        assert outcomes(further.redraw(plans, stood, decided=decided, **limits)) == outcomes(lines)
