"""Scores, quorum and conflicts as pure rules: no database (docs/domain.md, scoring)."""

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
    ordinal: int = 1
    name: str = ""
    points: int = 0
    floor_percent: int = 0
    knock_out_at: Decimal | None = None
    below: list = field(default_factory=list)

    @property
    def groups(self):
        return SimpleNamespace(all=lambda: self.below)

    criteria = groups


def stage(*points, pk=1, weight=100, floors=(), knock_outs=()):
    """A stage with one criterion in each group; criteria are numbered from pk * 100."""
    groups = []
    for number, most in enumerate(points):
        criterion = Row(pk=pk * 100 + number, name=f"K{number}", points=most)
        criterion.knock_out_at = dict(knock_outs).get(number)
        floor = dict(floors).get(number, 0)
        groups.append(Row(ordinal=number + 1, name=f"G{number}", floor_percent=floor, below=[criterion]))
    return Row(pk=pk, weight=weight, below=groups)


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
    assert [mean.quantize(Decimal("0.0001")) for mean in result.ties] == [
        Decimal("30.8000"),
        Decimal("22.9833"),
        Decimal("16.5000"),
    ]


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

    assert (result.sheets, result.base, result.final, result.bonus, result.ties) == (1, None, None, 2, [])


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


SHEETS = some.lists(some.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=7)


@given(SHEETS, some.integers(0, 6), some.integers(0, 2))
def test_a_point_more_on_one_criterion_never_lowers_the_score(sheets, which, criterion):
    r1, which = stage(40, 35, 25), which % len(sheets)
    better = [list(values) for values in sheets]
    better[which][criterion] = min(Decimal(100), better[which][criterion] + 1)

    before, after = (score([r1], [sheet(r1, *values) for values in each]) for each in (sheets, better))

    assert after.final >= before.final
    assert all(new >= old for new, old in zip(after.ties, before.ties, strict=True))


@given(SHEETS)
def test_equal_group_means_are_equal_however_many_sheets_made_them(sheets):
    r1 = stage(40, 35, 25)
    once, twice = (score([r1], [sheet(r1, *values) for values in each]) for each in (sheets, sheets * 2))

    assert once.ties == twice.ties


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
    [(5, 5, 5), (5, 7, 5), (5, 8, 6), (5, 9, 6), (5, 10, 7), (3, 3, 3), (3, 4, 3), (3, 5, 4), (3, 0, 3)],
)
def test_the_quorum_is_that_of_the_call_or_two_thirds_of_the_panel(quorum, panel, needed):
    assert rules.sheets_needed(quorum, panel) == needed


def test_every_stage_needs_its_quorum():
    assert rules.short_of_quorum([(5, 6), (6, 7)], quorum=5) == []
    assert [str(r) for r in rules.short_of_quorum([(5, 6), (2, 3)], quorum=3)] == [
        "3 sheets are needed; 2 are handed in."
    ]


# Conflicts of interest


def barred_by(
    *, affiliation="KIMM", number="", email="r@kimm.example", members=("x@a.example",), applicants=()
):
    return rules.conflicts(
        firm=SimpleNamespace(name="Firm A", business_number="1108100062"),
        profile=SimpleNamespace(affiliation=affiliation, affiliation_number=number),
        email=email,
        member_emails=members,
        applicant_numbers=applicants,
    )


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"number": "1108100062"}, ["C1"]),
        ({"affiliation": " Firm A "}, ["C1"]),
        ({"number": "1108100010", "applicants": {"1108100010"}}, ["C6"]),
        ({"number": "1108100010", "applicants": {"1108100024"}}, []),
        ({"number": "1108100062", "applicants": {"1108100062"}}, ["C1"]),
        ({"email": "r@A.Example"}, ["C5"]),
        ({"email": "r@naver.com", "members": ("x@naver.com",)}, []),  # everybody's mail says nothing
        ({"affiliation": "Firm A", "email": "r@a.example"}, ["C1", "C5"]),
    ],
)
def test_g43_our_own_data_bars_by_number_name_and_mail(facts, codes):
    assert barred_by(**facts) == codes


def test_g43_the_refusal_names_the_rule():
    assert [str(reason) for reason in rules.barred("R. Kim", ["C1", "C6"])] == [
        "R. Kim: C1 I work for the firm or its group",
        "R. Kim: C6 My institution applies in the same call",
    ]
