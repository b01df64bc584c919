"""Korean days: public holidays, business days and legal deadlines (민법 제157조, 제161조)."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from applications.kernel.clock import KST


@lru_cache
def _holidays(year):
    return frozenset(holidays.country_holidays("KR", years=year))


def is_business_day(day: date) -> bool:
    """Neither Saturday, Sunday nor a public holiday (1 May and 17 July are public ones since 2026)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def business_day_from(day: date) -> date:
    """The day itself, or the next business day after it."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, count: int) -> date:
    """The count-th business day after a day."""
    while count:
        day = business_day_from(day + timedelta(days=1))
        count -= 1
    return day


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of its month (the first day is not counted: 민법 제157조, 제160조)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(begun: datetime, days: int) -> date:
    """The last day of a term: the first day is not counted; a term that ends on a holiday ends later."""
    return business_day_from(begun.astimezone(KST).date() + timedelta(days=days))


def end_of_term(begun: datetime, days: int) -> datetime:
    """The exclusive instant at which a term of days ends: midnight in Korea after its last day."""
    return datetime.combine(last_day(begun, days) + timedelta(days=1), time(), KST)


def day_before(ends_at: datetime) -> date:
    """The last day in Korea of a term that ends at this exclusive instant."""
    return (ends_at - timedelta(microseconds=1)).astimezone(KST).date()
