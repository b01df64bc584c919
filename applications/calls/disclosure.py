"""What a call lets a firm read of its result, the days that it gives to appeal and to answer, and whether reviewers are given papers
(docs/domain.md, disclosure)."""

from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel.clocks import legal_clocks
from applications.kernel.errors import Gap, Reason

FIELDS = (
    "discloses_opinion",
    "discloses_means",
    "discloses_panel",
    "appeal_days",
    "answer_days",
    "reserve_days",
    "needs_committee",
)


def terms():
    """The days of a new call: what the law says, until its officer gives firms more."""
    clocks = legal_clocks()
    return {"appeal_days": clocks["appeal"].days, "answer_days": clocks["appeal_answer"].days}


def unlawful(call, clocks):
    """Firms have at least the days of the law to appeal, and wait at most its days for the answer: Gaps."""
    gaps, least, most = [], clocks["appeal"], clocks["appeal_answer"]
    if call.appeal_days < least.days:
        said = _("Firms have at least %(days)d days to appeal (%(basis)s).")
        gaps.append(Gap(said % {"days": least.days, "basis": least.basis}, "appeal_days", "disclosure"))
    if call.answer_days > most.days:
        said = _("An appeal is answered within %(days)d days at most (%(basis)s).")
        gaps.append(Gap(said % {"days": most.days, "basis": most.basis}, "answer_days", "disclosure"))
    return gaps


def not_given_out(call, role):
    """Why somebody of this role reads the papers of a call on the page, and is not given them as files; an empty list is yes."""
    if role == Role.REVIEWER and not call.reviewers_download:
        said = _(
            "Reviewers of this call read the papers on the page of the sheet; they are not given out as files."
        )
        return [Reason(said)]
    return []
