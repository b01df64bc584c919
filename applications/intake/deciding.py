"""WHETHER the desk may decide on an application, and whether that it was found eligible can be undone."""

from datetime import timedelta

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from applications.intake.rules import call_over, shown
from applications.kernel.errors import Reason

ON_THEIR_WAY = timedelta(minutes=10)  # what arrived before the end may still be worked on after it


def being_changed(application, *, now):
    """The desk waits while the firm may hand in changes, and while those that arrived in time may be on their way."""
    call = application.call
    if application.recalled_at is None or call.cancelled_at or now >= call.closes_at + ON_THEIR_WAY:
        return []
    return [
        Reason(
            _(
                "The firm has recalled it and may change it until %(closes)s; then the last submitted version stands."
            )
            % {"closes": shown(call.closes_at)}
        )
    ]


def may_be_recalled(application, *, now):
    """While its call is open, also because it was extended, the firm may recall and change what it handed in."""
    call = application.call
    if call.cancelled_at or not call.is_open_at(now):
        return []
    return [
        Reason(
            _("The call is open until %(closes)s: the firm may still recall its application and change it.")
            % {"closes": shown(call.closes_at)}
        )
    ]


def still_of_the_firm(application, *, now):
    """What was handed in is not final yet: nothing is decided on it."""
    return being_changed(application, now=now) or may_be_recalled(application, now=now)


def screening_waits(application, *, now):
    """The desk decides once what was handed in is final, and no proposed exclusion waits for the director."""
    if reasons := call_over(application):
        return reasons
    if application.exclusions.filter(answered_at=None).exists():
        return [Reason(_("A proposal to rule it out waits for the director."))]
    return still_of_the_firm(application, now=now)


DECIDING = {"open_review", "send_back", "propose_exclusion", "rule_out"}
SCREENING = {
    "check", "open_review", "send_back", "take_as_is", "propose_exclusion", "rule_out", "screen_again", "readmit",
}  # fmt: skip


def without_screening(moves, application, *, now):
    """Of these moves those that are left: none of the screening in a cancelled call, no decision while the call is open."""
    if application.call.cancelled_at:
        return [move for move in moves if move not in SCREENING]
    if may_be_recalled(application, now=now):
        return [move for move in moves if move not in DECIDING]
    return moves


def reviewed_already(application):
    """Why the finding that an application is eligible can no longer be undone: its review has begun.

    What belongs to later rooms is asked for by the names of its relations.
    """
    if reasons := call_over(application):
        return reasons
    begun = (
        (application.assignments, _("Reviewers are asked already.")),
        (application.hearings, _("A panel hears it already.")),
        (application.visits, _("A site visit is set already.")),
        (application.goings_on, _("It has gone on to a further stage already.")),
    )
    asked = (
        type(application)
        .objects.filter(pk=application.pk)
        .values_list(*(Exists(f.all()) for f, _text in begun))
    )
    said = [str(text) for (_found, text), has_begun in zip(begun, asked.get(), strict=True) if has_begun]
    if not said:
        return []
    return [Reason(_("%(said)s The finding can no longer be undone.") % {"said": " ".join(said)})]


def own_finding(*, by, found_by):
    """Another person than the one who found it eligible undoes that. by, found_by: ids."""
    if by == found_by:
        return [Reason(_("Another person than the one who found it eligible decides."))]
    return []
