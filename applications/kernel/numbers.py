"""Numbers that people see, such as SP-2027-0001: given in order, none twice."""

import re

from django.db import connection, models


class NumberSeries(models.Model):
    """The last number given in one series, such as SP-2027."""

    prefix = models.CharField(max_length=30, unique=True)
    last = models.PositiveIntegerField()


def next_number(prefix: str, *, width=4) -> str:
    """The next number of a series: next_number("SP-2027") is "SP-2027-0001" at first.

    One statement in the caller's transaction: a roll-back gives the number free again, and two callers
    at once wait for each other on the row of the series.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO applications_numberseries (prefix, last) VALUES (%s, 1) "
            "ON CONFLICT (prefix) DO UPDATE SET last = applications_numberseries.last + 1 RETURNING last",
            [prefix],
        )
        (last,) = cursor.fetchone()
    return f"{prefix}-{last:0{width}d}"


def number_in(word: str) -> str | None:
    """The number that a folded word is the whole of: "sp20270001" is SP-2027-0001."""
    found = re.fullmatch(r"([a-z]{2})(20[0-9]{2})([0-9]{4,6})", word)
    return "-".join(found.groups()).upper() if found else None
