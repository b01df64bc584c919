"""Money, deadlines and stale sections, asked without a database."""

from datetime import timedelta
from unicodedata import normalize

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from applications.calls.models import Call
from applications.firms.models import Firm
from applications.intake import rules
from applications.intake.forms import PlainField, plain
from applications.intake.models import Application, Supplement
from tests.world import BEFORE, CLOSES, OPENS

SIZES = st.sampled_from(list(Firm.Size))
CEILING = 600_000_000


def call(**fields):
    return Call(opens_at=OPENS, closes_at=CLOSES, **({"published_at": BEFORE} | fields))


def faults(size="small", *, total=800_000_000, grant=600_000_000, cash=20_000_000, ceiling=CEILING):
    found = rules.money_faults(size, ceiling, total_krw=total, requested_krw=grant, cash_krw=cash)
    return [(fault.field, str(fault)) for fault in found]


# Cost sharing


@pytest.mark.parametrize(
    ("size", "total", "grant", "own", "cash", "kind"),
    [
        ("small", 800_000_000, 600_000_000, 200_000_000, 20_000_000, 180_000_000),
        ("mid", 800_000_000, 560_000_000, 240_000_000, 31_200_000, 208_800_000),
        ("early_mid", 800_000_000, 560_000_000, 240_000_000, 24_000_000, 216_000_000),
        ("large", 800_000_000, 400_000_000, 400_000_000, 60_000_000, 340_000_000),
        ("small", 333_333_000, 249_999_000, 83_334_000, 8_334_000, 75_000_000),
    ],
)
def test_the_largest_grant_is_rounded_down_and_the_least_cash_up(size, total, grant, own, cash, kind):
    largest = rules.largest_grant(size, total)
    least = rules.least_cash(size, total - largest)

    assert (largest, total - largest, least, total - largest - least) == (grant, own, cash, kind)
    assert faults(size, total=total, grant=grant, cash=cash) == []


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total": 599_999_999}, [("requested_krw", "The grant is more than the total cost.")]),
        ({"ceiling": 599_999_999}, [("requested_krw", "The ceiling of this call is 599,999,999 won.")]),
        (
            {"total": 799_999_999, "cash": 20_001_000},
            [
                (
                    "requested_krw",
                    "For your size class the state gives at most 75% of the total: 599,999,000 won.",
                )
            ],
        ),
        (
            {"cash": 19_999_999},
            [("cash_krw", "At least 10% of your own share is paid in cash: 20,000,000 won.")],
        ),
        ({"cash": 200_000_001}, [("cash_krw", "More cash than your own share of 200,000,000 won.")]),
        ({"cash": 200_000_000}, []),
        ({"ceiling": None}, []),
    ],
)
def test_one_won_too_far_is_refused_beside_its_field(change, said):
    assert faults(**change) == said


@given(SIZES, st.integers(0, 10**13))
def test_the_largest_grant_and_its_least_cash_are_never_refused(size, total):
    grant = rules.largest_grant(size, total)
    own = total - grant
    cash = rules.least_cash(size, own)

    assert grant % 1000 == 0
    assert grant * 100 <= total * rules.SHARES[size][0]
    assert own * rules.SHARES[size][1] <= cash * 100
    assert 0 <= cash <= own
    assert faults(size, total=total, grant=grant, cash=cash, ceiling=None) == []


@given(SIZES, st.integers(0, 10**13), st.integers(0, 10**13), st.integers(0, 10**13))
def test_amounts_without_fault_keep_both_shares(size, total, grant, cash):
    share, least = rules.SHARES[size]
    own = total - grant

    if not faults(size, total=total, grant=grant, cash=cash, ceiling=None):
        assert grant * 100 <= total * share
        assert own * least <= cash * 100
        assert cash <= own


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

    assert rules.overdue(supplement, now=CLOSES - timedelta(microseconds=1)) == []
    assert [str(reason) for reason in rules.overdue(supplement, now=CLOSES)] == [
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
    assert bool(rules.stale(Application(section_versions=saved), sections, version=3)) is is_stale


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
