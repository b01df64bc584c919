"""The verbs of site visits: set the date, write down what is found, hand it in, decide where two differ; and tell firms that they go on."""

from django.db import transaction

from applications.calls.models import Call
from applications.intake.queries import people_of, people_of_firms
from applications.intake.rules import call_over
from applications.kernel import audit, clock, files
from applications.kernel.access import require
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION, SHEET
from applications.notifications.outbox import notify, notify_each
from applications.review import facts, fitness, queries, rules, visited
from applications.review.actions import store_score
from applications.review.happening import append
from applications.review.models import Assignment, SheetEvent
from applications.review.visits import PHOTO_KINDS, Finding, GoingOn, Photo, Visit, VisitDecision


@transaction.atomic
def appoint(application, *, at, place, preparation="", short_notice_reason="", by):
    """Set or change when the place is visited, and tell the firm and the visitors."""
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "appoint", by=by)
    stage, now, least_days = application.stage, clock.now(), legal_clock("visit_notice").days
    if reasons := (
        call_over(application)
        or fitness.unsettable(stage, at, short_notice_reason, now=now, least_days=least_days)
        or fitness.settled(visited.found_in(application, stage))
    ):
        raise Refused(*reasons, about=application)
    before = visited.visit_of(application, stage)
    visit = before or Visit(application=application, stage=stage, revision=0)
    was = before and {"at": before.at, "place": before.place}
    visit.at, visit.place, visit.preparation = at, place, preparation
    visit.days_ahead, visit.least_days = fitness.days_ahead(at, now=now), least_days
    visit.short_notice_reason, visit.by, visit.told_at = short_notice_reason.strip(), by, now
    visit.revision += 1
    visit.save()
    audit.record("appoint", application, by=by, before=was, after={"at": at, "place": place},
                 note=visit.short_notice_reason)  # fmt: skip
    event, context = f"visit:{visit.pk}:{visit.revision}", {"application": application, "visit": visit}
    notify(
        "visit_announced", to=people_of(application), event=event, points=visited.points_of(stage), **context
    )
    notify("visit_planned", to=[one.reviewer for one in visited.visitors(application, stage).select_related("reviewer")],
           event=event, **context)  # fmt: skip
    return visit


def _open(assignment, move, *, by):
    """The locked application and sheet, if this visitor may write on it now. Raises Denied or Refused."""
    application = queries.locked_application(assignment.application_id)
    assignment = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("stage")
        .get(pk=assignment.pk)
    )
    SHEET.check(assignment, move, by=by)
    if reasons := (
        fitness.not_a_visit(assignment.stage)
        or rules.not_in_review(application, assignment.stage_id)
        or facts.halted(application, by)
    ):
        raise Refused(*reasons, about=assignment)
    return application, assignment


@transaction.atomic
def save(assignment, *, findings, fit, overall, version=None, by):
    """Save what a visitor has written so far. findings: {point id: (fit, not fit or None, words)}.

    version: what the page was loaded with; a save in between is refused, never overwritten. None: the latest.
    """
    _application, assignment = _open(assignment, "save", by=by)
    if reasons := rules.saved_meanwhile(assignment, version):
        raise Refused(*reasons, about=assignment)
    SHEET.make(
        assignment,
        "save",
        by=by,
        fit=fit,
        overall=overall,
        saved_at=clock.now(),
        version=assignment.version + 1,
    )
    append(assignment, SheetEvent.Kind.SAVED, by=by)
    points = visited.points_of(assignment.stage)
    Finding.objects.bulk_create(
        [
            Finding(assignment=assignment, point=point, fit=verdict, words=words)
            for point in points
            for verdict, words in [findings.get(point.pk, (None, ""))]
        ],
        update_conflicts=True, unique_fields=["assignment", "point"], update_fields=["fit", "words"],
    )  # fmt: skip
    return assignment


@transaction.atomic
def hand_in(assignment, *, by):
    """Hand in what was found, once the visit has taken place; from now on it counts and is no longer edited."""
    application, assignment = _open(assignment, "hand_in", by=by)
    points, findings = visited.points_of(assignment.stage), visited.findings_of(assignment)
    if reasons := fitness.not_yet(
        visited.visit_of(application, assignment.stage), now=clock.now()
    ) or fitness.unfinished(
        points,
        findings,
        fit=assignment.fit,
        overall=assignment.overall,
        least=application.call.comment_length,
    ):
        raise Refused(*reasons, about=assignment)
    SHEET.make(
        assignment, "hand_in", by=by, total=None, handed_in_at=clock.now(), version=assignment.version + 1
    )
    found = {point.name: list(findings[point.pk]) for point in points}
    words = {"fit": assignment.fit, "overall": assignment.overall, "findings": found}
    append(assignment, SheetEvent.Kind.HANDED_IN, by=by, words=words)
    audit.record("found", assignment, by=by, after={"fit": assignment.fit, **found}, note=assignment.overall)
    store_score(application)
    return assignment


def add_photo(assignment, *, upload, caption="", by):
    """Keep a photo of the place, without what it tells of where, when and by whom it was taken; it is looked into before any row
    is held."""
    kind = files.accepted(upload, kinds=PHOTO_KINDS)
    upload = files.without_metadata(upload, kind)
    with files.storing() as store:
        _application, assignment = _open(assignment, "save", by=by)
        if reasons := fitness.too_many_photos(assignment.photos.count()):
            raise Refused(*reasons, about=assignment)
        photo = Photo.objects.create(
            assignment=assignment, file=store(upload, kind), caption=caption, added_at=clock.now()
        )
        audit.record("add_photo", assignment, by=by, after={"sha256": photo.file.sha256, "caption": caption})
        return photo


@transaction.atomic
def remove_photo(photo, *, by):
    """Take a photo out again, before the findings are handed in."""
    _application, assignment = _open(photo.assignment, "save", by=by)
    audit.record(
        "remove_photo", assignment, by=by, before={"sha256": photo.file.sha256, "caption": photo.caption}
    )
    stored = photo.file
    photo.delete()
    files.forget(stored)


@transaction.atomic
def decide(application, *, fit, reason, by):
    """Say whether the place is fit where the two visitors differ: a director, with a reason."""
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "decide_visit", by=by)
    stage = application.stage
    found = visited.found_in(application, stage) if stage.is_visit else []
    if reasons := call_over(application) or fitness.undecidable(found) or too_short(reason):
        raise Refused(*reasons, about=application)
    VisitDecision.objects.create(
        application=application, stage=stage, fit=fit, reason=reason.strip(), by=by, at=clock.now()
    )
    audit.record("decide_visit", application, by=by, after={"fit": fit, "stage": stage.ordinal}, note=reason)
    store_score(application)


@transaction.atomic
def tell(call, *, stage, by):
    """Tell the firms whose applications go on to this stage, each once; those whose review ended hear with the result.

    Returns how many firms were told. Raises Refused while somebody of the call is still in a stage before it.
    """
    require(by, "stage.tell", call)
    call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
    waiting = (
        visited.going_on(call, stage)
        .select_for_update(of=("self",), no_key=True)
        .select_related("firm")
        .order_by("pk")
    )
    applications = list(waiting)
    if reasons := fitness.untellable(
        call, stage, still_before=visited.still_before(call, stage), to_tell=len(applications)
    ):
        raise Refused(*reasons, about=call)
    now, passed = clock.now(), call.stages.filter(ordinal__lt=stage.ordinal).last()
    GoingOn.objects.bulk_create(GoingOn(application=one, stage=stage, by=by, at=now) for one in applications)
    audit.record(
        "tell_stage",
        call,
        by=by,
        after={"stage": stage.ordinal, "told": [one.number for one in applications]},
    )
    people, days = people_of_firms({one.firm_id for one in applications}), legal_clock("visit_notice").days
    notify_each(
        "stage_passed",
        (
            (
                people[one.firm_id],
                f"going_on:{one.pk}:{stage.pk}",
                {"application": one, "stage": stage, "passed": passed, "days": days},
            )
            for one in applications
        ),
    )
    return len(applications)
