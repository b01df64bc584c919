"""The fast way for many applications: it keeps what the slow one keeps, and says how much no plan exceeds."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from applications.review import matching
from applications.review.asking import Problem
from applications.review.exchanging import exchanged
from applications.review.matching import assign
from tests.review.test_matching import best_of_all, loads, problem, small_problems

pytestmark = pytest.mark.once


def as_expertise_is(applications, reviewers, *, seed=7, reviews=5, room=1.2, **more):
    """A few of fourteen technologies and a field each, so that matches are of a handful of values: massive ties."""
    chance = np.random.default_rng(seed)
    known = chance.random((reviewers, 14)) < 0.15
    fields = chance.integers(0, 6, reviewers)
    match = np.zeros((applications, reviewers))
    for row in match:
        wanted = chance.choice(14, chance.integers(1, 4), replace=False)
        row[:] = np.minimum(
            1, (known[:, wanted].sum(axis=1) + (fields == chance.integers(6))) / (len(wanted) + 1)
        )
    return Problem(
        match=match, barred=chance.random(match.shape) < 0.02, reviews=reviews,
        least=np.zeros(reviewers, dtype=int),
        most=np.full(reviewers, int(np.ceil(room * applications * reviews / reviewers))),
        institution=np.arange(reviewers) // 2, kind=np.arange(reviewers) % 3, seed=3, **more,
    )  # fmt: skip


def kept(one, plan):
    """Whether a plan keeps to all that is never given up."""
    houses = {(a, one.institution[r]) for a, r in plan.pairs}
    return (
        not any(one.barred[pair] for pair in plan.pairs)
        and len(houses) == len(set(plan.pairs)) == len(plan.pairs)
        and all(load <= most for load, most in zip(loads(plan, len(one.most)), one.most, strict=True))
        and set(one.standing) <= set(plan.pairs)
    )


@settings(max_examples=150, deadline=None)
@given(small_problems())
def test_on_small_problems_it_keeps_the_rules_and_no_plan_exceeds_its_bound(one):
    plan, proved = exchanged(one)
    best = best_of_all(one)

    assert kept(one, plan)
    if best:
        assert plan.total <= best[1] + 1e-6 or plan.worst < best[0]
        assert plan.bound >= best[1] - 1e-6
    if proved:
        assert best is not None
        assert plan.total >= 0.999 * best[1] - 0.01


@pytest.mark.parametrize("more", [{}, {"room": 1.0}, {"reviews": 3}])
def test_massive_ties_are_proved_as_good_as_can_be(more):
    one = as_expertise_is(400, 90, **more)

    plan, proved = exchanged(one)

    assert kept(one, plan)
    assert proved
    assert (plan.short, plan.under) == ({}, ())
    assert plan.total >= 0.999 * plan.bound
    assert plan.worst >= 0.99 * plan.hope


def test_it_comes_to_what_the_linear_programme_comes_to():
    one = as_expertise_is(300, 60)

    plan, _proved = exchanged(one)
    solved = matching.Solver(one, 60, lambda part: None).plan()

    assert abs(plan.total - solved.total) <= 0.001 * solved.bound
    assert plan.bound >= solved.total - 0.5  # the chance that tells equals apart


def test_least_loads_kinds_and_what_stands_are_kept():
    one = as_expertise_is(300, 60, per_kind={0: 1, 1: 1, 2: 1})
    one = replace(one, least=np.full(60, 20), kept=((0, 5), (1, 7), (299, 30)))
    one.barred[0, 5] = one.barred[1, 7] = one.barred[299, 30] = False

    plan, _proved = exchanged(one)

    assert kept(one, plan)
    assert (plan.short, plan.kinds, plan.under) == ({}, (), ())


@settings(max_examples=25, deadline=None)
@given(some.integers(0, 10_000), some.integers(1, 4), some.sampled_from([0.5, 0.9, 1.0, 1.5]))
def test_where_places_must_stay_empty_no_more_than_need_be_do(seed, reviews, room):
    one = as_expertise_is(12, 8, seed=seed, reviews=reviews, room=room)

    plan, _proved = exchanged(one)
    solved = matching.Solver(one, 30, lambda part: None).plan()

    assert kept(one, plan)
    missing = [sum(count for count, _why in found.short.values()) for found in (plan, solved)]
    assert missing[0] <= missing[1] + 1


def test_the_better_of_both_ways_is_taken(monkeypatch):
    monkeypatch.setattr(matching, "LARGE", 1)
    one = problem([[1.0, 1.0, 0.6, 0.6], [0.7, 0.7, 0.0, 0.0]], most=1)

    plan = assign(one)

    assert plan.pairs == ((0, 2), (0, 3), (1, 0), (1, 1))


def test_equal_reviewers_are_told_apart_by_the_seed_alone():
    plans = [exchanged(replace(as_expertise_is(60, 30), seed=seed))[0] for seed in (1, 1, 2)]

    assert plans[0].pairs == plans[1].pairs
    assert plans[0].pairs != plans[2].pairs


def test_two_thousand_applications_and_three_hundred_reviewers_take_seconds():
    one, begun = as_expertise_is(2000, 300), time.process_time()

    plan = assign(one)

    assert time.process_time() - begun < 10
    assert plan.total >= 0.999 * plan.bound
    assert plan.worst >= 0.99 * plan.hope
