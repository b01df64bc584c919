"""The verbs of review: assign, pledge, declare, score, hand in, exclude, close."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.conflicts import RULES
from applications.intake import awaiting, bonus
from applications.intake.models import BEFORE_REVIEWERS, Application, Status
from applications.intake.models.checks import Adjustment
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.reasons import not_ahead, too_short
from applications.kernel.turns import take_turn
from applications.lifecycle import APPLICATION, SHEET
from applications.notifications.outbox import notify
from applications.review import (
    conflicts,
    drawing,
    facts,
    fitness,
    membership,
    queries,
    rules,
    seating,
    visited,
)
from applications.review.conflicts import barring
from applications.review.deliberating import prints, still_open
from applications.review.happening import advance, append, locked
from applications.review.models import (
    Assignment,
    Score,
    SheetEvent,
    SheetsDue,
    Waiver,
)
from applications.review.pledges import Pledge
from applications.review.storing import result_of, store_score

COMMENTS = ("strengths", "weaknesses", "overall")


@transaction.atomic
def assign(application, *, reviewer, by):
    """Ask one reviewer for a sheet of the stage that is under review. Raises Refused naming the rule where our data shows a conflict.

    Where a panel hears the application only its members are asked.
    """
    panel = seating.take_in(Application.objects.select_related("stage").get(pk=application.pk))
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
    if "C14" in application.call.conflicts:
        take_turn("assign")  # two sides asked at once to judge each other would not see each other
    reasons = (
        membership.outside(panel, reviewer)
        or barring(reviewer.name, facts.against(application, profile))
        or rules.beyond_cap(profile, queries.sessions_of(reviewer, beside=stage))
        or fitness.too_many_visitors(
            stage, visited.visitors(application, stage).exclude(reviewer=reviewer).count()
        )
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
    if reasons := too_short(reason):
        raise Refused(*reasons, about=application)
    codes = " ".join(finding.code for finding in found)
    Waiver.objects.create(
        application=application, reviewer=reviewer, codes=codes, reason=reason, by=by, at=clock.now()
    )
    audit.record("waive", application, by=by, after={"reviewer": reviewer.pk, "codes": codes}, note=reason)


@transaction.atomic
def pledge(call, *, by):
    """Promise secrecy and fairness for a call, once in each version of the text."""
    require(by, "review.pledge")
    Pledge.objects.give(by, call)


@transaction.atomic
def declare(assignment, *, code, note="", stays=False, by):
    """Declare a conflict (code C1 ...) or none (""). A conflict takes the sheet out of the score at once.

    stays: by a rule that only recommends to step back the reviewer goes on, with the note as a reason; staff are told.
    """
    membership.locked_of(assignment.application_id, assignment.stage_id)
    application = queries.locked_application(assignment.application_id)
    if reasons := conflicts.undeclared(application.call, code=code, note=note, stays=stays):
        raise Refused(*reasons, about=assignment)
    change = {"declared_at": clock.now(), "conflict_code": code, "conflict_note": note}
    if code and not stays:
        # A published score stands as it was published, from the instant of its list on.
        in_time = application.status in BEFORE_REVIEWERS and not awaiting.is_due(application.call_id)
        kind = SheetEvent.Kind.STEPPED_BACK if in_time else SheetEvent.Kind.TOO_LATE
        advance(
            assignment, "step_back", kind, by=by, note=f"{code} {note}".strip(),
            declaration=Assignment.Declaration.CONFLICT, **change,
        )  # fmt: skip
        if in_time:
            store_score(application)
        return
    if not by.pledges.hold_for(application.call_id):
        raise Refused(_("Please accept the pledge first."), about=assignment)
    advance(
        assignment, "declare", SheetEvent.Kind.DECLARED, by=by, note=f"{code} {note}".strip(),
        declaration=Assignment.Declaration.CLEAR, **change,
    )  # fmt: skip
    if code:
        notify("conflict_advised", to=[assignment.assigned_by], event=f"advised:{assignment.key}:{code}",
               application=application, reviewer=by, code=code, rule=RULES[code], note=note)  # fmt: skip


@transaction.atomic
def save(assignment, *, values, comments, notes=None, version=None, by):
    """Save a sheet as far as it is written; its event is the trace. Returns its version.

    values: {criterion id: Decimal}; comments: {strengths, weaknesses, overall}; notes: {criterion id: text} on single
    criteria. A criterion left out has no score.
    version: what the page was loaded with; a save in between is refused, never overwritten. None: the latest.
    """
    panel = membership.of_sheet(assignment)
    application = queries.locked_application(assignment.application_id)
    call = application.call
    criteria = {one.pk: one for one in queries.remembered_criteria(assignment.stage_id, call)}
    locked(assignment, application)
    SHEET.check(assignment, "save", by=by)
    reasons = drawing.closed(panel) or rules.not_in_review(application, assignment.stage_id) or facts.halted(application, by) or [
        fault
        for pk, value in values.items()
        for fault in rules.score_faults(criteria[pk], value, scale=call.scale, step=call.step)
    ]  # fmt: skip
    if reasons := reasons or rules.saved_meanwhile(assignment, version):
        raise Refused(*reasons, about=assignment)
    stood = dict(assignment.scores.values_list("criterion", "value"))
    words = {**comments, "notes": {str(pk): text for pk, text in (notes or {}).items() if text}}
    if values == stood and all(getattr(assignment, name) == text for name, text in words.items()):
        return assignment.version
    assignment.saved_at, assignment.version = clock.now(), assignment.version + 1
    for name, text in words.items():
        setattr(assignment, name, text)
    assignment.save(update_fields=["saved_at", "version", *words])
    if gone := stood.keys() - values.keys():
        assignment.scores.filter(criterion__in=gone).delete()
    if values != stood:
        Score.objects.bulk_create(
            [Score(assignment=assignment, criterion=criteria[pk], value=value) for pk, value in values.items()],
            update_conflicts=True, unique_fields=["assignment", "criterion"], update_fields=["value"],
        )  # fmt: skip
    append(assignment, SheetEvent.Kind.SAVED, by=by, values=values)
    return assignment.version


@transaction.atomic
def hand_in(assignment, *, by):
    """Hand the saved sheet in; from now on it counts and is no longer edited."""
    panel = membership.locked_of(assignment.application_id, assignment.stage_id)
    application = queries.locked_application(assignment.application_id)
    assignment = Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    assignment.application = application
    criteria = queries.remembered_criteria(assignment.stage_id, application.call)
    values = dict(assignment.scores.values_list("criterion", "value"))
    comments = {name: getattr(assignment, name) for name in COMMENTS}
    SHEET.check(assignment, "hand_in", by=by)
    if reasons := (
        drawing.closed(panel)
        or rules.not_in_review(application, assignment.stage_id)
        or facts.halted(application, by)
        or rules.unfinished(values, criteria, comments, least=application.call.comment_length)
    ):
        raise Refused(*reasons, about=assignment)
    total = rules.sheet_total(((c.points, values[c.pk]) for c in criteria), scale=application.call.scale)
    SHEET.make(
        assignment, "hand_in", by=by, note=f"{total.normalize():f}", total=total, handed_in_at=clock.now(),
        version=assignment.version + 1, prints=prints(comments.values()),
    )  # fmt: skip
    append(
        assignment,
        SheetEvent.Kind.HANDED_IN,
        by=by,
        values=values,
        words=comments | {"notes": assignment.notes},
        note=f"{total.normalize():f}",
    )
    said = {str(pk): str(value) for pk, value in values.items()}
    audit.record("handed_in_values", assignment, by=by, after=said)
    store_score(application)
    return assignment


@transaction.atomic
def reopen(assignment, *, reason, by):
    """Give a handed-in sheet back to its reviewer; the old values stay in the record."""
    panel = membership.locked_of(assignment.application_id, assignment.stage_id)
    application = queries.locked_application(assignment.application_id)
    old = {str(pk): str(value) for pk, value in assignment.scores.values_list("criterion", "value")}
    advance(
        assignment, "reopen", SheetEvent.Kind.REOPENED, by=by, note=reason, total=None, handed_in_at=None, questioned_at=None,
        unless=lambda sheet: drawing.closed(panel) or rules.not_in_review(application, sheet.stage_id) or too_short(reason)
        or facts.halted(application, by),
    )  # fmt: skip
    audit.record("reopened_values", assignment, by=by, before=old, note=reason)
    store_score(application)
    notify("sheet_returned", to=[assignment.reviewer], event=f"reopen:{assignment.key}:{clock.now().isoformat()}",
           application=application, reason=reason, by_chair=by.role == Role.REVIEWER)  # fmt: skip


@transaction.atomic
def exclude(assignment, *, reason, by):
    """Take a sheet out of the score, with a reason."""
    panel = membership.locked_of(assignment.application_id, assignment.stage_id)
    application = queries.locked_application(assignment.application_id)
    advance(
        assignment, "exclude", SheetEvent.Kind.EXCLUDED, by=by, note=reason,
        unless=lambda sheet: drawing.closed(panel) or rules.not_in_review(application, sheet.stage_id) or too_short(reason),
    )  # fmt: skip
    store_score(application)


@transaction.atomic
def adjust(application, *, item, counts, grounds, by):
    """Decide whether a bonus or penalty item counts for this application; of an item the latest decision stands."""
    application = queries.locked_application(application.pk)
    claimed = [claim for claim, _words in bonus.claimed(application)]
    APPLICATION.advance(
        application, "adjust", by=by,
        unless=lambda _locked: rules.undecidable(item, application.call_id, claimed) or too_short(grounds, "grounds")
        or awaiting.held_still(application.call_id),
        note=f"{item}: {item.signed if counts else 0} ({grounds})",
    )  # fmt: skip
    points = item.signed if counts else Decimal()
    Adjustment.objects.create(
        application=application, item=item, points=points, grounds=grounds, by=by, at=clock.now()
    )
    store_score(application)


@transaction.atomic
def set_due(stage, *, at, by):
    """Say until when the sheets of a stage are to be handed in, or say it anew. Raises Refused."""
    require(by, "review.due", stage.call)
    if reasons := not_ahead(at, now=clock.now()):
        raise Refused(*reasons, about=stage.call)
    before = SheetsDue.objects.select_for_update(no_key=True).filter(stage=stage).first()
    SheetsDue.objects.update_or_create(stage=stage, defaults={"at": at, "by": by})
    audit.record(
        "set_due",
        stage.call,
        by=by,
        before={"at": before and before.at},
        after={"stage": stage.ordinal, "at": at},
    )


@transaction.atomic
def close_review(application, *, by):
    """Close the stage under review once enough sheets are in: the application goes on to the next stage, or its review ends.

    It ends with the last stage, or earlier where something fails the plan. Returns the next stage, or None.
    Where a panel hears it the panel closes first.
    """
    panel = membership.locked_now(application.pk)
    application = queries.locked_application(application.pk)
    APPLICATION.check(application, "close_review", by=by)
    following = rules.next_stage(result_of(application).stages, application.stage)
    APPLICATION.advance(
        application,
        "go_on" if following else "close_review",
        by=by,
        unless=lambda locked: (
            still_open(panel)
            or rules.short_of_quorum(queries.progress(locked))
            or _standing_conflicts(application)
            or visited.undecided(application)
        ),
        note=f"{application.stage} → {following}" if following else "",
        stage=following or application.stage,
    )
    store_score(application)
    return following


def _standing_conflicts(application):
    """No sheet of somebody in a conflict makes a score: it is excluded, or a director allows it."""
    profiles = list(queries.profiles_of(queries.standing(application).values("reviewer")))
    found = facts.findings(application, profiles)
    return [reason for profile in profiles for reason in barring(profile.user.name, found[profile.user_id])]


@transaction.atomic
def close_all(call, *, by):
    """Close the stage of every application of a call that has its sheets.

    Returns (reviews closed, applications that went on, [reasons of those that stay]).
    """
    membership.lock_all(call.panels)
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
        unless=lambda _a: too_short(reason) or awaiting.held_still(application.call_id),
        note=reason,
        stage=earlier or application.stage,
    )
    store_score(application)
