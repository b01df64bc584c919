"""How fresh a paper must be, the five steps of a scale, and what a notice still has to say: rules without a database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.calls import scale, validity
from applications.calls.outline_texts import ANCHORS, RND, SPROUT
from applications.calls.readiness import BLANK, unwritten
from applications.calls.rules import is_for, row, uncorrectable
from applications.intake.answers import asked
from applications.intake.facts import Facts, Paper
from applications.intake.screening import FAILED, PASSED, PERSON, e16

pytestmark = pytest.mark.usefixtures("english")
CLOSING = date(2026, 12, 15)
RULES = st.sampled_from(["", "closing", "1d", "30d", "90d", "400d", "1m", "3m", "12m", "36m"])
DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("rule", "issued", "expires", "found"),
    [
        ("", None, None, True),
        ("closing", None, CLOSING, True),
        ("closing", None, date(2026, 12, 14), False),
        ("closing", date(2026, 12, 1), None, None),
        ("3m", date(2026, 9, 15), None, True),
        ("3m", date(2026, 9, 14), None, False),
        ("3m", None, date(2027, 1, 1), None),
        ("30d", date(2026, 11, 15), None, True),
        ("30d", date(2026, 11, 14), None, False),
        ("30d", date(2026, 12, 20), None, True),  # a supplement brings a newer one
    ],
)
def test_a_paper_keeps_its_rule_by_the_day_that_counts(rule, issued, expires, found):
    assert validity.met(rule, issued_on=issued, expires_on=expires, closing=CLOSING) is found


def test_the_rule_stands_in_words_and_what_is_no_rule_asks_nothing():
    assert [str(validity.in_words(rule)) for rule in ("closing", "1d", "90d", "3m", "", "99m", "0d", "x")] == [
        "valid on the closing day", "issued within 1 day before the closing day",
        "issued within 90 days before the closing day", "issued within 3 months before the closing day", "", "", "", "",
    ]  # fmt: skip


@given(RULES, RULES, DAYS, DAYS)
def test_whatever_an_eased_rule_refuses_the_one_before_refused_too(old, new, issued, expires):
    if validity.eases(old, new):
        kept = [
            validity.met(rule, issued_on=issued, expires_on=expires, closing=CLOSING) for rule in (old, new)
        ]
        assert kept[1] or not kept[0]
    assert all(validity.eases(old, easier) for easier in validity.easier(old))


def test_a_correction_asks_no_more_and_keeps_five_steps():
    def said(of, old, new):
        return [str(reason) for reason in uncorrectable([{"of": of, "label": "It", "old": old, "new": new}])]

    five = "a\nb\nc\nd\ne"
    assert said("fresh:D02", "3m", "1m") == said("fresh:D02", "", "3m") == [
        "“It”: a correction asks no more of a paper than before."
    ]  # fmt: skip
    assert (
        said("fresh:D02", "3m", "6m")
        == said("fresh:D02", "3m", "")
        == said("anchors:1-1-1", five, five)
        == []
    )
    assert said("anchors:1-1-1", five, "a\nb") == ["“It”: each of the five steps has a line of its own."]
    assert said("law", "none", "x") == ["Please choose the funding law."]
    assert [str(part) for part in row("fresh:D02", "Paper", "3m", "")] == [
        "Paper: how fresh it must be", "issued within 3 months before the closing day", "",
    ]  # fmt: skip
    assert [str(part) for part in row("law", "funding law", "none", "subsidy")][1:] == [
        "Benefits other than money", "Subsidy under the Subsidy Act",
    ]  # fmt: skip


# E16


@pytest.mark.parametrize(
    ("paper", "outcome"),
    [
        (Paper("D02", "", None, "issued within 3 months", True), PASSED),
        (Paper("D02", "", date(2027, 1, 1), "issued within 3 months", False), FAILED),
        (Paper("D02", "", date(2027, 1, 1), "issued within 3 months", None), PERSON),
        (Paper("D02", "", None), PERSON),
    ],
)
def test_e16_looks_at_what_the_call_asks_of_each_paper(paper, outcome):
    facts = Facts("", "", "", CLOSING, "", CLOSING, papers={"D02": paper}, dated=frozenset({"D02"}))

    assert e16(facts).outcome == outcome


# Steps


@dataclass
class Criterion:
    points: int = 15
    by_steps: bool = True
    anchors: tuple = ()


def test_the_steps_of_a_criterion_have_words_points_and_what_they_stand_for():
    found = scale.steps_of(Criterion(anchors=tuple("abcde")), scale="points", step=Decimal(1))

    assert [(str(step.word), step.points, step.text) for step in found] == [
        ("Excellent", 15, "a"), ("Good", 12, "b"), ("Fair", 9, "c"), ("Poor", 6, "d"), ("Very poor", 3, "e"),
    ]  # fmt: skip
    assert scale.values_of(Criterion(points=5), scale="percent", step=Decimal(1)) == [100, 80, 60, 40, 20]
    assert scale.indistinct(3, scale="points", step=Decimal(1))
    assert not scale.indistinct(4, scale="points", step=Decimal(1))
    assert {len(texts) for texts in ANCHORS.values()} == {5}


# Notice and tracks


def test_a_notice_is_written_once_nothing_of_its_template_is_left():
    assert [str(gap) for gap in unwritten("")] == ["The text of the notice is still empty."]
    assert [str(gap) for gap in unwritten("Until 【day】, whom to ask: 【】")] == [
        "In the notice 2 places in 【 】 are still to be written."
    ]
    assert unwritten(BLANK.sub("written", SPROUT)) == unwritten(BLANK.sub("written", RND)) == []
    assert unwritten(SPROUT) and unwritten(RND)


@dataclass
class Question:
    code: str
    tracks: list
    condition: dict


def test_a_question_is_asked_of_the_tracks_that_it_names_and_in_a_preview_of_all():
    every, roots = Question("a", [], {}), Question("b", ["root"], {})

    def of(track):
        firm, call = SimpleNamespace(track=track), SimpleNamespace(asked=(every, roots))
        return asked(SimpleNamespace(firm=firm, call=call, answers={}))

    assert [[one.code for one in of(track)] for track in ("root", "venture", "")] == [
        ["a", "b"], ["a"], ["a", "b"],
    ]  # fmt: skip
    assert not is_for(roots, "venture")
