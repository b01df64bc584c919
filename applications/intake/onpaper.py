"""WHETHER the office may enter an application that came on paper (docs/domain.md, applications on paper)."""

from django.utils.translation import gettext_lazy as _

from applications.intake.rules import shown
from applications.kernel.errors import Reason


def not_from_paper(call, firm, *, arrived_at, now, ends_at, has_applied):
    """Why this paper cannot be entered. arrived_at: stamped on the paper; ends_at: of entering; has_applied: in this call."""
    if call.cancelled_at:
        return [Reason(_("The call was cancelled."))]
    if firm is None:
        return [Reason(_("No firm with this number is here. Please bring it in first."), "number")]
    reasons = []
    if arrived_at > now:
        reasons.append(Reason(_("This instant is still to come."), "arrived_at"))
    if arrived_at < call.opens_at:
        reasons.append(
            Reason(_("The call opened at %(opens)s only.") % {"opens": shown(call.opens_at)}, "arrived_at")
        )
    if arrived_at >= call.closes_at:
        reasons.append(
            Reason(
                _("The call closed at %(closes)s; this paper is late.") % {"closes": shown(call.closes_at)},
                "arrived_at",
            )
        )
    if now >= ends_at:
        reasons.append(
            Reason(_("What came on paper could be entered until %(end)s.") % {"end": shown(ends_at)})
        )
    if has_applied:
        reasons.append(Reason(_("This firm has handed in an application in this call already."), "number"))
    return reasons
