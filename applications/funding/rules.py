"""WHETHER of payments: instalments, four eyes, days (docs/domain.md, payment)."""

from django.utils.translation import gettext_lazy as _

from applications.agreement.rules import over_grant
from applications.kernel.clock import KST
from applications.kernel.errors import Reason
from applications.kernel.money import floor_thousand, split

TRANCHES = (60, 30, 10)  # percent of the grant, when nothing else was agreed


def proposed_krw(grant_krw, tranche):
    """What an instalment usually is, in won: 60, 30 and 10 %; the parts sum to the grant."""
    later = [floor_thousand(part) for part in split(grant_krw, TRANCHES)[1:]]
    return (grant_krw - sum(later), *later)[tranche - 1]


def not_requestable(*, status, tranche, under_way):
    """Why no instalment can be asked for now. under_way: whether one is asked for and not yet paid."""
    if status != "in_force":
        return [Reason(_("Money is paid under an agreement in force."))]
    if under_way:
        return [Reason(_("An instalment is under way; the next one is asked for when it is paid."))]
    if tranche > len(TRANCHES):
        return [Reason(_("All instalments of this agreement have been asked for."))]
    return []


def amount_faults(*, krw, left_krw):
    """Why this amount cannot be asked for. left_krw: what is neither paid nor asked for, in won."""
    if krw <= 0:
        return [Reason(_("An instalment is more than 0 won."), "krw")]
    return over_grant(left_krw=left_krw, krw=krw)


def same_hands(payment, by):
    """Who has approved does not pay (docs/domain.md, four eyes)."""
    if payment.approved_by_id == by.pk:
        return [Reason(_("Another person of finance than the one who approved records the payment."))]
    return []


def day_faults(payment, *, paid_on, today):
    """Why this cannot be the day of the payment."""
    if paid_on > today:
        return [Reason(_("This day is still to come."), "paid_on")]
    if payment.approved_at and paid_on < payment.approved_at.astimezone(KST).date():
        return [Reason(_("The instalment was approved only after this day."), "paid_on")]
    return []
