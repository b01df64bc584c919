"""Reads of site visits: when they are, what their visitors found, and what it comes to."""

from collections import defaultdict

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from applications.intake.models import BEFORE_REVIEWERS, Application, Status
from applications.review import fitness
from applications.review.models import Assignment
from applications.review.queries import in_review, standing
from applications.review.visits import Finding, GoingOn, Photo, Visit, VisitDecision


def visit_of(application, stage):
    """When this stage takes place, None where nothing is set."""
    return application.visits.filter(stage=stage).first()


def visitors(application, stage):
    """Who is asked to visit and stands in no conflict."""
    found = Assignment.objects.filter(application=application, stage=stage)
    return found.in_play().order_by("pk")


def found_in(application, stage):
    """What the visitors handed in: Found, in the order of their sheets."""
    sheets = list(standing(application).filter(stage=stage).order_by("pk"))
    unfit = defaultdict(list)
    for finding in Finding.objects.filter(assignment__in=sheets, fit=False).select_related("point"):
        unfit[finding.assignment_id].append(finding.point.name)
    return [fitness.Found(sheet.fit, sheet.handed_in_at, tuple(unfit[sheet.pk])) for sheet in sheets]


def decision_of(application, stage):
    """The latest decision on two findings that differ; whether it still holds, fitness.holds tells."""
    return application.visit_decisions.filter(stage=stage).select_related("by").last()


def standings(application, stages):
    """The Standings of the site visits among these stages."""
    return [
        fitness.standing(stage, found_in(application, stage), decision_of(application, stage))
        for stage in stages
        if stage.is_visit
    ]


def undecided(application):
    """Why the site visit that is under way cannot be closed; of another stage nothing."""
    stage = application.stage
    if not stage.is_visit:
        return []
    return fitness.undecided(found_in(application, stage), decision_of(application, stage))


def points_of(stage):
    return list(stage.points.all())


def photos_of(application):
    """The photos of its place that staff see: of sheets that are handed in."""
    sheets = Assignment.objects.filter(application=application, status=Assignment.SheetStatus.HANDED_IN)
    return Photo.objects.filter(assignment__in=sheets).select_related("file")


def findings_of(assignment):
    """{point id: (fit or None, words)} as a visitor has saved them."""
    return {finding.point_id: (finding.fit, finding.words) for finding in assignment.findings.all()}


def shown(application, stages):
    """For each site visit that an application has come to: all that the case page of the desk shows of it."""
    found = [
        stage
        for stage in stages
        if stage.is_visit and application.stage and stage.ordinal <= application.stage.ordinal
    ]
    return [_shown(application, stage) for stage in found]


def _shown(application, stage):
    sheets = list(
        standing(application)
        .filter(stage=stage)
        .select_related("reviewer")
        .prefetch_related("findings", "photos__file")
    )
    said = [(sheet, findings_of(sheet)) for sheet in sheets]
    found, decision = found_in(application, stage), decision_of(application, stage)
    return {
        "stage": stage,
        "visit": visit_of(application, stage),
        "sheets": sheets,
        "points": [
            (point, [(*findings.get(point.pk, (None, "")), sheet.reviewer.name) for sheet, findings in said])
            for point in points_of(stage)
        ],
        "differ": fitness.differ(found),
        "decision": decision if fitness.holds(decision, found) else None,
    }


def to_decide():
    """Applications whose two visitors differ, and nobody has decided since."""
    sheets = Assignment.objects.filter(application=OuterRef("pk"), stage=OuterRef("stage")).standing()
    last = sheets.order_by("-handed_in_at").values("handed_in_at")[:1]
    decided = VisitDecision.objects.filter(
        application=OuterRef("pk"), stage=OuterRef("stage"), at__gte=OuterRef("last_found")
    )
    found = in_review().filter(Exists(sheets.filter(fit=True)), Exists(sheets.filter(fit=False)))
    return found.annotate(last_found=Subquery(last)).exclude(Exists(decided))


def dates_of(assignments):
    """[(assignment, when its visit is)] of those that have a date: one query where any of them is a site visit."""
    of_visits = [one for one in assignments if one.stage.is_visit]
    if not of_visits:
        return []
    found = Visit.objects.filter(application__in=[one.application_id for one in of_visits])
    dates = {(visit.application_id, visit.stage_id): visit.at for visit in found}
    places = [(one, (one.application_id, one.stage_id)) for one in of_visits]
    return [(one, dates[place]) for one, place in places if place in dates]


def going_on(call, stage):
    """Applications that have come to this stage or further and whose firms were not told so yet."""
    told = GoingOn.objects.filter(application=OuterRef("pk"), stage=stage)
    reached = Application.objects.filter(
        call=call, status__in=BEFORE_REVIEWERS, stage__ordinal__gte=stage.ordinal
    )
    return reached.exclude(Exists(told))


def still_before(call, stage):
    """How many applications of the call are not through the stages before this one."""
    screened = Q(status__in=(Status.SUBMITTED, Status.RETURNED))
    earlier = Q(status=Status.IN_REVIEW, stage__ordinal__lt=stage.ordinal)
    return Application.objects.filter(screened | earlier, call=call).count()


def by_stage(call):
    """Of each stage of a call: how many are in it, ended in it, and were told that they go on to it."""
    here = dict(
        Application.objects.filter(call=call, status=Status.IN_REVIEW)
        .order_by()
        .values_list("stage")
        .annotate(Count("pk"))
    )
    ended = dict(
        Application.objects.filter(call=call, status=Status.REVIEWED)
        .order_by()
        .values_list("stage")
        .annotate(Count("pk"))
    )
    told = dict(
        GoingOn.objects.filter(application__call=call).order_by().values_list("stage").annotate(Count("pk"))
    )
    return [
        (
            stage,
            here.get(stage.pk, 0),
            ended.get(stage.pk, 0),
            told.get(stage.pk, 0),
            going_on(call, stage).count(),
        )
        for stage in call.stages.all()
    ]


def rows_of(assignment):
    """[(point, fit or None, words)] of one visitor."""
    found = findings_of(assignment)
    return [(point, *found.get(point.pk, (None, ""))) for point in points_of(assignment.stage)]
