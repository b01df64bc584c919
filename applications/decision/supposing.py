"""What if: the list of a call cut by other marks, places, quotas or budget, or scored without one reviewer. Nothing is written."""

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from applications.decision import deliberated, queries, rules
from applications.intake.models import Application, Status
from applications.review.models import Assignment, Score
from applications.review.replay import TIE
from applications.review.rules import Sheet, final_score
from applications.review.storing import stages_of


@dataclass
class Rescored:
    """What scores would be without a reviewer. candidates: all, in their new state.

    gone: numbers of those left without a sheet in a stage, which cannot be ranked; short: of those below the quorum;
    unknown: of those whose review ended early by a failing that would not be one, so that nobody knows their later stages.
    """

    candidates: list
    gone: list = field(default_factory=list)
    short: list = field(default_factory=list)
    unknown: list = field(default_factory=list)


@dataclass
class Change:
    """One application whose result would be another. then: None where it could not be ranked at all."""

    pk: int
    now: rules.Line
    then: rules.Line | None


@dataclass
class Comparison:
    """The list as it is drawn now beside the one that is supposed: Lines, and the Changes by what they are."""

    now: list
    then: list
    came_in: list
    went_out: list
    others: list  # on, off or elsewhere on the reserve list
    rescored: Rescored
    unmet: list
    equals: int  # how many stand equal across the supposed cut

    @property
    def is_the_same(self):
        return not (self.came_in or self.went_out or self.others)


def compared(call, *, ruled, limits, without=None):
    """The Comparison of the list as it is ruled with one under other limits (both bounding.limits). without: the id of a reviewer whose sheets do not count.

    What the committee decided holds for both lists, as far as it fits.
    """
    resolutions = deliberated.in_force(deliberated.closed(call))
    candidates = queries.candidates(call, deliberated.grants(resolutions))
    rescored = scored_without(call, candidates, without) if without else Rescored(candidates)
    now, _plain, _deviations = deliberated.drawn(candidates, resolutions, limits=ruled)
    then, _plain, _deviations = deliberated.drawn(rescored.candidates, resolutions, limits=limits)
    after = {line.candidate.pk: line for line in then}
    changes = [
        Change(line.candidate.pk, line, other)
        for line in now
        if standing(line) != standing(other := after.get(line.candidate.pk))
    ]

    def is_selected(line):
        return line is not None and line.result == "selected"

    return Comparison(
        now=now,
        then=then,
        came_in=[one for one in changes if is_selected(one.then) and not is_selected(one.now)],
        went_out=[one for one in changes if is_selected(one.now) and not is_selected(one.then)],
        others=[one for one in changes if is_selected(one.now) == is_selected(one.then)],
        rescored=rescored,
        unmet=rules.unmet(then, limits["bounds"]),
        equals=sum(len(group) for group in rules.undecided(then)),
    )


def standing(line):
    """What a firm would be told of this line."""
    return line and (line.result, line.reserve_rank)


def reviewers(call):
    """[(key, name, how many sheets)] of those whose sheets count in what is ranked now."""
    found = Assignment.objects.filter(
        application__call=call, application__status=Status.REVIEWED, total__isnull=False
    )
    return list(
        found.standing()
        .order_by("reviewer__name", "reviewer")
        .values_list("reviewer__key", "reviewer__name")
        .annotate(Count("pk"))
    )


def scored_without(call, candidates, reviewer):
    """Rescored by the rules of the house from the sheets of all others, in a fixed number of queries."""
    touched = Assignment.objects.filter(
        application__call=call, application__status=Status.REVIEWED, reviewer=reviewer, total__isnull=False
    ).standing()
    plans = Application.objects.filter(pk__in=touched.values("application")).select_related("stage")
    plans = plans.only("number", "failings", "bonus", "penalty", "stage__ordinal").in_bulk()
    stages = stages_of(call)
    sheets = sheets_of(plans)
    rescored, needed = Rescored([]), queries.least_sheets(stages)
    with translation.override(settings.LANGUAGE_CODE):
        for candidate in candidates:
            if candidate.pk not in plans:
                rescored.candidates.append(candidate)
                continue
            found = _without(
                call, stages, plans[candidate.pk], candidate, sheets[candidate.pk], reviewer, rescored, needed
            )
            if found:
                rescored.candidates.append(found)
    for numbers in (rescored.gone, rescored.short, rescored.unknown):
        numbers.sort()
    return rescored


def sheets_of(plans):
    """{application id: [(reviewer, Sheet)]} of the counted sheets of these applications: two queries."""
    counted = Assignment.objects.filter(application__in=plans, total__isnull=False).standing()
    values = {}
    for sheet, criterion, value in (
        Score.objects.filter(assignment__in=counted)
        .order_by()
        .values_list("assignment", "criterion", "value")
    ):
        values.setdefault(sheet, {})[criterion] = value
    found = {pk: [] for pk in plans}
    for pk, application, reviewer, stage, total in counted.order_by("pk").values_list(
        "pk", "application", "reviewer", "stage", "total"
    ):
        found[application].append((reviewer, Sheet(stage=stage, total=total, values=values.get(pk, {}))))
    return found


def _without(call, stages, plan, candidate, sheets, reviewer, rescored, needed):
    """The Candidate without the sheets of a reviewer, None where it has no score any more; what is noteworthy is noted. needed:
    queries.least_sheets.
    """
    through = [stage for stage in stages if not stage.is_visit and stage.ordinal <= plan.stage.ordinal]
    marks = {"scale": call.scale, "bonus_cap": call.bonus_cap, "penalty_cap": call.penalty_cap}
    points = [plan.bonus, -plan.penalty]
    before = final_score(through, [sheet for _who, sheet in sheets], points, **marks)
    after = final_score(through, [sheet for who, sheet in sheets if who != reviewer], points, **marks)
    if after.base is None:
        rescored.gone.append(plan.number)
        return None
    if any(one.sheets < needed(one.stage.ordinal, plan.pk) for one in after.stages):
        rescored.short.append(plan.number)
    beside = Counter(candidate.failings) - Counter(before.failings)  # of site visits
    failings = [*after.failings, *beside.elements()]
    if not failings and plan.stage.ordinal < stages[-1].ordinal:
        rescored.unknown.append(plan.number)
        failings = [_("its review ended early")]
    return replace(
        candidate,
        final=after.final,
        base=after.base,
        failings=tuple(failings),
        ties=_ties(call, candidate, after),
    )


def _ties(call, candidate, result):
    """What breaks a tie: what comes out of the sheets anew, the rest as it is stored."""
    found = {f"group-{ordinal}": mean for ordinal, mean in result.means.items()} | {"base": result.base}
    anew = {place: found[key] for place, key in enumerate(call.tie_keys) if key in found}
    return tuple(
        Decimal(anew[place]).quantize(TIE, ROUND_HALF_UP) if place in anew else value
        for place, value in enumerate(candidate.ties)
    )
