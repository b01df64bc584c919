"""Scores, quorum and fit as pure rules: no database (docs/domain.md, scoring)."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from applications.review import rules
from applications.review.rules import Sheet

pytestmark = pytest.mark.usefixtures("english")


@dataclass
class Row:
    """A stage, a group or a criterion as the rules read it."""

    pk: int = 0
    weight: int = 100
    threshold: Decimal | None = None
    trimmed: bool = True
    quorum: int = 5
    ordinal: int = 1
    name: str = ""
    points: int = 0
    floor_percent: int = 0
    knock_out_at: Decimal | None = None
    by_steps: bool = False
    anchors: tuple = ()
    is_visit: bool = False
    below: list = field(default_factory=list)

    @property
    def groups(self):
        return SimpleNamespace(all=lambda: self.below)

    criteria = groups

    def __str__(self):
        return self.name


def stage(*points, pk=1, weight=100, floors=(), knock_outs=(), **more):
    """A stage with one criterion in each group; criteria are numbered from pk * 100."""
    groups = []
    for number, most in enumerate(points):
        criterion = Row(pk=pk * 100 + number, name=f"K{number}", points=most)
        criterion.knock_out_at = dict(knock_outs).get(number)
        floor = dict(floors).get(number, 0)
        groups.append(Row(ordinal=number + 1, name=f"G{number}", floor_percent=floor, below=[criterion]))
    return Row(pk=pk, ordinal=pk, name=f"Stage {pk}", weight=weight, below=groups, **more)


def sheet(of, *values, scale="percent"):
    criteria = [criterion for group in of.below for criterion in group.below]
    values = [Decimal(str(value)) for value in values]
    pairs = [(c.points, v) for c, v in zip(criteria, values, strict=True)]
    return Sheet(
        stage=of.pk,
        total=rules.sheet_total(pairs, scale=scale),
        values={c.pk: v for c, v in zip(criteria, values, strict=True)},
    )


def score(stages, sheets, adjustments=(), *, scale="percent", bonus_cap=5, penalty_cap=5):
    return rules.final_score(
        stages,
        sheets,
        [Decimal(str(points)) for points in adjustments],
        scale=scale,
        bonus_cap=Decimal(bonus_cap),
        penalty_cap=Decimal(penalty_cap),
    )


# The worked vectors


@pytest.mark.parametrize(
    ("totals", "adjustments", "base", "final"),
    [
        (
            "82.0 78.5 91.0 74.0 80.5 85.0 79.0",
            ["4", "2", "-1"],
            "81.00",
            "85.00",
        ),  # the bonus of 6 is capped at 5
        ("70 71 72 73", [], "71.50", "71.50"),  # four sheets: nothing is dropped
        ("69.5 70 70 70 70.5", [], "70.00", "70.00"),
        ("88 88 88 60 61 62 63", [], "72.40", "72.40"),
        ("71.25 68.5 73.75 66 74.5 70", [], "70.88", "70.88"),  # 70.875, half up
    ],
)
def test_the_worked_vectors_of_the_rules(totals, adjustments, base, final):
    one = Row(pk=1, weight=100)
    sheets = [Sheet(stage=1, total=Decimal(total), values={}) for total in totals.split()]

    result = score([one], sheets, adjustments)

    assert (result.base, result.final) == (Decimal(base), Decimal(final))


G44 = [(80, 70, 60), (90, 65, 75), (61, 62, 63)]


def test_g44_three_weighted_sheets_make_70_28():
    r1 = stage(40, 35, 25)
    sheets = [sheet(r1, *values) for values in G44]

    assert [s.total for s in sheets] == [Decimal("71.50"), Decimal("77.50"), Decimal("61.85")]
    result = score([r1], sheets)
    assert (result.sheets, result.base, result.final, result.spread) == (
        3,
        Decimal("70.28"),
        Decimal("70.28"),
        Decimal("15.65"),
    )
    assert [mean.quantize(Decimal("0.0001")) for mean in result.means.values()] == [
        Decimal("30.8000"),
        Decimal("22.9833"),
        Decimal("16.5000"),
    ]


def test_ties_are_broken_by_the_keys_of_the_call_in_its_order_and_what_there_is_not_is_nothing():
    result = rules.Result(base=Decimal("70.28"), means={1: Decimal("30.8"), 2: Decimal(23)})
    keys = ["outside", "answer-hiring", "group-2", "base", "group-1", "group-9", "answer-plan"]

    values = rules.tie_values(keys, result, outside=True, answers={"hiring": 12, "plan": "12"})

    assert values == [1, 12, 23, Decimal("70.28"), Decimal("30.8"), 0, 0]


def test_g48_without_the_second_sheet_it_is_66_68():
    r1 = stage(40, 35, 25)

    assert score([r1], [sheet(r1, *G44[0]), sheet(r1, *G44[2])]).final == Decimal("66.68")  # 66.675, half up


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        (
            ["10", "10", "70", "90", "90"],
            "56.67",
        ),  # one of the tied worst and one of the tied best go, not both
        (["50"] * 5, "50.00"),
        (["59.994", "59.994", "59.994"], "59.99"),
        (["59.995", "59.995", "59.995"], "60.00"),
        (["85.005"] * 3, "85.01"),  # a float says 85.0
    ],
)
def test_one_best_and_one_worst_go_from_five_sheets_on_and_the_mean_is_rounded_half_up(totals, expected):
    assert rules.stage_score([Decimal(total) for total in totals]) == Decimal(expected)


def test_two_stages_are_weighed_after_each_was_rounded():
    paper, talk = stage(100, pk=1, weight=30), stage(100, pk=2, weight=70)
    sheets = [sheet(paper, value) for value in ("60.1", "60.1", "60.2")]  # 60.1333, hence 60.13
    sheets += [sheet(talk, value) for value in ("80.2", "80.2", "80.1")]  # 80.1667, hence 80.17

    assert score([paper, talk], sheets).base == Decimal("74.16")  # 18.039 + 56.119 = 74.158


def test_a_stage_without_a_sheet_leaves_the_score_open():
    paper, talk = stage(100, pk=1, weight=30), stage(100, pk=2, weight=70)

    result = score([paper, talk], [sheet(paper, 60)], ["2"])

    assert (result.sheets, result.base, result.final, result.bonus, result.means) == (1, None, None, 2, {})
    assert [(one.sheets, one.score) for one in result.stages] == [(1, 60), (0, None)]


@pytest.mark.parametrize(
    ("value", "failings"),
    [("60", []), ("59.995", []), ("59.99", ["Stage 1: 59.99, below the threshold of 60"])],
)
def test_a_stage_fails_below_its_threshold_by_the_number_that_is_published(value, failings):
    paper = stage(100, pk=1, weight=30, threshold=Decimal(60))

    result = score([paper, stage(100, pk=2, weight=70)], [sheet(paper, value)] * 3)

    assert (result.failings, result.base) == (failings, None)


def test_a_stage_that_is_not_trimmed_counts_all_its_sheets():
    all_of_them = stage(100, trimmed=False)

    assert score([all_of_them], [sheet(all_of_them, value) for value in (0, 80, 80, 80, 80)]).base == 64


def test_a_review_that_ended_early_is_scored_by_the_stages_that_it_went_through():
    paper = stage(100, pk=1, weight=30)

    assert score([paper], [sheet(paper, 55)] * 3, ["2"]).final == Decimal("18.50")


def test_the_spread_is_the_widest_within_one_stage():
    paper, talk = stage(100, pk=1, weight=30), stage(100, pk=2, weight=70)
    sheets = [sheet(paper, 20), sheet(paper, 30), sheet(talk, 80), sheet(talk, 95)]

    assert score([paper, talk], sheets).spread == 15


def test_a_plan_goes_on_to_the_next_stage_unless_something_failed_it_up_to_here():
    one, two, three = (Row(ordinal=ordinal) for ordinal in (1, 2, 3))
    found = [rules.Standing(one), rules.Standing(two), rules.Standing(three, failings=["G0"])]
    fallen = [rules.Standing(one, failings=["G0"]), rules.Standing(two)]

    assert [rules.next_stage(found, at) for at in (one, two, three)] == [two, three, None]
    assert [rules.next_stage(fallen, at) for at in (one, two)] == [None, None]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (["3", "3"], (5, 0)),
        (["-3", "-3"], (0, 5)),
        (["2.5", "-0.5"], (Decimal("2.5"), Decimal("0.5"))),
        ([], (0, 0)),
    ],
)
def test_bonus_and_penalty_are_summed_apart_and_capped(points, expected):
    assert (
        rules.capped([Decimal(p) for p in points], bonus_cap=Decimal(5), penalty_cap=Decimal(5)) == expected
    )


def test_a_final_score_may_exceed_one_hundred():
    one = stage(100)

    assert score([one], [sheet(one, 99)] * 3, ["5"]).final == 104


@pytest.mark.parametrize(
    ("values", "failings"),
    [
        ((50, 100), []),  # at the floor of 50 % is not below it
        ((49.9, 100), ["G0"]),
        ((100, 10), ["K1"]),  # knocked out at 10 and below
        ((100, 10.1), []),
        ((0, 0), ["G0", "K1"]),
    ],
)
def test_floors_and_knock_outs_are_named(values, failings):
    one = stage(60, 40, floors=[(0, 50)], knock_outs=[(1, Decimal(10))])

    assert score([one], [sheet(one, *values)] * 3).failings == failings


def test_a_group_fails_by_its_untrimmed_and_unrounded_mean():
    one = stage(100, floors=[(0, 60)])
    sheets = [sheet(one, value) for value in (59.9, 60, 60, 60, 60)]

    result = score([one], sheets)

    assert (result.base, result.failings) == (Decimal("60.00"), ["G0"])  # the mean of all five is 59.98


# What holds for every sheet

VALUES = some.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)
TOTALS = some.lists(VALUES, min_size=1, max_size=9)


@given(TOTALS, some.randoms())
def test_the_order_of_the_sheets_never_matters(totals, chance):
    mixed = totals[:]
    chance.shuffle(mixed)

    assert rules.stage_score(mixed) == rules.stage_score(totals)


@given(TOTALS)
def test_from_five_on_exactly_one_best_and_one_worst_are_left_out(totals):
    kept = totals[:]
    if len(totals) >= 5:
        kept.remove(max(totals))
        kept.remove(min(totals))

    mean = sum(kept) / len(kept)
    assert abs(rules.stage_score(totals) - mean) <= Decimal("0.005")
    assert min(totals) <= rules.stage_score(totals) <= max(totals)


@given(some.integers(0, 10**7))
def test_rounding_is_half_up_and_to_the_hundredth(thousandths):
    value = Decimal(thousandths) / 1000

    expected = Decimal((thousandths + 5) // 10) / 100
    assert rules.rounded(value) == expected
    assert rules.rounded(rules.rounded(value)) == rules.rounded(value)


WEIGHTS = some.integers(1, 99).map(lambda weight: (weight, 100 - weight))
TWO_STAGES = some.tuples(
    some.lists(VALUES, min_size=1, max_size=7), some.lists(VALUES, min_size=1, max_size=7)
)


def of_two(weights, values, **more):
    """What these totals on paper and in presentation come to."""
    paper, talk = (stage(100, pk=pk, weight=weight, **more) for pk, weight in enumerate(weights, 1))
    sheets = [sheet(of, value) for of, found in zip((paper, talk), values, strict=True) for value in found]
    return score([paper, talk], sheets)


@given(WEIGHTS, TWO_STAGES)
def test_the_base_over_stages_is_their_published_scores_by_weight_rounded_once(weights, values):
    result = of_two(weights, values)

    published = [rules.stage_score(found) for found in values]
    hundredths = sum(weight * int(score * 100) for weight, score in zip(weights, published, strict=True))
    assert [one.score for one in result.stages] == published
    assert result.base == Decimal((hundredths + 50) // 100) / 100
    assert min(published) <= result.base <= max(published)


@given(WEIGHTS, TWO_STAGES)
def test_the_order_of_the_stages_never_matters_to_the_base(weights, values):
    assert of_two(weights, values).base == of_two(weights[::-1], values[::-1]).base


@given(WEIGHTS, TWO_STAGES, some.integers(0, 1), some.integers(0, 6))
def test_a_point_more_in_one_stage_never_lowers_the_base_and_leaves_the_other_stage(
    weights, values, which, place
):
    better = [list(found) for found in values]
    place %= len(better[which])
    better[which][place] = min(Decimal(100), better[which][place] + 1)

    before, after = of_two(weights, values), of_two(weights, better)

    assert after.base >= before.base
    assert after.stages[1 - which].score == before.stages[1 - which].score


SHEETS = some.lists(some.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=7)


@given(SHEETS, some.integers(0, 6), some.integers(0, 2))
def test_a_point_more_on_one_criterion_never_lowers_the_score(sheets, which, criterion):
    r1, which = stage(40, 35, 25), which % len(sheets)
    better = [list(values) for values in sheets]
    better[which][criterion] = min(Decimal(100), better[which][criterion] + 1)

    before, after = (score([r1], [sheet(r1, *values) for values in each]) for each in (sheets, better))

    assert after.final >= before.final
    assert all(after.means[group] >= mean for group, mean in before.means.items())


@given(SHEETS)
def test_equal_group_means_are_equal_however_many_sheets_made_them(sheets):
    r1 = stage(40, 35, 25)
    once, twice = (score([r1], [sheet(r1, *values) for values in each]) for each in (sheets, sheets * 2))

    assert once.means == twice.means


@given(some.lists(some.integers(-50, 50).map(lambda tenths: Decimal(tenths) / 10), max_size=8))
def test_the_final_score_stays_within_the_caps_around_the_base(points):
    one = stage(100)

    result = score([one], [sheet(one, 70)] * 3, points)

    assert 65 <= result.final <= 75
    assert result.final == result.base + result.bonus - result.penalty


# Single values


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0", None),
        ("100", None),
        ("80.5", None),
        ("-1", "From 0 to 100 points."),
        ("100.1", "From 0 to 100 points."),
        ("80.55", "In steps of 0.1 points."),
    ],
)
def test_a_value_in_percent_is_from_0_to_100_in_its_steps(value, reason):
    faults = rules.score_faults(Row(pk=7, points=40), Decimal(value), scale="percent", step=Decimal("0.1"))

    assert [(str(fault), fault.field) for fault in faults] == ([(reason, "score_7")] if reason else [])


@pytest.mark.parametrize(
    ("value", "is_fine"), [("15", True), ("14.5", True), ("15.5", False), ("14.3", False)]
)
def test_a_value_in_points_is_at_most_the_points_of_its_criterion(value, is_fine):
    faults = rules.score_faults(Row(pk=7, points=15), Decimal(value), scale="points", step=Decimal("0.5"))

    assert (not faults) is is_fine


def test_a_criterion_of_steps_takes_its_five_values_only():
    def said(value, **more):
        row = Row(pk=7, points=15, by_steps=True)
        faults = rules.score_faults(row, Decimal(value), **{"scale": "points", "step": Decimal("0.5")} | more)
        return [str(fault) for fault in faults]

    assert said("12") == said("3") == said("80", scale="percent") == []
    assert said("11") == said("0") == ["One of the five steps: 15, 12, 9, 6, 3."]


def test_a_sheet_is_unfinished_by_each_missing_score_and_each_short_comment():
    criteria = [Row(pk=1, name="Technology"), Row(pk=2, name="Market")]
    comments = {"strengths": "Ten letters", "weaknesses": "   short   ", "overall": ""}

    reasons = rules.unfinished({1: Decimal(0)}, criteria, comments, least=10)

    assert [(str(reason), reason.field) for reason in reasons] == [
        ("No score yet: Market", "score_2"),
        ("Please write at least 10 characters: points to mend", "weaknesses"),
        ("Please write at least 10 characters: overall opinion", "overall"),
    ]


# Quorum


@pytest.mark.parametrize(
    ("quorum", "panel", "needed"),
    [
        (5, 5, 5),
        (5, 7, 5),
        (5, 8, 6),
        (5, 9, 6),
        (5, 10, 7),
        (7, 7, 7),
        (3, 3, 5),
        (4, 4, 5),
        (3, 9, 6),
        (3, 0, 5),
    ],
)
def test_five_sheets_are_needed_or_what_the_call_asks_beyond_them_or_two_thirds_of_the_panel(
    quorum, panel, needed
):
    assert rules.sheets_needed(stage(100, quorum=quorum), panel) == needed


@pytest.mark.parametrize(
    ("allowed", "panel", "needed"), [(3, 3, 3), (3, 4, 3), (4, 4, 4), (3, 5, 4), (4, 7, 5), (3, 0, 3)]
)
def test_by_exception_fewer_suffice_but_always_two_thirds_of_the_panel(allowed, panel, needed):
    assert rules.sheets_needed(stage(100), panel, allowed) == needed


def test_a_site_visit_needs_its_two_visitors():
    assert rules.sheets_needed(stage(quorum=2, is_visit=True), 2) == 2


def test_every_stage_needs_its_quorum():
    five, three = stage(100, pk=1), stage(100, pk=2, quorum=3)

    assert rules.short_of_quorum([(five, 5, 6, None), (three, 3, 4, 3)]) == []
    assert [str(r) for r in rules.short_of_quorum([(three, 2, 3, 3)])] == [
        "3 sheets are needed; 2 are handed in."
    ]
    assert [str(r) for r in rules.short_of_quorum([(five, 4, 6, None), (three, 2, 3, 3)])] == [
        "Stage 1: 5 sheets are needed; 4 are handed in.",
        "Stage 2: 3 sheets are needed; 2 are handed in.",
    ]
