"""WHETHER of agreements: amounts, terms, what is signed, and the caps of its money."""

import hashlib
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.intake.budget import money_faults
from applications.intake.consortium import rates
from applications.kernel.errors import Reason

TEXT_VERSION = "agreement 2"  # of what is hashed below; 1 named neither firm nor project
TEXT_VERSION_WITH_CONDITIONS = "agreement 3"


def faults(application, *, granted_krw, total_krw, grant_krw, cash_krw, starts_on, ends_on):
    """Why these terms cannot be agreed: the shares of the size class, the grant that was selected, the dates.

    granted_krw: the grant with which the project was selected, in won; the committee may have reduced what was asked for.
    """
    names = {"requested_krw": "grant_krw"}
    reasons = [
        Reason(fault.text, names.get(fault.field, fault.field))
        for fault in money_faults(
            rates(application),
            application.call.ceiling_krw,
            total_krw=total_krw,
            requested_krw=grant_krw,
            cash_krw=cash_krw,
        )
    ]
    if grant_krw > application.requested_krw:
        reasons.append(Reason(_("The grant is more than what was asked for."), "grant_krw"))
    elif grant_krw > granted_krw:
        said = _("The grant is more than what was decided: %(krw)s won.")
        reasons.append(Reason(said % {"krw": f"{granted_krw:,}"}, "grant_krw"))
    if grant_krw <= 0:
        reasons.append(Reason(_("An agreement grants more than 0 won."), "grant_krw"))
    if ends_on <= starts_on:
        reasons.append(Reason(_("The project ends after it begins."), "ends_on"))
    if ends_on - starts_on > timedelta(days=366 * 6):
        reasons.append(Reason(_("A project runs at most six years."), "ends_on"))
    return reasons


def text_hash(agreement, conditions="") -> str:
    """SHA-256 of what both sides sign: number, project, parties, amounts, dates, as they were offered, and the conditions of the selection."""
    application = agreement.application
    parts = [
        TEXT_VERSION_WITH_CONDITIONS if conditions else TEXT_VERSION,
        agreement.number,
        application.number,
        agreement.title,
        application.firm.business_number,
        agreement.firm_name,
        agreement.total_krw,
        agreement.grant_krw,
        agreement.cash_krw,
        agreement.starts_on.isoformat(),
        agreement.ends_on.isoformat(),
        agreement.rules_version,
        *([conditions] if conditions else []),
    ]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def over_cap(line, krw):
    """Why this amount cannot be taken from the budget line."""
    if krw <= 0:
        return [Reason(_("An allocation is more than 0 won."), "krw")]
    if krw > line.left_krw:
        return [
            Reason(
                _("Only %(left)s won are left of %(line)s.") % {"left": f"{line.left_krw:,}", "line": line},
                "krw",
            )
        ]
    return []


def over_grant(*, left_krw, krw):
    """Why this amount cannot be taken from a grant that has this much left (won)."""
    if krw > left_krw:
        return [
            Reason(
                _("The instalment is more than what is left of the grant: %(krw)s won.")
                % {"krw": f"{left_krw:,}"},
                "krw",
            )
        ]
    return []
