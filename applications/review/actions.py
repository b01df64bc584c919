"""The verbs of review: assign, pledge, declare, score, hand in, exclude, close."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.intake.models import Adjustment, Application, Status
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.lifecycle import APPLICATION, SHEET
from applications.notifications.outbox import notify
from applications.review import queries, rules
from applications.review.models import Assignment, Pledge, ReviewerProfile, Score

COMMENTS = ("strengths", "weaknesses", "overall")


def _lock_application(pk):
    """Scores of one application change one after the other: its row is locked before any sheet of it."""
    return Application.objects.select_for_update(of=("self",)).select_related("call", "firm").get(pk=pk)


@transaction.atomic
def set_profile(user, *, technologies, by, **fields):
    """Write down where a reviewer works and what they know."""
    profile, _new = ReviewerProfile.objects.update_or_create(user=user, defaults=fields)
    profile.technologies.set(technologies)
    audit.record("set_profile", profile, by=by, after=fields)
    return profile


@transaction.atomic
def assign(application, *, reviewer, by, stage=None):
    """Ask one reviewer for a sheet. Raises Refused naming the rule where our data shows a conflict."""
    application = _lock_application(application.pk)
    APPLICATION.check(application, "assign", by=by)
    if reviewer.role != "reviewer" or not reviewer.is_active:
        raise Refused(_("Only active reviewers are assigned."), about=application)
    if not ReviewerProfile.objects.filter(user=reviewer).exists():
        raise Refused(
            _("It is not known yet where %(name)s works.") % {"name": reviewer.name}, about=application
        )
    if reasons := _barred(application, reviewer):
        raise Refused(*reasons, about=application)
    stage = stage or application.call.stages.first()
    try:
        with transaction.atomic():
            assignment = Assignment.objects.create(
                application=application,
                stage=stage,
                reviewer=reviewer,
                assigned_by=by,
                assigned_at=clock.now(),
            )
    except IntegrityError:
        raise Refused(_("%(name)s is assigned already.") % {"name": reviewer.name}, about=application)
    audit.record("assign", application, by=by, after={"reviewer": reviewer.pk, "stage": stage.ordinal})
    notify("review_requested", to=[reviewer], event=f"assignment:{assignment.key}", application=application)
    return assignment


def _barred(application, reviewer):
    """What our own data has against this reviewer now; asked again whenever scores are written."""
    return rules.barred(reviewer.name, queries.what_bars(application, [reviewer])[reviewer.pk])


@transaction.atomic
def pledge(call, *, by):
    """Promise secrecy and fairness for a call, once."""
    require(by, "review.pledge")
    Pledge.objects.get_or_create(
        user=by, call=call, defaults={"version": rules.PLEDGE_VERSION, "at": clock.now()}
    )


@transaction.atomic
def declare(assignment, *, code, note="", by):
    """Declare a conflict (code C1 ...) or none (""). A conflict takes the sheet out of the score at once."""
    application = _lock_application(assignment.application_id)
    change = {"declared_at": clock.now(), "conflict_code": code, "conflict_note": note}
    if code:
        SHEET.advance(
            assignment, "step_back", by=by, note=f"{code} {note}".strip(),
            declaration=Assignment.Declaration.CONFLICT, **change,
        )  # fmt: skip
        if application.status in (
            Status.IN_REVIEW,
            Status.REVIEWED,
        ):  # a published score stands as it was published
            store_score(application)
        return
    if not by.pledges.filter(call=application.call_id).exists():
        raise Refused(_("Please accept the pledge first."), about=assignment)
    SHEET.advance(assignment, "declare", by=by, declaration=Assignment.Declaration.CLEAR, **change)


@transaction.atomic
def save(assignment, *, values, comments, by):
    """Save a sheet as far as it is written.

    values: {criterion id: Decimal}; comments: {strengths, weaknesses, overall}. A criterion left out has no score.
    """
    application = _lock_application(assignment.application_id)
    criteria = {criterion.pk: criterion for criterion in queries.criteria_of(assignment.stage_id)}
    call = application.call
    faults = [
        fault
        for pk, value in values.items()
        for fault in rules.score_faults(criteria[pk], value, scale=call.scale, step=call.step)
    ]
    SHEET.advance(
        assignment, "save", by=by, unless=lambda _sheet: rules.not_in_review(application) or _barred(application, by) or faults,
        saved_at=clock.now(), **comments,
    )  # fmt: skip
    if len(values) < len(criteria):
        assignment.scores.exclude(criterion__in=values).delete()
    Score.objects.bulk_create(
        [Score(assignment=assignment, criterion=criteria[pk], value=value) for pk, value in values.items()],
        update_conflicts=True,
        unique_fields=["assignment", "criterion"],
        update_fields=["value"],
    )


@transaction.atomic
def hand_in(assignment, *, by):
    """Hand the saved sheet in; from now on it counts and is no longer edited."""
    application = _lock_application(assignment.application_id)
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    criteria = queries.criteria_of(assignment.stage_id)
    values = dict(assignment.scores.values_list("criterion", "value"))
    comments = {name: getattr(assignment, name) for name in COMMENTS}

    def faults():
        return (
            rules.not_in_review(application)
            or _barred(application, by)
            or rules.unfinished(values, criteria, comments, least=application.call.comment_length)
        )

    SHEET.check(assignment, "hand_in", by=by)
    if reasons := faults():
        raise Refused(*reasons, about=assignment)
    total = rules.sheet_total(((c.points, values[c.pk]) for c in criteria), scale=application.call.scale)
    SHEET.advance(
        assignment, "hand_in", by=by, note=f"{total.normalize():f}", total=total, handed_in_at=clock.now()
    )
    store_score(application)
    return assignment


@transaction.atomic
def reopen(assignment, *, reason, by):
    """Give a handed-in sheet back to its reviewer; the old values stay in the record."""
    application = _lock_application(assignment.application_id)
    old = {str(pk): str(value) for pk, value in assignment.scores.values_list("criterion", "value")}
    SHEET.advance(
        assignment, "reopen", by=by, unless=lambda _sheet: rules.not_in_review(application) or _reason(reason),
        note=reason, total=None, handed_in_at=None,
    )  # fmt: skip
    audit.record("reopened_values", assignment, by=by, before=old, note=reason)
    store_score(application)
    notify("sheet_returned", to=[assignment.reviewer], event=f"reopen:{assignment.key}:{clock.now().isoformat()}",
           application=application, reason=reason)  # fmt: skip


@transaction.atomic
def exclude(assignment, *, reason, by):
    """Take a sheet out of the score, with a reason."""
    application = _lock_application(assignment.application_id)
    SHEET.advance(
        assignment, "exclude", by=by, unless=lambda _sheet: rules.not_in_review(application) or _reason(reason),
        note=reason,
    )  # fmt: skip
    store_score(application)


def _reason(text):
    if len(text.strip()) < 5:
        return [Reason(_("Please write the reason (at least 5 characters)."), "reason")]
    return []


@transaction.atomic
def adjust(application, *, label, points, by):
    """Write down a verified bonus (above zero) or penalty (below zero); the caps of the call apply."""
    application = _lock_application(application.pk)
    if not Decimal(-5) <= points <= Decimal(5) or not points:
        raise Refused(Reason(_("Bonus and penalty points lie between -5 and 5, and are not 0."), "points"))
    APPLICATION.advance(application, "adjust", by=by, note=f"{label}: {points}")
    try:
        with transaction.atomic():
            Adjustment.objects.create(
                application=application, label=label, points=points, by=by, at=clock.now()
            )
    except IntegrityError:
        raise Refused(Reason(_("This item is written down already."), "label"), about=application)
    store_score(application)


@transaction.atomic
def close_review(application, *, by):
    """Close the review of an application once enough sheets are in; it may be ranked now."""
    application = _lock_application(application.pk)
    APPLICATION.advance(
        application, "close_review", by=by,
        unless=lambda locked: rules.short_of_quorum(queries.progress(locked), quorum=application.call.quorum),
    )  # fmt: skip


@transaction.atomic
def close_all(call, *, by):
    """Close every review of a call that has its sheets. Returns (closed, [reasons of those that stay open])."""
    closed, open_ones = 0, []
    for application in Application.objects.filter(call=call, status=Status.IN_REVIEW).order_by("pk"):
        try:
            close_review(application, by=by)
            closed += 1
        except Refused as refusal:
            open_ones.append(f"{application.number}: {refusal}")
    return closed, open_ones


@transaction.atomic
def reopen_review(application, *, reason, by):
    """Open a closed review again, before the result is published."""
    APPLICATION.advance(application, "reopen_review", by=by, unless=lambda _a: _reason(reason), note=reason)


def store_score(application):
    """Write what the counted sheets come to on the locked application: what lists and the ranking read."""
    call = application.call
    stages = list(call.stages.prefetch_related("groups__criteria"))
    sheets = [
        rules.Sheet(
            stage=sheet.stage_id,
            total=sheet.total,
            values={score.criterion_id: score.value for score in sheet.scores.all()},
        )
        for sheet in queries.counted(application).prefetch_related("scores")
    ]
    result = rules.final_score(
        stages,
        sheets,
        list(application.adjustments.values_list("points", flat=True)),
        scale=call.scale,
        bonus_cap=call.bonus_cap,
        penalty_cap=call.penalty_cap,
    )
    ties = [*result.ties, Decimal(), Decimal(), Decimal()]
    Application.objects.filter(pk=application.pk).update(
        sheets=result.sheets,
        base_score=result.base,
        bonus=result.bonus,
        penalty=result.penalty,
        final_score=result.final,
        spread=result.spread,
        tie_1=ties[0],
        tie_2=ties[1],
        tie_3=ties[2],
        failings=result.failings,
    )
    application.refresh_from_db()
