"""What may come next for an application, and until when: reminders, changes before the end of the call, the steps after it."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.intake.rules import shown
from applications.kernel import calendar
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Reason


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
    """[(what comes next, until when)] in the words of the firm; until is an instant, a day, or None.

    reached: {move: instant} of its way so far (queries.milestones).
    """
    call = application.call
    if call.cancelled_at:
        return []
    result = max((reached[move] for move in RESULTS if move in reached), default=None)
    match application.status:
        case "submitted":
            check = (_("Staff check the papers. If something is missing you are asked by e-mail."), None)
            if application.is_being_changed:
                return [
                    (_("Submit the changes, or the version you submitted last counts."), call.closes_at),
                    check,
                ]
            may_change = (_("You may still recall and change it."), call.closes_at)
            return [may_change, check] if now < call.closes_at else [check]
        case "returned":
            return [(_("Mend what is named above."), supplement.due_at if supplement else None)]
        case "in_review" | "reviewed":
            return [
                (_("Outside experts review the plan."), None),
                (_("You are told the result by e-mail and on this page."), None),
            ]
        case "ineligible":
            return [appeal(call, reached.get("rule_out"))]
        case "selected":
            if call.is_rnd:
                agreed = legal_clock("agreement").last_day(result) if result else None
                return [(_("Sign the agreement that we send you."), agreed)]
            return [(_("Your firm is designated and takes its seat among the hundred."), None)]
        case "reserved":
            return [
                (_("If a place becomes free you are asked in the order of the list."), None),
                appeal(call, result),
            ]
        case "declined":
            return [appeal(call, result)]
    return []


def appeal(call, told_at):
    return (
        _("If you do not agree, appeal here."),
        calendar.last_day(told_at, call.appeal_days) if told_at else None,
    )


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
