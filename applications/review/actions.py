"""The verbs of review: assign, pledge, declare, score, hand in, exclude, close."""

from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.calls.conflicts import RULES
from applications.intake import bonus
from applications.intake.models import TIE_COLUMNS, Application, Status
from applications.intake.models.checks import Adjustment
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.lifecycle import APPLICATION, SHEET
from applications.notifications.outbox import notify
from applications.review import conflicts, facts, queries, rules
from applications.review.conflicts import barring, halting
from applications.review.models import Assignment, Pledge, Score, Waiver

COMMENTS = ("strengths", "weaknesses", "overall")


@transaction.atomic
def assign(application, *, reviewer, by):
    """Ask one reviewer for a sheet of the stage that is under review. Raises Refused naming the rule where our data shows a conflict."""
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "assign", by=by)
    if reviewer.role != "reviewer" or not reviewer.is_active:
        raise Refused(_("Only active reviewers are assigned."), about=application)
    profile = queries.profile_of(reviewer)
    if profile is None:
        raise Refused(
            _("It is not known yet where %(name)s works.") % {"name": reviewer.name}, about=application
        )
    stage = application.stage
    reasons = barring(reviewer.name, _found(application, profile)) or rules.beyond_cap(
        profile, queries.sessions_of(reviewer, beside=stage)
    )
    if reasons:
        raise Refused(*reasons, about=application)
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


def _found(application, profile):
    """What our data has against this reviewer now; asked again whenever scores are written."""
    return facts.findings(application, [profile])[profile.user_id]


def _halted(application, reviewer):
    return halting(_found(application, queries.profile_of(reviewer)))


def found_against(application, reviewer):
    """What stands against a reviewer now and bars them."""
    [profile] = queries.profiles_of([reviewer])
    return facts.against(application, profile)


@transaction.atomic
def waive(application, *, reviewer, reason, by):
    """Allow a reviewer in spite of all that is found now: a director's exception, with its reason (시행령 제27조 제4항)."""
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "waive", by=by)
    found = facts.against(application, queries.profile_of(reviewer))
    if not found:
        raise Refused(_("Nothing stands against %(name)s.") % {"name": reviewer.name}, about=application)
    if reasons := rules.too_short(reason):
        raise Refused(*reasons, about=application)
    codes = " ".join(finding.code for finding in found)
    Waiver.objects.create(
        application=application, reviewer=reviewer, codes=codes, reason=reason, by=by, at=clock.now()
    )
    audit.record("waive", application, by=by, after={"reviewer": reviewer.pk, "codes": codes}, note=reason)


@transaction.atomic
def pledge(call, *, by):
    """Promise secrecy and fairness for a call, once."""
    require(by, "review.pledge")
    Pledge.objects.get_or_create(
        user=by, call=call, defaults={"version": rules.PLEDGE_VERSION, "at": clock.now()}
    )


@transaction.atomic
def declare(assignment, *, code, note="", stays=False, by):
    """Declare a conflict (code C1 ...) or none (""). A conflict takes the sheet out of the score at once.

    stays: by a rule that only recommends to step back the reviewer goes on, with the note as a reason; staff are told.
    """
    application = queries.locked_application(assignment.application_id)
    if reasons := conflicts.undeclared(application.call, code=code, note=note, stays=stays):
        raise Refused(*reasons, about=assignment)
    change = {"declared_at": clock.now(), "conflict_code": code, "conflict_note": note}
    if code and not stays:
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
    SHEET.advance(
        assignment, "declare", by=by, note=f"{code} {note}".strip(),
        declaration=Assignment.Declaration.CLEAR, **change,
    )  # fmt: skip
    if code:
        notify("conflict_advised", to=[assignment.assigned_by], event=f"advised:{assignment.key}:{code}",
               application=application, reviewer=by, code=code, rule=RULES[code], note=note)  # fmt: skip


@transaction.atomic
def save(assignment, *, values, comments, by):
    """Save a sheet as far as it is written.

    values: {criterion id: Decimal}; comments: {strengths, weaknesses, overall}. A criterion left out has no score.
    """
    application = queries.locked_application(assignment.application_id)
    criteria = {criterion.pk: criterion for criterion in queries.criteria_of(assignment.stage_id)}
    call = application.call
    faults = [
        fault
        for pk, value in values.items()
        for fault in rules.score_faults(criteria[pk], value, scale=call.scale, step=call.step)
    ]
    SHEET.advance(
        assignment, "save", by=by, unless=lambda _sheet: rules.not_in_review(application, assignment.stage_id) or _halted(application, by) or faults,
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
    application = queries.locked_application(assignment.application_id)
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    criteria = queries.criteria_of(assignment.stage_id)
    values = dict(assignment.scores.values_list("criterion", "value"))
    comments = {name: getattr(assignment, name) for name in COMMENTS}

    def faults():
        return (
            rules.not_in_review(application, assignment.stage_id)
            or _halted(application, by)
            or rules.unfinished(values, criteria, comments, least=application.call.comment_length)
        )

    SHEET.check(assignment, "hand_in", by=by)
    if reasons := faults():
        raise Refused(*reasons, about=assignment)
    total = rules.sheet_total(((c.points, values[c.pk]) for c in criteria), scale=application.call.scale)
    SHEET.make(
        assignment, "hand_in", by=by, note=f"{total.normalize():f}", total=total, handed_in_at=clock.now()
    )
    store_score(application)
    return assignment


@transaction.atomic
def reopen(assignment, *, reason, by):
    """Give a handed-in sheet back to its reviewer; the old values stay in the record."""
    application = queries.locked_application(assignment.application_id)
    old = {str(pk): str(value) for pk, value in assignment.scores.values_list("criterion", "value")}
    SHEET.advance(
        assignment, "reopen", by=by, unless=lambda sheet: rules.not_in_review(application, sheet.stage_id) or rules.too_short(reason),
        note=reason, total=None, handed_in_at=None,
    )  # fmt: skip
    audit.record("reopened_values", assignment, by=by, before=old, note=reason)
    store_score(application)
    notify("sheet_returned", to=[assignment.reviewer], event=f"reopen:{assignment.key}:{clock.now().isoformat()}",
           application=application, reason=reason)  # fmt: skip


@transaction.atomic
def exclude(assignment, *, reason, by):
    """Take a sheet out of the score, with a reason."""
    application = queries.locked_application(assignment.application_id)
    SHEET.advance(
        assignment, "exclude", by=by, unless=lambda sheet: rules.not_in_review(application, sheet.stage_id) or rules.too_short(reason),
        note=reason,
    )  # fmt: skip
    store_score(application)


@transaction.atomic
def adjust(application, *, item, counts, grounds, by):
    """Decide whether a bonus or penalty item counts for this application; of an item the latest decision stands."""
    application = queries.locked_application(application.pk)
    claimed = [claim for claim, _words in bonus.claimed(application)]
    APPLICATION.advance(
        application, "adjust", by=by,
        unless=lambda _locked: rules.undecidable(item, application.call_id, claimed) or rules.too_short(grounds, "grounds"),
        note=f"{item}: {item.signed if counts else 0} ({grounds})",
    )  # fmt: skip
    points = item.signed if counts else Decimal()
    Adjustment.objects.create(
        application=application, item=item, points=points, grounds=grounds, by=by, at=clock.now()
    )
    store_score(application)


@transaction.atomic
def close_review(application, *, by):
    """Close the stage under review once enough sheets are in: the application goes on to the next stage, or its review ends.

    It ends with the last stage, or earlier where something fails the plan. Returns the next stage, or None.
    """
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "close_review", by=by)
    following = rules.next_stage(_result(application).stages, application.stage)
    APPLICATION.advance(
        application,
        "go_on" if following else "close_review",
        by=by,
        unless=lambda locked: (
            rules.short_of_quorum(queries.progress(locked)) or _standing_conflicts(application)
        ),
        note=f"{application.stage} → {following}" if following else "",
        stage=following or application.stage,
    )
    store_score(application)
    return following


def _standing_conflicts(application):
    """No sheet of somebody in a conflict makes a score: it is excluded, or a director allows it."""
    profiles = list(queries.profiles_of(queries.counted(application).values("reviewer")))
    found = facts.findings(application, profiles)
    return [reason for profile in profiles for reason in barring(profile.user.name, found[profile.user_id])]


@transaction.atomic
def close_all(call, *, by):
    """Close the stage of every application of a call that has its sheets.

    Returns (reviews closed, applications that went on, [reasons of those that stay]).
    """
    closed, gone_on, open_ones = 0, 0, []
    for application in Application.objects.filter(call=call, status=Status.IN_REVIEW).order_by("pk"):
        try:
            following = close_review(application, by=by)
        except Refused as refusal:
            open_ones.append(f"{application.number}: {refusal}")
        else:
            closed, gone_on = closed + (following is None), gone_on + (following is not None)
    return closed, gone_on, open_ones


@transaction.atomic
def reopen_review(application, *, reason, by):
    """Before the result is published, open a closed review again where it ended, or the stage before the one under review."""
    application = queries.locked_application(application.pk)
    earlier = rules.stage_before(application.call.stages.all(), application)
    APPLICATION.advance(
        application,
        "go_back" if earlier else "reopen_review",
        by=by,
        unless=lambda _a: rules.too_short(reason),
        note=reason,
        stage=earlier or application.stage,
    )
    store_score(application)


def _result(application):
    """What its sheets come to; a review that ended early is scored by the stages that it went through.

    What fails the plan is named in the language of the house, since it is kept and read by everybody.
    """
    call = application.call
    stages = list(call.stages.prefetch_related("groups__criteria"))
    if application.status == Status.REVIEWED:
        stages = [stage for stage in stages if stage.ordinal <= application.stage.ordinal]
    sheets = [
        rules.Sheet(
            stage=sheet.stage_id,
            total=sheet.total,
            values={score.criterion_id: score.value for score in sheet.scores.all()},
        )
        for sheet in queries.counted(application).prefetch_related("scores")
    ]
    with translation.override(settings.LANGUAGE_CODE):
        return rules.final_score(
            stages,
            sheets,
            [decision.points for decision in queries.decided(application).values()],
            scale=call.scale,
            bonus_cap=call.bonus_cap,
            penalty_cap=call.penalty_cap,
        )


def store_score(application):
    """Write what the counted sheets come to on the locked application: what lists and the ranking read."""
    result, reached = _result(application), application.stage.ordinal if application.stage else 0
    region = application.region
    ties = rules.tie_values(
        application.call.tie_keys,
        result,
        outside=region is not None and not region.capital_area,
        answers=application.answers,
    )
    Application.objects.filter(pk=application.pk).update(
        sheets=result.sheets,
        stage_scores=[
            [one.stage.ordinal, one.sheets, one.score and str(one.score)]
            for one in result.stages
            if one.stage.ordinal <= reached
        ],
        base_score=result.base,
        bonus=result.bonus,
        penalty=result.penalty,
        final_score=result.final,
        spread=result.spread,
        **dict(zip(TIE_COLUMNS, ties, strict=False)),
        failings=result.failings,
    )
    application.refresh_from_db()
