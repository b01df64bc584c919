"""WHETHER and HOW MUCH of review: totals, scores, quorum, conflicts (docs/domain.md, scoring; conflicts)."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext_lazy as _

from applications.intake.models import Status
from applications.kernel.errors import Reason

CENT = Decimal("0.01")
TRIM_FROM = 5
PLEDGE_VERSION = "2026-11"
CONFLICTS = {
    "C1": _("I work for the firm or its group"),
    "C2": _("I worked for it or advised it within the last 3 years"),
    "C3": _("I hold shares of it, or it owes me money"),
    "C4": _("I am related to its representative, leader or staff"),
    "C5": _("I or my institution take part in this project"),
    "C6": _("My institution applies in the same call"),
    "C7": _("I belong to the same department as the project leader"),
    "C8": _("I did research, a paper or a patent with them within 3 years"),
    "C9": _("My institution competes with or supplies the firm"),
    "C10": _("I wrote the plan or gave advice on it"),
}
OPEN_MAIL = {"gmail.com", "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com", "outlook.com"}


def rounded(value: Decimal) -> Decimal:
    """Half up, to the second decimal: the number that is shown, compared and ranked."""
    return value.quantize(CENT, ROUND_HALF_UP)


def sheet_total(scores, *, scale) -> Decimal:
    """The exact total of one sheet. scores: pairs (points of the criterion, value)."""
    if scale == "percent":
        return sum((Decimal(points) * value / 100 for points, value in scores), Decimal())
    return sum((value for _points, value in scores), Decimal())


def stage_score(totals) -> Decimal:
    """The mean of the totals of one stage, without one best and one worst from five on; rounded once."""
    ordered = sorted(totals)
    if len(ordered) >= TRIM_FROM:
        ordered = ordered[1:-1]
    return rounded(sum(ordered, Decimal()) / len(ordered))


def base_score(stages) -> Decimal:
    """The weighted sum of stage scores. stages: pairs (weight in %, stage score)."""
    stages = list(stages)
    if len(stages) == 1:
        return stages[0][1]
    return rounded(sum((Decimal(weight) * score / 100 for weight, score in stages), Decimal()))


def capped(points, *, bonus_cap, penalty_cap):
    """(bonus, penalty), both zero or above, from signed points, under the caps of the call."""
    bonus = min(bonus_cap, sum((p for p in points if p > 0), Decimal()))
    penalty = min(penalty_cap, -sum((p for p in points if p < 0), Decimal()))
    return bonus, penalty


@dataclass(frozen=True)
class Sheet:
    """A counted sheet as scoring reads it: stage id, total, and {criterion id: value}."""

    stage: int
    total: Decimal
    values: dict


@dataclass
class Result:
    """What the sheets of an application come to; base and final are None while a stage has no sheet."""

    sheets: int = 0
    base: Decimal | None = None
    bonus: Decimal = Decimal()
    penalty: Decimal = Decimal()
    final: Decimal | None = None
    spread: Decimal | None = None
    ties: list = field(default_factory=list)
    failings: list = field(default_factory=list)


def final_score(stages, sheets, adjustments, *, scale, bonus_cap, penalty_cap) -> Result:
    """The whole rule set (docs/domain.md, scoring).

    stages: the Stage rows with prefetched groups and criteria; sheets: counted Sheets only;
    adjustments: signed points. Group means are untrimmed and unrounded; they break ties in the order of groups.
    """
    result = Result(sheets=len(sheets))
    result.bonus, result.penalty = capped(adjustments, bonus_cap=bonus_cap, penalty_cap=penalty_cap)
    if not sheets or any(not [s for s in sheets if s.stage == stage.pk] for stage in stages):
        return result
    result.base = base_score(
        (stage.weight, stage_score([s.total for s in sheets if s.stage == stage.pk])) for stage in stages
    )
    result.final = result.base + result.bonus - result.penalty
    totals = [sheet.total for sheet in sheets]
    result.spread = rounded(max(totals) - min(totals))
    means = {}
    for stage in stages:
        counted = [sheet for sheet in sheets if sheet.stage == stage.pk]
        for group in stage.groups.all():
            criteria = list(group.criteria.all())
            mean = sum(
                (
                    sheet_total(((c.points, sheet.values[c.pk]) for c in criteria), scale=scale)
                    for sheet in counted
                ),
                Decimal(),
            ) / len(counted)
            means[group.ordinal] = means.get(group.ordinal, Decimal()) + mean * stage.weight / 100
            if mean < Decimal(sum(c.points for c in criteria)) * group.floor_percent / 100:
                result.failings.append(group.name)
            result.failings += [
                c.name
                for c in criteria
                if c.knock_out_at is not None
                and sum((sheet.values[c.pk] for sheet in counted), Decimal()) / len(counted) <= c.knock_out_at
            ]
    result.ties = [means[ordinal] for ordinal in sorted(means)]
    return result


def score_faults(criterion, value, *, scale, step):
    """Why this value cannot stand for this criterion; an empty list is yes."""
    most = Decimal(100) if scale == "percent" else Decimal(criterion.points)
    if not 0 <= value <= most:
        return [Reason(_("From 0 to %(most)s points.") % {"most": most}, f"score_{criterion.pk}")]
    if value % step:
        return [Reason(_("In steps of %(step)s points.") % {"step": step}, f"score_{criterion.pk}")]
    return []


def unfinished(values, criteria, comments, *, least):
    """What a sheet still lacks before it may be handed in.

    values: {criterion id: value}; comments: {field: text}; least: least length of a comment.
    """
    reasons = [
        Reason(_("No score yet: %(what)s") % {"what": criterion.name}, f"score_{criterion.pk}")
        for criterion in criteria
        if criterion.pk not in values
    ]
    names = {"strengths": _("strengths"), "weaknesses": _("points to mend"), "overall": _("overall opinion")}
    return reasons + [
        Reason(
            _("Please write at least %(least)d characters: %(what)s") % {"least": least, "what": names[name]},
            name,
        )
        for name, text in comments.items()
        if len(text.strip()) < least
    ]


def sheets_needed(quorum, panel) -> int:
    """The quorum of the call, and two thirds of those who were asked and stand in no conflict."""
    return max(quorum, ceil(Fraction(2 * panel, 3)))


def short_of_quorum(progress, *, quorum):
    """Why the review cannot be closed: a stage with too few sheets.

    progress: for each stage (sheets that count, how many were asked and stand in no conflict).
    """
    return [
        Reason(
            _("%(needed)d sheets are needed; %(sheets)d are handed in.")
            % {"needed": needed, "sheets": sheets}
        )
        for sheets, panel in progress
        if sheets < (needed := sheets_needed(quorum, panel))
    ]


def not_in_review(application):
    """Sheets are written while the application is in review, neither before nor after."""
    if application.status != Status.IN_REVIEW:
        return [Reason(_("The review of this application is closed."))]
    return []


def barred(name, codes):
    """Why this reviewer may not score this application, one sentence for each rule."""
    return [Reason(f"{name}: {code} {CONFLICTS[code]}") for code in codes]


def conflicts(*, firm, profile, email, member_emails, applicant_numbers):
    """The rules that bar this reviewer from this application, found in our own data.

    member_emails: addresses of the firm's people; applicant_numbers: business numbers of all who apply in the call.
    """
    found = []
    number = profile.affiliation_number
    if (number and number == firm.business_number) or profile.affiliation.strip() == firm.name:
        found.append("C1")
    elif number and number in applicant_numbers:
        found.append("C6")
    domain = email.rpartition("@")[2].lower()
    if domain not in OPEN_MAIL and domain in {
        address.rpartition("@")[2].lower() for address in member_emails
    }:
        found.append("C5")
    return found
