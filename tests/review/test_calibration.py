"""The model of severity on panels whose truth is known: no database."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from applications.review.calibration import severity


def panel(seed, *, applications=200, reviewers=30, sheets=5, quality=8.0, strict=5.0, noise=4.0):
    """Who reviews what at random, with true effects: (applications, reviewers, totals, true effects of reviewers)."""
    chance = np.random.default_rng(seed)
    good, severe = chance.normal(0, quality, applications), chance.normal(0, strict, reviewers)
    a = np.repeat(np.arange(applications), sheets)
    r = np.concatenate([chance.choice(reviewers, sheets, replace=False) for _ in range(applications)])
    return a, r, 70 + good[a] + severe[r] + chance.normal(0, noise, len(a)), severe


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_is_found_and_lies_within_the_intervals(seed):
    a, r, totals, truth = panel(seed)

    found = severity(a, r, totals)

    assert np.corrcoef(found.reviewers, truth)[0, 1] > 0.97
    centred = truth - truth.mean()
    within = (found.low - 1.5 <= centred) & (centred <= found.high + 1.5)
    assert within.mean() >= 0.95
    assert found.spread == pytest.approx((8, 5, 4), rel=0.35)
    assert set(found.groups) == {0}


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    held = []
    for seed in range(20):
        a, r, totals, truth = panel(seed, reviewers=60)
        found = severity(a, r, totals)
        held += list((found.low <= truth) & (truth <= found.high))

    assert 0.9 <= np.mean(held) <= 0.99


def test_where_nobody_is_severe_nobody_is_called_so():
    called = []
    for seed in range(10):
        a, r, totals, _truth = panel(seed, strict=0.0)
        found = severity(a, r, totals)
        called += list((found.high < 0) | (found.low > 0))
        assert found.share < 0.05

    assert np.mean(called) <= 0.02


def test_who_has_done_little_is_pulled_to_the_middle():
    a, r, totals, _truth = panel(1)
    totals = np.append(totals, [20.0, totals[a == 1].mean()])
    a, r = np.append(a, [0, 1]), np.append(r, [30, 31])

    found = severity(a, r, totals)

    far = 20.0 - totals[:5].mean()
    assert far < found.reviewers[30] < 0.0  # that much is not believed of one sheet alone
    assert found.errors[30] > 2 * found.errors[:30].max() * 0.9
    assert abs(found.reviewers[31]) < found.errors[31]


def test_panels_that_share_no_application_are_told_apart():
    first, second = panel(1, applications=40, reviewers=5), panel(2, applications=40, reviewers=5)

    found = severity(
        np.append(first[0], second[0] + 40),
        np.append(first[1], second[1] + 5),
        np.append(first[2], second[2]),
    )

    assert list(found.groups) == [0] * 5 + [1] * 5


@settings(max_examples=50, deadline=None)
@given(
    some.lists(
        some.tuples(some.integers(0, 6), some.integers(0, 4), some.integers(0, 100)), min_size=1, max_size=40
    )
)
def test_any_panel_has_an_answer_in_numbers(rows):
    a, r, totals = (np.array(column) for column in zip(*rows, strict=True))

    found = severity(a, r, totals)

    assert all(np.isfinite(part).all() for part in (found.reviewers, found.errors, found.applications))
    assert 0 <= found.share <= 1
