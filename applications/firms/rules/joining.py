"""WHETHER of joining: who may ask which firm, and how often."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

REQUESTS_A_DAY = 5
PAUSE = timedelta(days=14)  # after a no, before the same firm may be asked again


def asking_wrong(*, firm, is_member, is_open, declined_at, within_a_day, now):
    """Why this person cannot ask now. None of the answers names anybody.

    declined_at: when the firm said no to this person for the last time, or None.
    """
    if firm is None:
        return [
            Reason(
                _("No firm is registered under this number. You can register it yourself."), "business_number"
            )
        ]
    if is_member:
        return [Reason(_("You are a member of this firm already."), "business_number")]
    if is_open:
        return [
            Reason(_("You have asked this firm already. Its owners have your request."), "business_number")
        ]
    if declined_at and declined_at + PAUSE > now:
        return [
            Reason(
                _("This firm has declined your request. You can ask again after 14 days."), "business_number"
            )
        ]
    if within_a_day >= REQUESTS_A_DAY:
        return [
            _("You have asked %(count)d firms within a day. Please ask the next one tomorrow.")
            % {"count": REQUESTS_A_DAY}
        ]
    return []
