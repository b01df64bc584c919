"""Who reviews what: never a conflict, the worst application first, and a plain reason where it cannot be."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from applications.review import matching
from applications.review.asking import Plan, Problem, all_passed_over, best_alone, greedy, one_side_only
from applications.review.matching import assign

pytestmark = pytest.mark.once


def problem(match, *, barred=None, reviews=2, least=0, most=None, institution=None, **more):
    match = np.array(match, dtype=float)
    applications, reviewers = match.shape
    return Problem(
        match=match,
        barred=np.zeros(match.shape, dtype=bool) if barred is None else np.array(barred, dtype=bool),
        reviews=reviews,
        least=np.full(reviewers, least),
        most=np.full(reviewers, applications if most is None else most),
        institution=np.arange(reviewers) if institution is None else np.array(institution),
        **more,
    )


def loads(plan, reviewers):
    return [sum(reviewer == one for _application, one in plan.pairs) for reviewer in range(reviewers)]


def test_each_application_gets_those_who_know_most_of_it():
    plan = assign(problem([[0.9, 0.8, 0.1], [0.1, 0.8, 0.9]]))

    assert plan.pairs == ((0, 0), (0, 1), (1, 1), (1, 2))
    assert (round(plan.worst, 6), round(plan.total, 6), plan.short, plan.exact) == (1.7, 3.4, {}, True)


def test_the_worst_application_comes_before_the_sum():
    # Both best experts for the first would sum to more, and leave the second with strangers.
    plan = assign(problem([[1.0, 1.0, 0.6, 0.6], [0.7, 0.7, 0.0, 0.0]], most=1))

    assert plan.pairs == ((0, 2), (0, 3), (1, 0), (1, 1))
    assert round(plan.worst, 6) == 1.2


# The sum gains far more than the worst application loses, where the best of the second is left to the others.
DEAR = [[1.0, 1.0, 0.0, 0.0], [0.0, 0.4, 0.3, 0.4]]


def test_the_worst_application_comes_before_the_sum_however_much_that_gains():
    plan = assign(problem(DEAR, most=1))

    assert plan.pairs == ((0, 0), (0, 2), (1, 1), (1, 3))
    assert (round(plan.worst, 6), round(plan.hope, 2), round(plan.total, 6)) == (0.8, 0.8, 1.8)
    assert plan.total <= plan.bound + 1e-3


def test_nobody_does_more_than_the_most_and_all_do_the_least():
    plan = assign(problem(np.tile([1.0, 0.9, 0.1, 0.0], (6, 1)), least=2, most=4))

    assert loads(plan, 4) == [4, 4, 2, 2]


def test_two_of_one_institution_never_meet():
    plan = assign(problem([[1.0, 0.9, 0.2], [1.0, 0.9, 0.2]], institution=[7, 7, 8]))

    assert plan.pairs == ((0, 0), (0, 2), (1, 0), (1, 2))


def test_a_kind_is_there_as_often_as_is_asked():
    kinds = np.array([0, 0, 0, 1])

    plan = assign(problem([[1.0, 0.9, 0.8, 0.0]] * 3, kind=kinds, per_kind={1: 1}))

    assert (sorted({pair for pair in plan.pairs if pair[1] == 3}), plan.kinds) == (
        [(0, 3), (1, 3), (2, 3)],
        (),
    )


def test_what_stands_is_kept_and_what_conflicts_since_is_not():
    barred = [[False, False, True], [False, False, False]]

    plan = assign(problem([[1.0, 0.9, 0.0], [1.0, 0.9, 0.0]], barred=barred, kept=((0, 2), (1, 2))))

    assert plan.pairs == ((0, 0), (0, 1), (1, 0), (1, 2))


@pytest.mark.parametrize(
    ("kept", "more"),
    [
        (((0, 0), (0, 1), (0, 2)), {}),  # three stand where two are asked for
        (((0, 0), (0, 1)), {"institution": [7, 7, 1, 2]}),
        (((0, 3), (1, 3)), {"most": [2, 2, 2, 1]}),
    ],
    ids=["of an application", "of an institution", "of a reviewer"],
)
def test_what_stands_beyond_a_rule_stays_and_the_bound_holds_all_the_same(kept, more):
    plan = assign(problem([[0.9, 0.8, 0.1, 0.3], [0.1, 0.8, 0.9, 0.4]], kept=kept, **more))

    assert set(kept) <= set(plan.pairs)
    assert plan.short == {}
    assert plan.bound >= plan.total - 1e-3
    assert plan.hope >= plan.worst - 1e-3


def test_equal_reviewers_are_told_apart_by_the_seed_alone():
    first, again, other = (assign(problem(np.full((8, 12), 0.5), seed=seed, most=2)) for seed in (1, 1, 2))

    assert first.pairs == again.pairs
    assert first.pairs != other.pairs


@pytest.mark.parametrize(
    ("impossible", "short"),
    [
        ({"barred": [[True, True, False], [False] * 3]}, {0: (1, "barred")}),
        ({"institution": [1, 1, 1]}, {0: (1, "institutions"), 1: (1, "institutions")}),
        ({"reviews": 3, "most": 1}, {0: (1, "load"), 1: (2, "load")}),
        ({"barred": [[True] * 3] * 2}, {0: (2, "barred"), 1: (2, "barred")}),
    ],
)
def test_what_is_impossible_is_said_and_the_rest_assigned(impossible, short):
    plan = assign(problem([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3]], **impossible))

    missing = sorted(count for count, _why in plan.short.values())
    assert (missing, {why for _count, why in plan.short.values()}) == (
        sorted(count for count, _why in short.values()),
        {why for _count, why in short.values()},
    )


def test_two_sides_are_never_proposed_to_judge_each_other():
    # The reviewers 0 and 1 work for those who make the applications 0 and 1, which conflicts bar them from.
    inside = np.array([[True, False, False], [False, True, False], [False, False, False]])
    barred = inside.copy()

    one_side_only(barred, inside, np.zeros_like(inside))

    assert barred.tolist() == [[True, False, False], [True, True, False], [False, False, False]]


def sides_by_pairs(barred, inside, allowed):
    """The same as a sentence: whoever works for an application judges no later one whose people may judge it."""
    for theirs, mine in np.argwhere(inside):
        for judge in np.flatnonzero(inside.any(axis=0) & ~barred[theirs] & ~allowed[theirs]):
            for back in np.flatnonzero(inside[:, judge]):
                if back > theirs and not allowed[back, mine]:
                    barred[back, mine] = True


def test_two_sides_are_told_apart_for_all_as_for_each_pair():
    chance = np.random.default_rng(11)
    for _case in range(300):
        shape = chance.integers(1, 8, 2)
        barred, inside, allowed = (chance.random(shape) < part for part in (0.2, 0.3, 0.2))
        expected = barred.copy()
        sides_by_pairs(expected, inside, allowed)

        one_side_only(barred, inside, allowed)

        assert barred.tolist() == expected.tolist()


@pytest.mark.parametrize("allowed", [(0, 1), (1, 0)])
def test_where_an_exception_allows_one_side_both_are_proposed(allowed):
    inside = np.array([[True, False], [False, True]])
    barred, exceptions = inside.copy(), np.zeros_like(inside)
    exceptions[allowed] = True

    one_side_only(barred, inside, exceptions)

    assert barred.tolist() == inside.tolist()


def test_nothing_to_assign_is_a_plan_too():
    nothing = Plan(
        pairs=(), worst=None, total=0.0, hope=None, bound=None, short={}, kinds=(), under=(), unknown=(), exact=True
    )  # fmt: skip
    assert assign(problem(np.zeros((0, 3)))) == nothing


@pytest.mark.parametrize("solver", [True, False], ids=["exactly", "greedily"])
@pytest.mark.parametrize(
    ("match", "more", "worst", "unknown"),
    [
        ([[0.9, 0.8, 0.1], [0.0, 0.0, 0.0]], {}, 1.7, (1,)),  # nobody knows anything of the second
        ([[0.9, 0.8, 0.1], [0.0, 0.0, 0.6]], {"barred": [[False] * 3, [False, False, True]]}, 1.7, (1,)),
        ([[0.9, 0.8, 0.1], [0.0, 0.0, 0.6]], {"most": [2, 2, 0]}, 0.0, ()),  # somebody knows, and has no time
        ([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], {}, None, (0, 1)),
        (
            [[0.9, 0.8, 0.1], [0.9, 0.8, 0.1]],
            {"barred": [[True] * 3] * 2},
            None,
            (),
        ),  # none has its reviewers
    ],
)
def test_what_nobody_knows_anything_of_is_named_and_is_no_measure_of_the_worst(
    match, more, worst, unknown, solver, monkeypatch
):
    if not solver:
        monkeypatch.setattr(matching, "highspy", None)
    plan = assign(problem(match, **more))

    assert (plan.worst is not None and round(plan.worst, 6), plan.unknown) == (
        worst is not None and worst,
        unknown,
    )


# Two of one institution know most of everything.
OF_ONE_HOUSE = [[1.0, 0.9, 0.2], [1.0, 0.9, 0.2]]


@pytest.mark.parametrize(("seconds", "cut"), [(0, True), (60, False)])
def test_a_plan_that_the_time_cut_short_says_so_and_keeps_to_all_rules(seconds, cut):
    plan = assign(problem(OF_ONE_HOUSE, institution=[7, 7, 8]), seconds=seconds)

    assert plan.pairs == ((0, 0), (0, 2), (1, 0), (1, 2))
    assert (plan.cut, plan.short) == (cut, {})


def test_many_whose_exchanges_the_time_cut_short_say_so_too():
    chance = np.random.default_rng(7)
    one = problem(
        chance.random((1000, 100)), institution=chance.integers(0, 20, 100), reviews=3, most=40, seed=5
    )

    plan = assign(one, seconds=0)

    assert plan.cut
    for application in range(1000):
        houses = [one.institution[reviewer] for a, reviewer in plan.pairs if a == application]
        assert len(houses) == len(set(houses)) == 3


def test_one_expert_for_all_is_shared_as_evenly_as_can_be():
    match = np.full((6, 5), 0.1)
    match[:, 0] = 1.0

    plan = assign(problem(match, most=3))

    assert (loads(plan, 5)[0], round(plan.worst, 6), plan.short) == (3, 0.2, {})


def test_without_the_solver_it_is_assigned_greedily_and_says_so(monkeypatch):
    monkeypatch.setattr(matching, "highspy", None)

    plan = assign(problem([[0.9, 0.8, 0.1], [0.1, 0.8, 0.9]]))

    assert (plan.pairs, plan.bound, plan.exact) == (((0, 0), (0, 1), (1, 1), (1, 2)), None, False)


MATCHES = [[0.9, 0.8, 0.7, 0.1, 0.0], [0.9, 0.8, 0.7, 0.1, 0.0]]
KINDS = np.array([0, 0, 0, 1, 2])  # three of one kind, who know most, and one each of two others


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"per_kind": {1: 1, 2: 1}}, ()),
        ({"per_kind": {0: 2, 1: 1}}, ()),
        ({"per_kind": {1: 2}}, ((0, 1, 1, "nobody"), (1, 1, 1, "nobody"))),
        ({"per_kind": {3: 1}}, ((0, 3, 1, "nobody"), (1, 3, 1, "nobody"))),
        ({"per_kind": {1: 1}, "barred": [[False] * 3 + [True, False], [False] * 5]}, ((0, 1, 1, "barred"),)),
        ({"per_kind": {0: 2}, "institution": [7, 7, 7, 8, 9]}, ((0, 0, 1, "institutions"), (1, 0, 1, "institutions"))),
        ({"per_kind": {1: 1}, "most": [2, 2, 2, 1, 2]}, ((1, 1, 1, "load"),)),
        ({"per_kind": {1: 1}, "kept": ((0, 0), (0, 1), (0, 2))}, ((0, 1, 1, "load"),)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("solver", [True, False], ids=["exactly", "greedily"])
def test_so_many_of_a_kind_are_there_or_it_is_said_which_rule_stood_in_the_way(
    asked, missing, solver, monkeypatch
):
    if not solver:
        monkeypatch.setattr(matching, "highspy", None)
    plan = assign(problem(MATCHES, reviews=3, kind=KINDS, **asked))

    assert [one[1:] for one in plan.kinds] == [one[1:] for one in missing]
    if "load" not in {one[-1] for one in missing}:  # whose place it is that stays without is free to choose
        assert plan.kinds == missing
    assert (plan.short, plan.exact) == ({}, solver)


@pytest.mark.parametrize("solver", [True, False], ids=["exactly", "greedily"])
@pytest.mark.parametrize(
    ("hard", "why"),
    [
        ({"match": [[0.5]] * 6, "reviews": 3}, {"barred"}),  # one reviewer in the whole pool
        ({"match": np.ones((6, 4)), "barred": np.ones((6, 4))}, {"barred"}),  # everybody is in a conflict with everything
        ({"match": np.ones((6, 4)), "barred": 1 - np.eye(6, 4)}, {"barred"}),  # each may do one alone, the last two nobody
        ({"match": [[1.0, 0, 0, 0]] * 6, "reviews": 2, "most": 1}, {"load"}),  # one expert for all, who does one only
        ({"match": np.ones((6, 4)), "institution": [1] * 4}, {"institutions"}),  # one house alone
        ({"match": np.zeros((6, 4)), "most": 0}, {"load"}),  # all have sat often enough this year
        ({"match": np.ones((6, 3)), "reviews": 9}, {"barred"}),  # more are asked for than there are
    ],
)  # fmt: skip
def test_what_nobody_can_do_is_never_done_with_a_conflict_and_is_said_plainly(hard, why, solver, monkeypatch):
    if not solver:
        monkeypatch.setattr(matching, "highspy", None)
    one = problem(**hard)
    plan = assign(one)

    assert not any(one.barred[pair] for pair in plan.pairs)
    assert all(load <= most for load, most in zip(loads(plan, len(one.most)), one.most, strict=True))
    assert {reason for _count, reason in plan.short.values()} == why
    for application in range(6):
        mine = [r for a, r in plan.pairs if a == application]
        assert len(mine) + plan.short.get(application, (0, ""))[0] == one.reviews
        assert len(set(one.institution[mine])) == len(mine)


def test_who_would_match_better_and_is_not_chosen_is_counted_with_the_reason():
    match = [[0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]]
    one = problem(
        match, barred=[[True, False, False, False, False, False], [False] * 6], most=[9, 1, 9, 9, 9, 9],
        institution=[1, 2, 3, 3, 4, 5],
    )  # fmt: skip

    found = all_passed_over(one, [(0, 2), (0, 5), (1, 1), (1, 4)])

    assert found[0, 2] == {"barred": 1, "load": 1}  # 0 in a conflict, 1 at their most
    assert found[0, 5] == {
        "barred": 1,
        "load": 1,
        "institutions": 1,
        "elsewhere": 1,
    }  # 3 of the house of 2, 4 is free
    assert found[1, 4] == {}


def worst_of(one, totals):
    """The worst total of those applications that somebody knows something of."""
    alone = best_alone(one, np.where(one.barred, -1.0, one.match))
    return min(
        (total for total, best in zip(totals, alone, strict=True) if 0.01 < best < np.inf), default=0.0
    )


def best_of_all(one):
    """(the worst total, the sum) of the best plan that there is, by trying all of them; None where there is none."""
    applications, reviewers = one.match.shape
    choices = [
        [
            chosen
            for chosen in combinations(range(reviewers), one.reviews)
            if not one.barred[application, [*chosen]].any()
            and len(set(one.institution[[*chosen]])) == one.reviews
            and all((one.kind[[*chosen]] == kind).sum() >= least for kind, least in one.per_kind.items())
        ]
        for application in range(applications)
    ]
    found = [
        (worst_of(one, totals), sum(totals))
        for plan in product(*choices)
        if all(sum(r in chosen for chosen in plan) <= one.most[r] for r in range(reviewers))
        for totals in [[one.match[a, [*chosen]].sum() for a, chosen in enumerate(plan)]]
    ]
    return max(found, default=None)


@st.composite
def small_problems(draw):
    applications, reviewers = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    shape = (applications, reviewers)
    tenths = draw(
        st.lists(st.integers(0, 10), min_size=applications * reviewers, max_size=applications * reviewers)
    )
    barred = draw(
        st.lists(
            st.sampled_from([0, 0, 0, 1]),
            min_size=applications * reviewers,
            max_size=applications * reviewers,
        )
    )
    houses = draw(st.lists(st.integers(0, 5), min_size=reviewers, max_size=reviewers))
    return problem(
        np.reshape(tenths, shape) / 10, barred=np.reshape(barred, shape) == 1, institution=houses,
        most=draw(st.integers(1, 4)), seed=draw(st.integers(0, 9)),
        kind=np.array(draw(st.lists(st.integers(0, 1), min_size=reviewers, max_size=reviewers))),
        per_kind=draw(st.sampled_from([{}, {}, {0: 1}, {0: 1, 1: 1}, {1: 2}])),
    )  # fmt: skip


@settings(max_examples=150)
@given(small_problems())
@example(problem(DEAR, most=1, kind=np.zeros(4, dtype=int)))
def test_on_small_problems_it_is_the_best_of_all_plans(one):
    plan, best = assign(one), best_of_all(one)

    assert not any(one.barred[pair] for pair in plan.pairs)
    assert all(load <= most for load, most in zip(loads(plan, len(one.most)), one.most, strict=True))
    for application in range(len(one.match)):
        houses = [one.institution[reviewer] for a, reviewer in plan.pairs if a == application]
        assert len(houses) == len(set(houses)) <= one.reviews
    assert bool(plan.short or plan.kinds) is (best is None)
    if best:
        totals = [sum(one.match[pair] for pair in plan.pairs if pair[0] == a) for a in range(len(one.match))]
        assert round(worst_of(one, totals), 2) == round(best[0], 2)
        assert plan.total >= best[1] - 0.01
        assert (plan.hope >= best[0] - 1e-3, plan.bound >= best[1] - 1e-3) == (True, True)


@pytest.mark.parametrize("kind", ["even", "tagged"])
def test_a_call_of_three_hundred_is_within_a_thousandth_of_what_is_possible(kind):
    chance = np.random.default_rng(7)
    if kind == "even":
        match = chance.random((300, 60))
    else:  # as expertise is: a few of fourteen technologies each
        asked, known = chance.random((300, 14)) < 0.15, chance.random((60, 14)) < 0.2
        asked[np.arange(300), chance.integers(0, 14, 300)] = True
        match = (asked.astype(float) @ known.T) / np.maximum(1, asked.sum(axis=1))[:, None]
    one = problem(match, barred=chance.random((300, 60)) < 0.05, reviews=5, least=20, most=29)

    plan = assign(one)

    assert (plan.short, plan.under) == ({}, ())
    assert plan.total >= 0.999 * plan.bound
    assert plan.worst >= 0.99 * plan.hope
    assert len(greedy(one)) == len(plan.pairs) == 1500
