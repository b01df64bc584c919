"""How fresh a paper must be for a call (docs/domain.md, papers): valid on the closing day, or issued within so long before it. Pure.

A rule is kept as one word: "" (nothing asked), "closing", "90d" (days) or "3m" (months).
"""

import re
from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.kernel.calendar import months_later

CLOSING = "closing"
MOST = {"d": 400, "m": 36}  # days, months


def term(rule):
    """(number, "d" or "m") of a rule about the day of issue; None for any other."""
    found = re.fullmatch(r"([1-9][0-9]{0,2})([dm])", rule)
    return (int(found[1]), found[2]) if found and int(found[1]) <= MOST[found[2]] else None


def in_words(rule):
    """The rule as firms read it; "" where nothing is asked."""
    if rule == CLOSING:
        return _("valid on the closing day")
    if not (found := term(rule)):
        return ""
    number, unit = found
    if unit == "d":
        said = ngettext(
            "issued within %(number)d day before the closing day",
            "issued within %(number)d days before the closing day",
            number,
        )
    else:
        said = ngettext(
            "issued within %(number)d month before the closing day",
            "issued within %(number)d months before the closing day",
            number,
        )
    return said % {"number": number}


def reaches(day, number, unit):
    """The last day of a term that begins with the day of issue (the first day is not counted: 민법 제157조, 제160조)."""
    return day + timedelta(days=number) if unit == "d" else months_later(day, number)


def met(rule, *, issued_on, expires_on, closing):
    """Whether a paper with these days keeps the rule: True, False, or None where the day that counts is not known."""
    if not rule:
        return True
    if found := term(rule):
        return None if issued_on is None else reaches(issued_on, *found) >= closing
    return None if expires_on is None else expires_on >= closing


def eases(old, new):
    """Whether a rule asks no more of any paper than another did: what a correction may do to a published call."""
    if old == new or not new:
        return True
    before, after = term(old), term(new)
    if not before or not after:
        return False
    if before[1] == after[1]:
        return after[0] >= before[0]
    return (after[1] == "m" and after[0] * 28 >= before[0]) or (
        after[1] == "d" and after[0] >= before[0] * 31
    )


def easier(old):
    """The rules that a correction may put in the place of one: itself, some longer terms, and none."""
    usual = ["30d", "60d", "90d", "180d"] if old.endswith("d") else ["1m", "2m", "3m", "6m", "12m"]
    longer = [rule for rule in usual if term(old) and rule != old and eases(old, rule)]
    return [old, *longer, ""] if old else [""]
