"""The days that a call plans for what comes after its closing, each of which may be left open: until when its applications
are screened and reviewed, and when firms are told the result."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from applications.kernel.clock import KST
from applications.kernel.errors import Reason
from applications.templatetags.grants import day as on_paper

LABELS = {  # fields of a call, in the order of their days
    "screening_ends_on": _("Screening until (planned)"),
    "review_ends_on": _("Review until (planned)"),
    "result_on": _("Result on (planned)"),
}


def days_of(call):
    """{field: its day, or None}."""
    return {name: getattr(call, name) for name in LABELS}


def of_text(text):
    """The day that a notice keeps as text, None for "": it is open."""
    return date.fromisoformat(text) if text else None


def in_words(text):
    """The same as people read it."""
    return on_paper(of_text(text)) if text else ""


def misplanned(days, *, closes_at):
    """Why these days cannot be planned for a call that closes then: each comes after the closing day and in its order."""
    reasons, closing_day, latest = [], closes_at.astimezone(KST).date(), None
    for name, day in days.items():
        if day is None:
            continue
        said = {"what": LABELS[name], "day": on_paper(day), "closes": on_paper(closing_day)}
        if day <= closing_day:
            text = _("%(what)s: %(day)s is not after the closing day, %(closes)s.")
            reasons.append(Reason(text % said, name))
        elif latest and day < latest:
            text = _("%(what)s: %(day)s is before the day of the step before it.")
            reasons.append(Reason(text % said, name))
        latest = max(day, latest or day)
    return reasons
