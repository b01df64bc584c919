"""What may come next for an application, and when: reminders, changes before the end of the call, the steps after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from applications.intake.rules import late_for, shown
from applications.kernel import calendar
from applications.kernel.clock import KST
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Reason
from applications.templatetags.grants import day as day_in_words
from applications.templatetags.grants import instant


@dataclass(frozen=True)
class Mark:
    """How long before the end of a call whoever has not handed in is reminded, and how late at most."""

    code: str
    label: str
    before: timedelta
    late: timedelta


MARKS = [
    Mark("D-7", "D-7", timedelta(days=7), timedelta(hours=6)),
    Mark("D-3", "D-3", timedelta(days=3), timedelta(hours=6)),
    Mark("D-1", "D-1", timedelta(days=1), timedelta(hours=6)),
    Mark("3h", _("3 hours left"), timedelta(hours=3), timedelta(hours=3)),
]
RECALL_MARKS = MARKS[2:]
LAST_OF_SUPPLEMENT = timedelta(days=1)  # before its end the firm is reminded of a supplement


def mark_at(closes_at, marks, *, now):
    """The mark that has come for a call that ends then, or None between marks."""
    return next((mark for mark in marks if timedelta() <= now - (closes_at - mark.before) < mark.late), None)


RESULTS = ("select", "reserve", "decline", "promote")


def steps(application, supplement, reached, *, now):
    """[(what comes next, when, as far as it is known or planned)] in the words of the firm.

    reached: {move: instant} of its way so far (queries.milestones).
    """
    call = application.call
    if call.cancelled_at:
        return []
    today = now.astimezone(KST).date()
    check = (
        _("Staff check the papers. If something is missing you are asked by e-mail."),
        planned(_("planned until %(day)s"), call.screening_ends_on, today),
    )
    review = [
        (
            _("Outside experts review the plan."),
            planned(_("planned until %(day)s"), call.review_ends_on, today),
        ),
        (
            _("You are told the result by e-mail and in My applications."),
            planned(_("planned for %(day)s"), call.result_on, today),
        ),
    ]
    result = max((reached[move] for move in RESULTS if move in reached), default=None)
    match application.status:
        case "submitted":
            said = _("You may still recall and change it.")
            if application.is_being_changed:
                said = _("Submit the changes, or the version you submitted last counts.")
            elif now >= call.closes_at:
                return [check, *review]
            return [(said, until(call.closes_at)), check, *review]
        case "returned":
            return [(_("Mend what is named above."), until(supplement and supplement.due_at)), *review]
        case "in_review" | "reviewed":
            return review
        case "ineligible":
            return [appeal(call, reached.get("rule_out"))]
        case "selected":
            if call.is_rnd:
                agreed = legal_clock("agreement").last_day(result) if result else None
                return [(_("Sign the agreement that we send you."), until(agreed))]
            return [(_("Your firm is designated and takes its seat among the hundred."), "")]
        case "reserved":
            return [
                (_("If a place becomes free you are asked in the order of the list."), ""),
                appeal(call, result),
            ]
        case "declined":
            return [appeal(call, result)]
    return []


def until(end):
    """Until an instant or a day; "" where it is not known."""
    if not end:
        return ""
    return _("until %(until)s") % {"until": (instant if isinstance(end, datetime) else day_in_words)(end)}


def planned(said, day, today):
    """A day that the call has planned; one that has passed is not kept silent, and "" where there is none."""
    if day is None:
        return ""
    if day < today:
        said = _("was planned for %(day)s and takes longer")
    return said % {"day": day_in_words(day)}


def appeal(call, told_at):
    return (
        _("If you do not agree, appeal here."),
        until(calendar.last_day(told_at, call.appeal_days) if told_at else None),
    )


def over(application, *, now):
    """Why a draft is only read any more, "" while it can be written: what a page says that is opened, where nothing has arrived."""
    if not late_for(application, now=now):
        return ""
    if application.call.cancelled_at:
        return _("The call was cancelled.")
    said = _("The call closed on %(closes)s (Korean time). Nothing can be changed or handed in any more.")
    if application.is_from_office:
        said = _("What came on paper could be entered until %(closes)s (Korean time).")
    return said % {"closes": instant(application.ends_at)}


def recall_faults(application, *, now):
    """What was handed in can be taken back for changes as long as its call takes applications."""
    if application.call.is_open_at(now):
        return []
    if application.call.cancelled_at:
        return [Reason(_("The call was cancelled."))]
    return [
        Reason(
            _("The call closed at %(closes)s: what you handed in stands as it is.")
            % {"closes": shown(application.call.closes_at)}
        )
    ]


def amendment_closed(application):
    """Changes are written to an application that is recalled, and only as long as it waits for the desk."""
    if application.recalled_at and application.status == "submitted":
        return []
    return [Reason(_("These changes are closed. What you handed in last is what counts."))]
