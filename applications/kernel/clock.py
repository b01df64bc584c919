"""The one source of time: an aware instant in UTC, shown elsewhere in Korean time."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

KST = ZoneInfo("Asia/Seoul")
_instant = ContextVar("instant", default=None)


def now() -> datetime:
    """The present instant, or the one that `at` has set."""
    return _instant.get() or timezone.now()


def today():
    """The present date in Korea."""
    return now().astimezone(KST).date()


@contextmanager
def at(instant: datetime):
    """Live at another instant: how the demonstration writes its history through the actions."""
    token = _instant.set(instant)
    try:
        yield instant
    finally:
        _instant.reset(token)


def kst(year, month, day, hour=0, minute=0, second=0, microsecond=0) -> datetime:
    """An aware instant from the numbers on a Korean clock."""
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=KST)
