"""WHETHER and HOW MUCH of review: totals, scores, quorum, who fits (docs/domain.md, scoring); conflicts.py has who may not."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext_lazy as _

from applications.calls.scale import most_of, values_of
from applications.firms.rules.names import name_key
from applications.intake.models import Status
from applications.kernel.errors import Reason
from applications.templatetags.grants import number_shown

CENT = Decimal("0.01")
TRIM_FROM = 5
USUAL, LEAST = 5, 3  # sheets that a stage is closed with; by exception fewer, and never fewer than three


def rounded(value: Decimal) -> Decimal:
    """Half up, to the second decimal: the number that is shown, compared and ranked."""
    return value.quantize(CENT, ROUND_HALF_UP)


def sheet_total(scores, *, scale) -> Decimal:
    """The exact total of one sheet. scores: pairs (points of the criterion, value)."""
    if scale == "percent":
        return sum((Decimal(points) * value / 100 for points, value in scores), Decimal())
    return sum((value for _points, value in scores), Decimal())


def left_out(totals, *, trimmed):
    """The places of the worst and of the best total that a stage leaves out; of equal ones the first. Empty: none is."""
    if not trimmed or len(totals) < TRIM_FROM:
        return []
    order = sorted(range(len(totals)), key=totals.__getitem__)
    return [order[0], order[-1]]


def stage_score(totals, *, trimmed=True) -> Decimal:
    """The mean of the totals of one stage, where it is trimmed without one best and one worst from five on; rounded once."""
    totals = list(totals)
    apart = left_out(totals, trimmed=trimmed)
    kept = [total for place, total in enumerate(totals) if place not in apart]
    return rounded(sum(kept, Decimal()) / len(kept))


def base_score(stages) -> Decimal:
    """The weighted sum of stage scores, rounded once. stages: pairs (weight in %, stage score)."""
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
class Standing:
    """What the sheets of one stage come to; score and spread are None while it has no sheet.

    means: of each group by its ordinal, untrimmed and unrounded; failings: what fails the plan here, by name.
    """

    stage: object
    sheets: int = 0
    score: Decimal | None = None
    spread: Decimal | None = None
    means: dict = field(default_factory=dict)
    failings: list = field(default_factory=list)


@dataclass
class Result:
    """What the sheets of an application come to; base and final are None while a stage has no sheet."""

    sheets: int = 0
    stages: list = field(default_factory=list)
    base: Decimal | None = None
    bonus: Decimal = Decimal()
    penalty: Decimal = Decimal()
    final: Decimal | None = None
    spread: Decimal | None = None
    means: dict = field(default_factory=dict)  # of the groups of criteria, by ordinal
    failings: list = field(default_factory=list)


def standing(stage, sheets, *, scale) -> Standing:
    """What the counted sheets of one stage come to, by themselves."""
    found = Standing(stage, len(sheets))
    if not sheets:
        return found
    totals = [sheet.total for sheet in sheets]
    found.score = stage_score(totals, trimmed=stage.trimmed)
    found.spread = rounded(max(totals) - min(totals))
    if stage.threshold is not None and found.score < stage.threshold:
        said = _("%(stage)s: %(score)s, below the threshold of %(mark)s")
        found.failings.append(said % {"stage": stage, "score": found.score, "mark": stage.threshold})
    for group in stage.groups.all():
        criteria = list(group.criteria.all())
        mean = sum(
            (
                sheet_total(((c.points, sheet.values[c.pk]) for c in criteria), scale=scale)
                for sheet in sheets
            ),
            Decimal(),
        ) / len(sheets)
        found.means[group.ordinal] = mean
        if mean < Decimal(sum(c.points for c in criteria)) * group.floor_percent / 100:
            found.failings.append(group.name)
        found.failings += [
            c.name
            for c in criteria
            if c.knock_out_at is not None
            and sum((sheet.values[c.pk] for sheet in sheets), Decimal()) / len(sheets) <= c.knock_out_at
        ]
    return found


def final_score(stages, sheets, adjustments, *, scale, bonus_cap, penalty_cap, visits=()) -> Result:
    """The whole rule set (docs/domain.md, scoring).

    stages: the scored Stage rows with prefetched groups and criteria, all of the call, or where the review ended early
    those up to its end; sheets: counted Sheets only; adjustments: signed points. Group means break ties in their order.
    visits: Standings of the site visits between them, which have no score and only may fail the plan.
    """
    result = Result(sheets=len(sheets))
    result.bonus, result.penalty = capped(adjustments, bonus_cap=bonus_cap, penalty_cap=penalty_cap)
    found = [
        standing(stage, [sheet for sheet in sheets if sheet.stage == stage.pk], scale=scale)
        for stage in stages
    ]
    result.stages = sorted([*found, *visits], key=lambda one: one.stage.ordinal)
    result.failings = [failing for one in result.stages for failing in one.failings]
    if any(one.score is None for one in found):
        return result
    result.base = base_score((one.stage.weight, one.score) for one in found)
    result.final = result.base + result.bonus - result.penalty
    result.spread = max((one.spread for one in found), default=None)  # a visit may come first and end it
    means = {}
    for one in found:
        for ordinal, mean in one.means.items():
            means[ordinal] = means.get(ordinal, Decimal()) + mean * one.stage.weight / 100
    result.means = means
    return result


def tie_values(keys, result, *, outside, answers):
    """What breaks a tie of this application, in the order of the keys of its call (calls.ruling.tie_choices).

    outside: its seat is outside the capital area; answers: those to the questions of the call.
    """
    found = {"base": result.base, "outside": int(outside)}
    found |= {f"group-{ordinal}": mean for ordinal, mean in result.means.items()}
    found |= {f"answer-{code}": answer for code, answer in answers.items() if isinstance(answer, int)}
    return [Decimal(found.get(key) or 0) for key in keys]


def undecidable(item, call, claimed):
    """Why nothing can be decided on this item: it is of another call, or a bonus that the firm does not claim."""
    if item.call_id != call or (item.is_bonus and item not in claimed):
        return [Reason(_("This item does not belong to this application."))]
    return []


def codes(sheets):
    """{id of a sheet: what stands for the name of its reviewer}: R1, R2 …, in the order in which they were asked in a stage."""
    return {sheet.pk: f"R{place}" for place, sheet in enumerate(sorted(sheets, key=lambda one: one.pk), 1)}


def next_stage(standings, current):
    """The stage that comes after the current one, None where it was the last or something failed the plan so far."""
    later = [one.stage for one in standings if one.stage.ordinal > current.ordinal]
    failed = any(one.failings for one in standings if one.stage.ordinal <= current.ordinal)
    return later[0] if later and not failed else None


def by_stage(stages, stored):
    """[(stage, sheets, score)] of the scored stages that an application has reached, from what is stored on it."""
    known = {stage.ordinal: stage for stage in stages if not stage.is_visit}
    return [
        (known[ordinal], sheets, score and Decimal(score))
        for ordinal, sheets, score in stored
        if ordinal in known
    ]


def stage_before(stages, application):
    """The stage before the one under review, None where it is the first, or the review is closed."""
    if application.status != Status.IN_REVIEW:
        return None
    earlier = [stage for stage in stages if stage.ordinal < application.stage.ordinal]
    return earlier[-1] if earlier else None


def score_faults(criterion, value, *, scale, step):
    """Why this value cannot stand for this criterion; an empty list is yes."""
    most = most_of(criterion.points, scale)
    if not 0 <= value <= most:
        return [Reason(_("From 0 to %(most)s points.") % {"most": most}, f"score_{criterion.pk}")]
    if value % step:
        return [Reason(_("In steps of %(step)s points.") % {"step": step}, f"score_{criterion.pk}")]
    if criterion.by_steps and value not in (steps := values_of(criterion, scale=scale, step=step)):
        said = _("One of the five steps: %(steps)s.") % {"steps": ", ".join(map(number_shown, steps))}
        return [Reason(said, f"score_{criterion.pk}")]
    return []


def side_by_side(criteria, sheets):
    """[(criterion, its points on each of these sheets)]; they are handed in, so that none is missing."""
    points = [sheet.points for sheet in sheets]
    return [(criterion, [of[criterion.pk] for of in points]) for criterion in criteria]


def unfinished(values, criteria, comments, *, least):
    """What a sheet still lacks before it may be handed in.

    values: {criterion id: value}; comments: {field: text}; least: least length of a comment.
    """
    if not criteria:
        return [Reason(_("Nothing is scored in this stage."))]
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


def two_thirds(panel) -> int:
    """Of those who were asked and stand in no conflict: so many are needed in any case."""
    return ceil(Fraction(2 * panel, 3))


def usual_sheets(stage) -> int:
    """How many sheets a stage is closed with where nobody allows fewer: as many as its call asks for, and five; of a visit two."""
    return stage.quorum if stage.is_visit else max(USUAL, stage.quorum)


def sheets_needed(stage, panel, allowed=None) -> int:
    """allowed: so few suffice by exception."""
    return max(allowed or usual_sheets(stage), two_thirds(panel))


def unexemptable(stage, sheets, panel, allowed=None):
    """Why no exception is asked for: enough are handed in, or too few for any. The arguments are those of `short_of_quorum`."""
    if sheets >= sheets_needed(stage, panel, allowed):
        return [Reason(_("Enough sheets are handed in."))]
    if stage.is_visit or sheets < LEAST:
        said = _("With fewer than %(least)d sheets no review is closed; %(sheets)d are handed in.")
        return [Reason(said % {"least": LEAST, "sheets": sheets})]
    if sheets < two_thirds(panel):
        said = _(
            "Two thirds of those who were asked are needed in any case: %(needed)d sheets; %(sheets)d are handed in."
        )
        return [Reason(said % {"needed": two_thirds(panel), "sheets": sheets})]
    return []


def not_few(stage):
    """Why no exception is asked for all of a stage: its call itself asks for five sheets or more, may still change that, or is cancelled."""
    if stage.is_visit or stage.quorum >= USUAL:
        return [
            Reason(_("This stage asks for at least five sheets: an exception is for single applications."))
        ]
    if not stage.call.published_at:
        return [Reason(_("This call is not published yet: how many sheets it asks for may still change."))]
    if stage.call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    return []


def asked_already():
    return [Reason(_("This is asked for already."))]


def in_order(sheets):
    """A reviewer's sheets in the order in which they are best written: fewest asked first, then the oldest.

    By how many are asked, not by how many have handed in: nobody learns how far the others are (G36).
    """
    return sorted(sheets, key=lambda sheet: (sheet.asked, sheet.assigned_at, sheet.pk))


def following(sheets, current):
    """The open sheet that comes after this one in their order, from the end on to the beginning; None where no other is open."""
    ordered = in_order(sheets)
    place = next((place for place, sheet in enumerate(ordered) if sheet.pk == current), -1)
    return next((sheet for sheet in ordered[place + 1 :] + ordered[: max(place, 0)] if sheet.is_open), None)


def short_of_quorum(progress):
    """Why the stage under review cannot be closed: it has too few sheets, or one before it lost some.

    progress: for each stage so far (stage, sheets that count, how many were asked and stand in no conflict, so few that are allowed or None).
    """
    reasons = []
    for stage, sheets, panel, allowed in progress:
        needed = sheets_needed(stage, panel, allowed)
        if sheets < needed:
            said = _("%(needed)d sheets are needed; %(sheets)d are handed in.")
            if len(progress) > 1:
                said = _("%(stage)s: %(needed)d sheets are needed; %(sheets)d are handed in.")
            reasons.append(Reason(said % {"stage": stage, "needed": needed, "sheets": sheets}))
    return reasons


def not_in_review(application, stage_id):
    """Sheets are written while their stage is under review, neither before nor after."""
    if application.status != Status.IN_REVIEW:
        return [Reason(_("The review of this application is closed."))]
    if application.stage_id != stage_id:
        return [Reason(_("This stage of the review is closed."))]
    return []


def saved_meanwhile(assignment, version):
    """Why a save is not written: the sheet was saved elsewhere since the page was loaded. version: None asks nothing."""
    if version is None or version == assignment.version:
        return []
    return [Reason(_("This sheet was saved in another window meanwhile."))]


def shared(profile, application, technologies):
    """What a reviewer knows of what an application is about: its technologies, its field (none or one), words of its title and
    summary, a list each.

    technologies: ids of those of the application.
    """
    text = f"{application.title} {application.summary}".casefold()
    words = [word.strip() for word in profile.keywords.split(",")]
    return (
        [technology for technology in profile.technologies.all() if technology.pk in technologies],
        [field for field in profile.fields.all() if field.pk == application.field_id],
        [word for word in words if word and word.casefold() in text],
    )


def fit(profile, application, technologies):
    """How many things of an application a reviewer knows."""
    return sum(map(len, shared(profile, application, technologies)))


def match(profile, application, technologies):
    """The same from 0 to 1: 1 knows all technologies of the application, and its field or a word of it."""
    return min(1.0, fit(profile, application, technologies) / (len(technologies) + 1))


def house(profile):
    """By what two reviewers are of one institution: its business number, or its name."""
    return profile.affiliation_number or name_key(profile.affiliation)


def too_many_kinds(per_kind, reviews):
    """Why so many of each kind cannot be asked for. per_kind: {kind of reviewer: least number in each application}."""
    if sum(per_kind.values()) <= reviews:
        return []
    most = max(per_kind, key=per_kind.get)
    return [Reason(_("Together these are more than the reviewers of each application."), f"of_{most}")]


def beyond_cap(profile, sessions):
    """A reviewer sits in so many sessions a year, and no more. sessions: others of this year."""
    if sessions < profile.most_sessions:
        return []
    return [
        Reason(
            _("%(name)s has reached the most sessions of this year: %(most)d.")
            % {"name": profile.user.name, "most": profile.most_sessions}
        )
    ]
