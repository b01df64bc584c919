"""Legal clocks: rows of days, and the day and instant at which a term ends."""

from datetime import date

import pytest

from applications.kernel import clock
from applications.kernel.clocks import CLOCKS, LegalClock, legal_clock


def test_the_rows_are_there_after_the_migrations(db):
    rows = LegalClock.objects.order_by("pk").values_list("code", "days", "business", "basis")

    assert list(rows) == CLOCKS
    assert legal_clock("call_notice").days == 30


@pytest.mark.parametrize(
    ("begun", "days", "business", "last"),
    [
        (clock.kst(2026, 12, 10, 12), 10, False, date(2026, 12, 21)),  # the 20th is a Sunday
        (clock.kst(2026, 12, 10, 12), 3, True, date(2026, 12, 15)),  # over a weekend
        (clock.kst(2026, 12, 12, 12), 3, True, date(2026, 12, 16)),  # asked on a Saturday
        (clock.kst(2026, 12, 23, 23, 59), 3, True, date(2026, 12, 29)),  # Christmas is none
        (clock.kst(2027, 2, 5, 9), 3, True, date(2027, 2, 12)),  # nor are the days of the lunar new year
    ],
)
def test_a_term_ends_at_midnight_after_its_last_day(begun, days, business, last):
    term = LegalClock(code="x", days=days, business=business)

    assert term.last_day(begun) == last
    assert term.ends_at(begun) == clock.kst(last.year, last.month, last.day + 1)
