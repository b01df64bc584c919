"""Whole won: shared, rounded and typed without losing one."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from applications.kernel.forms import MOST_KRW, WonField
from applications.kernel.money import ceil_thousand, floor_thousand, split

WON = st.integers(0, 10**13)


@given(WON, st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(sum))
def test_a_split_never_loses_a_won_and_gives_each_part_its_share(krw, ratios):
    parts = split(krw, ratios)

    assert sum(parts) == krw
    for part, ratio in zip(parts[1:], ratios[1:], strict=True):
        assert part == krw * ratio // sum(ratios)
    assert 0 <= parts[0] - krw * ratios[0] // sum(ratios) < len(ratios)


@pytest.mark.parametrize(
    ("krw", "ratios", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (400_000_000_000, [75, 25], [300_000_000_000, 100_000_000_000]),
        (1, [0, 1], [0, 1]),
        (0, [3, 7], [0, 0]),
    ],
)
def test_what_rounding_leaves_over_goes_to_the_first_part(krw, ratios, parts):
    assert split(krw, ratios) == parts


@pytest.mark.parametrize(("krw", "ratios"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_split_without_meaning_is_an_error(krw, ratios):
    with pytest.raises(ValueError, match="ratios"):
        split(krw, ratios)


@given(WON)
def test_a_cap_goes_down_and_a_minimum_up_to_whole_thousands(krw):
    down, up = floor_thousand(krw), ceil_thousand(krw)

    assert (down % 1000, up % 1000) == (0, 0)
    assert down <= krw <= up
    assert up - down == (0 if krw % 1000 == 0 else 1000)


@pytest.mark.parametrize(
    ("typed", "krw"),
    [
        ("3000000000", 3_000_000_000),
        ("400,000,000,000", 400_000_000_000),
        (" 1 000 원 ", 1000),
        ("007", 7),
        ("0", 0),
        (str(MOST_KRW), MOST_KRW),
    ],
)
def test_won_are_read_as_people_write_them(typed, krw):
    assert WonField().clean(typed) == krw


@pytest.mark.parametrize(
    "typed",
    ["-1", "1.5", "1_0", "1E2", "１２３", "٨٥", "NaN", "Infinity", "0x10", "억", "원", "+5", "1\u200b0", "9" * 29, str(MOST_KRW + 1)],
)  # fmt: skip
def test_what_is_no_amount_in_whole_won_is_refused(typed):
    with pytest.raises(ValidationError):
        WonField().clean(typed)


def test_an_empty_amount_is_none_where_it_may_be_empty_and_an_error_where_not():
    assert WonField(required=False).clean("  ") is None
    with pytest.raises(ValidationError):
        WonField().clean("  ")


def test_an_amount_is_shown_with_separators_and_an_unchanged_one_is_no_change():
    field = WonField()

    assert field.prepare_value(3_000_000_000) == "3,000,000,000"
    assert field.has_changed(3_000_000_000, "3,000,000,000") is False
    assert field.has_changed(3_000_000_000, "3,000,000,001") is True
