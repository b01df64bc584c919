"""WHETHER a call in preparation may be published: everything that still stands against it, each with its section."""

import re
from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.calls import conflicts, disclosure, planned, queries, rules, scale
from applications.calls.ruling import unbreakable, unproven, unreachable
from applications.kernel.errors import Gap

BLANK = re.compile(r"【[^】]*】")  # what a template leaves to be written


def unready(call, *, now, clocks):
    """What is still missing or wrong before this call may be published at this instant, each with its section.

    clocks: {code: legal clock}; call: with its stages, groups, criteria, parts, questions and papers. Returns Gaps; an empty list is yes.
    """
    gaps = []
    if not call.summary:
        gaps.append(Gap(_("The call has no summary in one sentence yet."), "summary", "notice"))
    if not call.law:
        gaps.append(Gap(_("The call does not say under which law it funds."), "law", "notice"))
    gaps += unwritten(call.notice)
    if call.closes_at <= now:
        gaps.append(Gap(_("The closing time is already past."), "closes_at", "schedule"))
    gaps += [
        Gap(reason.text, reason.field, "schedule")
        for reason in planned.misplanned(planned.days_of(call), closes_at=call.closes_at)
    ]
    notice_days = clocks["call_notice"].days
    if call.closes_at - now < timedelta(days=notice_days) and not call.short_notice_reason:
        gaps.append(
            Gap(
                _("A notice of less than %(days)d days needs a reason (decree, article 9).")
                % {"days": notice_days},
                "short_notice_reason",
                "schedule",
            )
        )
    gaps += (
        unready_plan(call)
        + unready_criteria(call)
        + unproven(call)
        + unbreakable(call)
        + unreachable(call)
        + conflicts.unlawful(call)
        + disclosure.unlawful(call, clocks)
    )
    if call.is_rnd:
        if not call.budget_line_id:
            gaps.append(Gap(_("An R&D call needs a budget line."), "budget_line", "money"))
        if not call.budget_krw:
            gaps.append(Gap(_("An R&D call needs its budget."), "budget_krw", "money"))
        if not call.ceiling_krw:
            gaps.append(Gap(_("An R&D call needs the ceiling of one grant."), "ceiling_krw", "money"))
    return gaps


def unready_plan(call):
    """A call asks something, in parts that each ask something, and not too much."""
    parts = list(call.parts.prefetch_related("questions"))
    gaps, asked = [], sum(len(part.questions.all()) for part in parts)
    if not asked:
        gaps.append(Gap(_("The call asks no question yet."), section="plan"))
    if asked > rules.MOST_QUESTIONS:
        gaps.append(
            Gap(
                _("A call asks at most %(count)d questions.") % {"count": rules.MOST_QUESTIONS},
                section="plan",
            )
        )
    words = dict(queries.track_choices())
    for part in parts:
        said = {"title": part.title}
        questions = part.questions.all()
        unasked = [
            track for track in call.tracks or words if not any(rules.is_for(one, track) for one in questions)
        ]
        if not questions:
            gaps.append(Gap(_("The part “%(title)s” asks nothing.") % said, section="plan"))
        elif unasked:
            text = _("The part “%(title)s” asks nothing of the track: %(tracks)s.")
            gaps.append(
                Gap(
                    text % (said | {"tracks": ", ".join(str(words[track]) for track in unasked)}),
                    section="plan",
                )
            )
    return gaps + [
        Gap(
            _("“%(label)s” is asked of a track that cannot apply.") % {"label": question.label},
            section="plan",
        )
        for part in parts
        for question in part.questions.all()
        if call.tracks and question.tracks and not set(call.tracks) & set(question.tracks)
    ]


def unwritten(notice):
    """The notice is there, and nothing of its template is left to be written: 【…】."""
    if not notice:
        return [Gap(_("The text of the notice is still empty."), "notice", "notice")]
    if left := len(BLANK.findall(notice)):
        said = ngettext(
            "In the notice %(count)d place in 【 】 is still to be written.",
            "In the notice %(count)d places in 【 】 are still to be written.",
            left,
        )
        return [Gap(said % {"count": left}, "notice", "notice")]
    return []


def unready_criteria(call):
    """The weights of the stages sum to 100, and so do the points of each; no group is empty, and a site visit has its points."""
    gaps, stages = [], list(call.stages.prefetch_related("groups__criteria", "points"))
    if sum(stage.weight for stage in stages) != 100:
        gaps.append(Gap(_("The weights of the stages must sum to 100."), section="criteria"))
    for stage in stages:
        if stage.is_visit:
            if not stage.points.all():
                gaps.append(Gap(_("The site visit has nothing to look at yet."), section="criteria"))
            continue
        groups = list(stage.groups.all())
        criteria = [criterion for group in groups for criterion in group.criteria.all()]
        points = [criterion.points for criterion in criteria]
        gaps += [
            Gap(
                _(
                    "The five steps of “%(name)s” cannot be told apart: it has too few points for the step of a score."
                )
                % {"name": criterion.name},
                section="criteria",
            )
            for criterion in criteria
            if criterion.by_steps and scale.indistinct(criterion.points, scale=call.scale, step=call.step)
        ]
        gaps += [Gap(str(reason), section="criteria") for reason in rules.wrong_sum(points)]
        gaps += [
            Gap(_("The group “%(name)s” has no criterion.") % {"name": group.name}, section="criteria")
            for group in groups
            if not group.criteria.all()
        ]
    return gaps
