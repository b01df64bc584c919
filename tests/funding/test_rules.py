"""What may be asked for and paid; without a database."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.funding.rules import (
    amount_faults,
    day_faults,
    not_requestable,
    proposed_krw,
    same_hands,
)
from applications.kernel import clock
from applications.kernel.reasons import too_short


@pytest.mark.parametrize(
    ("grant", "parts"),
    [
        (480_000_000, [288_000_000, 144_000_000, 48_000_000]),
        (249_999_000, [150_001_000, 74_999_000, 24_999_000]),
        (1, [1, 0, 0]),
        (10_001, [6_001, 3_000, 1_000]),
        (400_000_000_000, [240_000_000_000, 120_000_000_000, 40_000_000_000]),
    ],
)
def test_the_usual_instalments_are_60_30_and_10_percent(grant, parts):
    assert [proposed_krw(grant, tranche) for tranche in (1, 2, 3)] == parts


@given(st.integers(min_value=1, max_value=10**13))
def test_the_usual_instalments_sum_to_the_grant_and_the_later_ones_are_whole_thousands(grant):
    first, second, third = (proposed_krw(grant, tranche) for tranche in (1, 2, 3))

    assert first + second + third == grant
    assert (second % 1000, third % 1000) == (0, 0)
    assert 0 <= grant * 30 - second * 100 < 100_000
    assert 0 <= grant * 10 - third * 100 < 100_000


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, False),
        ({"tranche": 3}, False),
        ({"tranche": 4}, True),
        ({"under_way": True}, True),
        ({"status": "offered"}, True),
        ({"status": "draft"}, True),
    ],
)
def test_an_instalment_is_asked_for_in_force_one_at_a_time_and_three_in_all(facts, refused):
    assert (
        bool(not_requestable(**({"status": "in_force", "tranche": 1, "under_way": False} | facts))) == refused
    )


@pytest.mark.parametrize(("krw", "refused"), [(-1, True), (0, True), (1, False), (100, False), (101, True)])
def test_an_instalment_is_above_zero_and_within_what_is_left(krw, refused):
    assert [reason.field for reason in amount_faults(krw=krw, left_krw=100)] == (["krw"] if refused else [])


def test_who_approved_does_not_pay():
    one, two = SimpleNamespace(pk=1), SimpleNamespace(pk=2)
    approved = SimpleNamespace(approved_by_id=1)

    assert (len(same_hands(approved, one)), same_hands(approved, two)) == (1, [])


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        (date(2027, 2, 2), ["paid_on"]),
        (date(2027, 2, 3), []),
        (date(2027, 2, 5), []),
        (date(2027, 2, 6), ["paid_on"]),
    ],
)
def test_a_payment_is_made_between_the_approval_and_today_in_korea(day, fields):
    # 23:30 UTC on 2 February is the morning of 3 February in Korea.
    approved = SimpleNamespace(approved_at=clock.kst(2027, 2, 3, 8, 30))

    faults = day_faults(approved, paid_on=day, today=date(2027, 2, 5))

    assert [reason.field for reason in faults] == fields


@pytest.mark.parametrize(
    ("reason", "refused"), [("", True), ("    ", True), (" 1234 ", True), ("12345", False)]
)
def test_a_refusal_is_given_with_a_reason(reason, refused):
    assert bool(too_short(reason)) == refused
