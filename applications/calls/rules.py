"""WHETHER of calls: what still keeps one from being published."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

NOTICE_DAYS = 30  # 국가연구개발혁신법 시행령 제9조 제1항
EXCLUSIONS = {  # who cannot be granted anything: docs/domain.md, eligibility
    "E01": _("The business is closed or not registered"),
    "E02": _("Neither a small, medium nor mid-size firm"),
    "E03": _("No valid root-firm certificate on the closing date"),
    "E04": _("Does not belong to the six new-industry fields"),
    "E05": _("Too young or too old for this call"),
    "E06": _("Taxes in arrears"),
    "E07": _("Insolvent or in default"),
    "E08": _("Capital fully impaired, or debts too high"),
    "E09": _("Audit opinion adverse or disclaimed"),
    "E10": _("Barred from national R&D"),
    "E11": _("The leader or a researcher takes part in too many projects at once"),
    "E12": _("The project repeats an existing one"),
    "E13": _("More applications than one firm may hand in"),
    "E14": _("Wages in arrears, or a serious accident at work"),
    "E15": _("A partner has not confirmed its part"),
    "E16": _("Papers not valid on the closing date"),
    "E17": _("A recovered grant or a fine is unpaid"),
}


def unready(call, *, now):
    """What is still missing or wrong before this call may be published at this instant.

    call: with its stages, groups, criteria, questions and papers. Returns reasons; an empty list is yes.
    """
    reasons = []
    if call.closes_at <= now:
        reasons.append(Reason(_("The closing time is already past."), "closes_at"))
    if call.closes_at - now < timedelta(days=NOTICE_DAYS) and not call.short_notice_reason:
        reasons.append(
            Reason(
                _("A notice of less than 30 days needs a reason (decree, article 9)."), "short_notice_reason"
            )
        )
    stages = list(call.stages.prefetch_related("groups__criteria"))
    if sum(stage.weight for stage in stages) != 100:
        reasons.append(Reason(_("The weights of the stages must sum to 100.")))
    for stage in stages:
        points = [criterion.points for group in stage.groups.all() for criterion in group.criteria.all()]
        reasons += wrong_sum(points)
    if call.is_rnd:
        if not call.budget_line_id:
            reasons.append(Reason(_("An R&D call needs a budget line."), "budget_line"))
        if not call.budget_krw:
            reasons.append(Reason(_("An R&D call needs its budget."), "budget_krw"))
        if not call.ceiling_krw:
            reasons.append(Reason(_("An R&D call needs the ceiling of one grant."), "ceiling_krw"))
    return reasons


def wrong_sum(points):
    """The points of the criteria of a stage sum to one hundred."""
    if sum(points) != 100:
        return [Reason(_("The points of the criteria sum to %(sum)d, not to 100.") % {"sum": sum(points)})]
    return []
