"""How firm a cut is, on sheets whose answer is known: no database."""

import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from applications.decision import stability
from applications.decision.rules import Deviation, order
from applications.decision.selection import Bound
from applications.kernel.leasing import Overtaken
from applications.review import rules as review
from tests.decision.test_rules import SELECT, cut
from tests.decision.test_selection import BOUNDS, SOME

DRAWS = 1000


def sheets(*plans, weight=100, trimmed=True, threshold=None, floor=None):
    """One stage. plans: of each {reviewer: total}; floor: points that the mean must reach, of a group that is the whole sheet."""
    rows = [(a, r, int(total * 1000)) for a, plan in enumerate(plans) for r, total in plan.items()]
    a, r, total = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    limits = [] if floor is None else [floor * 1000]
    return stability.Sheets(
        weight=weight, trimmed=trimmed, threshold=threshold, application=a, reviewer=r, total=total,
        parts=np.repeat(total[:, None], len(limits), axis=1), limits=np.array(limits, dtype=np.int64),
        least_passing=np.zeros(len(limits), dtype=np.int64),
    )  # fmt: skip


def plans_of(count, *, added=None, barred=(), ties=None):
    return stability.Plans(
        added=np.array(added or [0] * count),
        ties=np.array(ties or [0] * count),
        barred=np.isin(np.arange(count), barred),
        first=np.zeros(count, dtype=bool),
        kinds=[(1, 7)] * count,
        grants=[0] * count,
    )


def counts(*stages, seats=1, mark=0, seed=7, plans=None, **more):
    count = int(stages[0].application.max()) + 1
    found = stability.resampled(
        stages, plans or plans_of(count, **more), stability.Line(seats, mark), draws=DRAWS, seed=seed
    )
    return list(found.counts)


def about(part, *, of=DRAWS, errors=4):
    """A count of this part, within so many standard errors of as many draws: one run in ten thousand lies outside."""
    return pytest.approx(of * part, abs=errors * (of * part * (1 - part)) ** 0.5)


PANEL = range(5)


def test_a_clear_gap_is_always_the_same():
    strong, weak = dict.fromkeys(PANEL, 90), dict.fromkeys(PANEL, 61)

    assert counts(sheets(weak, strong)) == [0, DRAWS]


def test_two_identical_firms_for_one_place_share_it_by_halves():
    plan = dict(zip(PANEL, (60, 70, 75, 80, 90), strict=True))

    found = counts(sheets(plan, plan))

    assert sum(found) == DRAWS
    assert found[0] == about(1 / 2)


def test_the_same_totals_of_other_reviewers_share_it_by_halves_too():
    totals = (60, 70, 75, 80, 90)
    first, second = dict(zip(PANEL, totals, strict=True)), dict(zip(range(5, 10), totals, strict=True))

    found = counts(sheets(first, second))

    assert sum(found) == DRAWS
    assert found[0] == about(1 / 2)


def test_two_sheets_give_the_odds_of_two_throws():
    """60 and 90 come to 60, 75 or 90 with one, two and one of four: three of four times above 74."""
    assert counts(sheets({0: 60, 1: 90}, {2: 74, 3: 74}))[0] == about(3 / 4)


def test_the_best_and_the_worst_of_five_draws_are_left_out():
    """Of 70, 70, 70, 70, 100 the score is above 71 only where 100 is drawn twice or more: with 1 - .8^5 - 5 x .2 x .8^4."""
    plan, other = dict(zip(PANEL, (70, 70, 70, 70, 100), strict=True)), dict.fromkeys(range(5, 10), 71)

    trimmed, whole = counts(sheets(plan, other))[0], counts(sheets(plan, other, trimmed=False))[0]

    assert trimmed == about(1 - 0.8**5 - 5 * 0.2 * 0.8**4)
    assert whole == about(1 - 0.8**5)


def test_a_panel_that_judged_both_draws_the_same_reviewers_for_both():
    """However far its reviewers differ, who is a point better with each of them is always before the other."""
    better, other = dict(zip(PANEL, (41, 71, 76, 81, 99), strict=True)), dict(zip(PANEL, (40, 70, 75, 80, 98), strict=True))  # fmt: skip
    elsewhere = dict(zip(range(5, 10), other.values(), strict=True))

    assert counts(sheets(better, other)) == [DRAWS, 0]
    assert 100 < counts(sheets(better, elsewhere))[1] < DRAWS / 2 + 50


def test_the_mark_keeps_a_place_empty_and_the_bonus_does_not_help():
    """Base 60 or 75 or 90 against a mark of 70; five points of bonus are no part of the base."""
    assert counts(sheets({0: 60, 1: 90}), mark=7000, added=[500]) == [about(3 / 4)]


def test_bonus_and_penalty_count_in_the_order():
    even = dict.fromkeys(PANEL, 80)

    assert counts(sheets(even, even), added=[0, 50]) == [0, DRAWS]
    assert counts(sheets(even, even), added=[0, -50]) == [DRAWS, 0]


def test_stages_count_by_their_weights():
    """54 x 30 % + 80 x 70 % = 72.20, above 72.00; the other way round it is 61.80."""
    paper, talk = sheets({0: 54, 1: 54}, {0: 72, 1: 72}, weight=30), sheets({0: 80, 1: 80}, {0: 72, 1: 72}, weight=70)  # fmt: skip
    lighter, heavier = sheets({0: 80, 1: 80}, {0: 72, 1: 72}, weight=30), sheets({0: 54, 1: 54}, {0: 72, 1: 72}, weight=70)  # fmt: skip

    assert counts(paper, talk) == [DRAWS, 0]
    assert counts(lighter, heavier) == [0, DRAWS]


def test_a_threshold_and_a_floor_keep_out_whoever_draws_below_them():
    low = sheets({0: 60, 1: 90}, {2: 50, 3: 50}, threshold=6500)
    floored = sheets({0: 60, 1: 90}, {2: 50, 3: 50}, floor=65)

    assert counts(low) == [about(3 / 4), 0]
    assert counts(floored) == counts(low)


def test_who_failed_for_good_is_never_selected():
    assert counts(sheets(dict.fromkeys(PANEL, 99), dict.fromkeys(PANEL, 70)), barred=[0]) == [0, DRAWS]


def test_what_breaks_a_tie_is_asked_before_chance():
    even = dict.fromkeys(PANEL, 80)

    assert counts(sheets(even, even), ties=[1, 2]) == [0, DRAWS]


def test_with_one_sheet_each_no_spread_is_known():
    one = sheets({0: 80}, {1: 70}, {0: 75, 1: 85})

    found = stability.resampled([one], plans_of(3), stability.Line(1, 0), draws=10, seed=1)

    assert list(found.known) == [False, False, True]


def test_a_seed_says_it_all():
    stage = sheets({0: 60, 1: 90, 2: 71}, {0: 70, 3: 77, 4: 70}, {1: 74, 2: 74})

    assert counts(stage, seed=3) == counts(stage, seed=3)
    assert counts(stage, seed=3) != counts(stage, seed=4)


def test_it_tells_how_far_it_is_and_ends_where_that_raises():
    told = []

    def tell(part):
        told.append(part)
        if len(told) == 3:
            raise Overtaken

    stage = sheets({0: 60, 1: 90})

    with pytest.raises(Overtaken):
        stability.resampled([stage], plans_of(1), stability.Line(1, 0), draws=DRAWS, seed=1, tell=tell)

    assert told == [0, 0.1, 0.2]


TOTALS = some.lists(some.lists(some.integers(0, 200).map(lambda n: Decimal(n) / 2), min_size=1, max_size=8), min_size=1, max_size=5)  # fmt: skip


@given(TOTALS, some.booleans(), some.sampled_from([30, 70, 100]))
def test_sheets_as_they_are_come_to_the_scores_of_the_house(totals, trimmed, weight):
    stage = sheets(*(dict(enumerate(plan)) for plan in totals), trimmed=trimmed, weight=weight)

    final, _base, fails = stability.scored([stage], plans_of(len(totals)), [stage.as_they_are()])

    expected = [review.base_score([(weight, review.stage_score(plan, trimmed=trimmed))]) for plan in totals]
    assert [Decimal(int(points)) / 100 for points in final[0]] == expected
    assert not fails.any()


SAID = some.dictionaries(some.integers(0, 6), some.sampled_from(["selected", "reserved", "declined"]))


@given(SOME, BOUNDS, some.integers(0, 5), some.none() | some.integers(0, 9), SAID)
def test_whom_it_takes_is_whom_the_rule_of_selection_takes(candidates, bounds, seats, budget, said):
    ranked = order(candidates)
    plans = stability.Plans(
        added=np.zeros(len(ranked), dtype=int), ties=np.zeros(len(ranked), dtype=int),
        barred=np.array([bool(c.failings) or said.get(c.pk) in ("reserved", "declined") for c in ranked]),
        first=np.array([said.get(c.pk) == "selected" for c in ranked]),
        kinds=[c.kind for c in ranked], grants=[c.grant_krw for c in ranked],
    )  # fmt: skip
    may = np.array(
        [place for place, c in enumerate(ranked) if not plans.barred[place] and c.base >= SELECT], dtype=int
    )

    taken = stability.walked(may, plans, stability.Line(seats, 0, budget, tuple(bounds)))

    deviations = {pk: Deviation(result, "As voted") for pk, result in said.items()}
    lines = cut(*candidates, seats=seats, bounds=bounds, budget_krw=budget, deviations=deviations)
    assert {ranked[place].pk for place in taken} == {
        line.candidate.pk for line in lines if line.result == "selected"
    }


def test_a_thousand_draws_of_five_hundred_applications_under_quotas_take_less_than_twenty_seconds():
    chance = np.random.default_rng(1)
    count, panel = 500, 7
    plans = [
        dict(zip(chance.choice(60, panel, replace=False), chance.normal(quality, 6, panel).clip(0, 100).round(1), strict=True))
        for quality in chance.normal(70, 9, count)
    ]  # fmt: skip
    fields = chance.choice([1, 1, 1, 1, 2, 3, 4, 5, 6], count).tolist()
    everybody = plans_of(count)
    everybody.kinds[:] = [(field, place % 17) for place, field in enumerate(fields)]
    bounds = tuple(Bound("field", field, str(field), 3, 7) for field in range(1, 7))
    began = time.perf_counter()

    found = stability.resampled(
        [sheets(*plans, floor=40)], everybody, stability.Line(28, 7000, None, bounds), draws=DRAWS, seed=1
    )

    assert time.perf_counter() - began < 20
    assert found.counts.sum() <= 28 * DRAWS
