"""WHETHER of money: instalments, four eyes, caps (docs/domain.md, payment)."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason
from applications.kernel.money import floor_thousand, split

TRANCHES = (60, 30, 10)  # percent of the grant, when nothing else was agreed


def proposed_krw(grant_krw, tranche):
    """What an instalment usually is, in won: 60, 30 and 10 %; the parts sum to the grant."""
    later = [floor_thousand(part) for part in split(grant_krw, TRANCHES)[1:]]
    return (grant_krw - sum(later), *later)[tranche - 1]


def request_faults(*, status, krw, left_krw, tranche):
    """Why this instalment cannot be asked for. left_krw: what is neither paid nor asked for, in won."""
    if status != "in_force":
        return [Reason(_("Money is paid under an agreement in force."))]
    if tranche > len(TRANCHES):
        return [Reason(_("All instalments of this agreement have been asked for."))]
    if krw <= 0:
        return [Reason(_("An instalment is more than 0 won."), "krw")]
    if krw > left_krw:
        return [
            Reason(_("The instalment is more than what is left of the grant: %(krw)s won.") % {"krw": f"{left_krw:,}"}, "krw")
        ]
    return []


def same_hands(payment, by):
    """Who has approved does not pay (docs/domain.md, four eyes)."""
    if payment.approved_by_id == by.pk:
        return [Reason(_("Another person of finance than the one who approved records the payment."))]
    return []


def over_cap(line, krw):
    """Why this amount cannot be taken from the budget line."""
    if krw <= 0:
        return [Reason(_("An allocation is more than 0 won."), "krw")]
    if krw > line.left_krw:
        return [
            Reason(
                _("Only %(left)s won are left of %(line)s.") % {"left": f"{line.left_krw:,}", "line": line}, "krw"
            )
        ]
    return []
