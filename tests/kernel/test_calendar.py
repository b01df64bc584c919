"""Korean days: public holidays with their substitutes, business days, legal terms (docs/domain.md, legal clocks)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.kernel import clock
from applications.kernel.calendar import (
    add_business_days,
    business_day_from,
    end_of_term,
    is_business_day,
    last_day,
)

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 2, 16), "the day before Seollal"),
        (date(2026, 2, 18), "the day after Seollal"),
        (date(2026, 3, 2), "substitute: 1 March 2026 is a Sunday"),
        (date(2026, 5, 1), "Labour Day, public since 2026"),
        (date(2026, 5, 25), "substitute: the Buddha's birthday 2026 is a Sunday"),
        (date(2026, 6, 3), "local elections"),
        (date(2026, 7, 17), "Constitution Day, public again since 2026"),
        (date(2026, 8, 17), "substitute: 15 August 2026 is a Saturday"),
        (date(2026, 9, 24), "the day before Chuseok"),
        (date(2026, 10, 5), "substitute: 3 October 2026 is a Saturday"),
        (date(2026, 10, 9), "Hangul Day"),
        (date(2027, 2, 9), "substitute: Seollal 2027 is a Sunday"),
        (date(2027, 8, 16), "substitute: 15 August 2027 is a Sunday"),
        (date(2027, 10, 11), "substitute: 9 October 2027 is a Saturday"),
        (date(2027, 12, 27), "substitute: Christmas 2027 is a Saturday"),
        (date(2026, 11, 28), "a Saturday"),
        (date(2026, 11, 29), "a Sunday"),
    ],
)
def test_no_business_day(day, why):
    assert is_business_day(day) is False, why


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2026, 12, 31), date(2026, 6, 8), date(2027, 6, 7)])
def test_an_ordinary_day_is_a_business_day(day):
    """Memorial Day has no substitute: 6 June 2026 is a Saturday, 6 June 2027 a Sunday."""
    assert is_business_day(day) is True


@given(DAYS)
def test_the_next_business_day_is_one_and_no_earlier_one_is_passed_over(day):
    found = business_day_from(day)

    assert is_business_day(found)
    assert not any(is_business_day(day + timedelta(days=n)) for n in range((found - day).days))


@given(DAYS, st.integers(0, 40))
def test_so_many_business_days_lie_between_a_day_and_its_nth_business_day(day, count):
    reached = add_business_days(day, count)

    between = [day + timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert sum(map(is_business_day, between)) == count


def test_the_first_day_is_not_counted():
    assert last_day(clock.kst(2026, 11, 2, 9), 10) == date(2026, 11, 12)
    assert last_day(clock.kst(2026, 11, 2, 23, 59), 10) == date(2026, 11, 12)
    assert last_day(clock.kst(2026, 11, 3), 10) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        (clock.kst(2026, 11, 18, 9), date(2026, 11, 30)),  # the tenth day is Saturday the 28th
        (
            clock.kst(2026, 9, 14, 9),
            date(2026, 9, 28),
        ),  # the tenth day is the day before Chuseok, a weekend follows
        (
            clock.kst(2027, 1, 28, 9),
            date(2027, 2, 10),
        ),  # Sunday Seollal, the Monday after it, the substitute Tuesday
        (clock.kst(2026, 12, 22, 9), date(2027, 1, 4)),  # New Year's Day, then a weekend
    ],
)
def test_a_term_that_ends_on_a_holiday_ends_on_the_next_business_day(begun, ends):
    assert last_day(begun, 10) == ends


def test_the_day_that_counts_is_the_korean_one():
    """15:30 in UTC is half past midnight of the next day in Korea."""
    begun = clock.kst(2026, 11, 3, 0, 30)

    assert begun.utctimetuple().tm_mday == 2
    assert last_day(begun, 10) == date(2026, 11, 13)


def test_day_ten_at_23_59_is_in_time_and_day_eleven_at_0_00_is_late():
    end = end_of_term(clock.kst(2026, 11, 2, 9), 10)

    assert clock.kst(2026, 11, 12, 23, 59, 59, 999_999) < end
    assert clock.kst(2026, 11, 13) == end
