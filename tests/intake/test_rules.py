"""Deadlines and stale sections, asked without a database."""

from datetime import timedelta
from unicodedata import normalize

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from applications.calls.models import Call
from applications.intake import mending, rules
from applications.intake.fields import PlainField, plain
from applications.intake.models import Application, Supplement
from applications.kernel.sections import stale
from tests.world import BEFORE, CLOSES, OPENS


def call(**fields):
    return Call(opens_at=OPENS, closes_at=CLOSES, **({"published_at": BEFORE} | fields))


# Deadlines


@pytest.mark.parametrize(
    ("arrived", "is_late"),
    [
        (OPENS - timedelta(microseconds=1), True),
        (OPENS, False),
        (CLOSES - timedelta(milliseconds=100), False),
        (CLOSES - timedelta(microseconds=1), False),
        (CLOSES, True),
    ],
)
def test_g27_the_closing_instant_is_exclusive_to_the_microsecond(arrived, is_late):
    assert bool(rules.late(call(), now=arrived)) is is_late


@pytest.mark.usefixtures("english")
def test_g27_the_refusal_says_the_deadline_the_arrival_and_that_the_draft_is_kept():
    assert [str(reason) for reason in rules.late(call(), now=CLOSES)] == [
        "The call closed at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:00 KST. Your draft is kept."
    ]


def test_a_call_in_preparation_takes_nothing():
    assert len(rules.late(call(published_at=None), now=OPENS)) == 1


@pytest.mark.usefixtures("english")
def test_the_due_instant_of_a_supplement_is_exclusive_too():
    supplement = Supplement(due_at=CLOSES)

    assert mending.overdue(supplement, now=CLOSES - timedelta(microseconds=1)) == []
    assert [str(reason) for reason in mending.overdue(supplement, now=CLOSES)] == [
        "The supplement was due at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:00 KST."
    ]


# Sections


@pytest.mark.parametrize(
    ("saved", "sections", "is_stale"),
    [
        ({}, ["plan"], False),
        ({"plan": 3}, ["plan"], False),
        ({"plan": 4}, ["plan"], True),
        ({"project": 4}, ["plan"], False),
        ({"project": 4, "plan": 2}, ["plan", "project"], True),
    ],
)
def test_g12_a_section_is_stale_only_when_it_was_saved_itself(saved, sections, is_stale):
    assert bool(stale(Application(section_versions=saved), sections, version=3)) is is_stale


@pytest.mark.parametrize(
    "typed",
    ["가" * 2000, normalize("NFD", "각") * 2000, "가" * 1998 + "\r\n가", "가" * 1998 + "\n가", "😀" * 2000],
)
def test_g16_two_thousand_code_points_after_nfc_are_accepted(typed):
    assert len(PlainField(limit=2000).clean(typed)) == 2000


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("typed", ["가" * 2001, "가" * 1999 + "\r\n가", "가" * 1999 + "\n가"])
def test_g16_one_more_is_refused_and_a_line_end_counts_as_one(typed):
    with pytest.raises(ValidationError) as refusal:
        PlainField(limit=2000).clean(typed)

    assert refusal.value.messages == ["At most 2000 characters; these are 2001."]


@given(st.text(alphabet="가각\r\na"))
def test_text_is_kept_with_one_line_end_and_in_one_form(text):
    assert plain(plain(text)) == plain(text)
    assert "\r" not in plain(text)
