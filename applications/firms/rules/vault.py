"""WHETHER of the vault: how long a paper is valid, and how much a firm may keep."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from applications.firms.models.vault import SHORT, SHORT_WARNED_BEFORE, WARNED_BEFORE
from applications.kernel.calendar import months_later
from applications.kernel.errors import Reason

MAX_FIRM_BYTES = 1024 * 1024 * 1024


def usual_expiry(kind, issued_on: date):
    """The last day on which a paper of this kind is valid as a rule; None where there is no rule."""
    if kind.valid_days:
        return issued_on + timedelta(days=kind.valid_days)
    if kind.valid_months:
        return months_later(issued_on, kind.valid_months)
    if kind.valid_until:
        month, day = map(int, kind.valid_until.split("-"))
        return date(issued_on.year + 1, month, day)
    return None


def dates_wrong(issued_on: date, expires_on, *, today: date):
    """Why a paper cannot have these dates."""
    if issued_on > today:
        return [Reason(_("This date is still to come."), "issued_on")]
    if expires_on and expires_on < issued_on:
        return [Reason(_("A paper is not valid until a day before its issue."), "expires_on")]
    return []


def standing(paper, *, today: date) -> str:
    """lasting (no expiry), valid, expiring (soon) or expired."""
    if paper.expires_on is None:
        return "lasting"
    if paper.expires_on < today:
        return "expired"
    is_short = paper.expires_on <= paper.issued_on + SHORT
    before = SHORT_WARNED_BEFORE if is_short else WARNED_BEFORE
    return "expiring" if paper.expires_on <= today + before else "valid"


def no_room(used: int, size: int):
    """Why a firm cannot keep a file of this size beside what it has (docs/domain.md, papers)."""
    if used + size > MAX_FIRM_BYTES:
        return [Reason(_("All files of your firm together may be 1 GB. Please remove some first."), "file")]
    return []
