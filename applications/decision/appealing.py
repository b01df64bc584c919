"""The verbs of appeals (이의신청): begin, write, add evidence, hand in, withdraw; propose a decision, confirm it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.decision import contesting, queries
from applications.decision.appeals import Appeal, AppealAttempt, Evidence
from applications.decision.outcomes import Opinion
from applications.firms.actions.vault import make_room
from applications.intake import actions as intake
from applications.intake.awaiting import held_still
from applications.intake.models import Application
from applications.intake.queries import people_of
from applications.intake.snapshot import sha256_of
from applications.kernel import audit, calendar, clock, files
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.numbers import next_number
from applications.kernel.reasons import too_short
from applications.lifecycle import APPEAL, APPLICATION
from applications.notifications.outbox import notify
from applications.review.anew import score_again

DECISIONS = {"upheld": "uphold", "dismissed": "dismiss", "inadmissible": "find_inadmissible"}


@transaction.atomic
def begin(application, *, by, now):
    """Begin to appeal against the last decision that the firm was told, or go on with what was begun. Returns the Appeal."""
    require(by, "appeal.begin", application)
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call", "firm")
        .get(pk=application.pk)
    )
    contested = queries.contested(application)
    if reasons := contesting.not_appealable(application, contested):
        raise Refused(*reasons, about=application)
    if there := Appeal.objects.filter(**contested.thing).first():
        return there
    if reasons := contesting.late(contested.ends_at, now):
        raise Refused(*reasons, about=application)
    appeal = Appeal.objects.create(
        application=application,
        begun_by=by,
        begun_at=now,
        changed_at=now,
        ends_at=contested.ends_at,
        **contested.thing,
    )
    audit.record("begin_appeal", application, by=by)
    return appeal


def held(appeal):
    """The appeal as it is now, under its lock, with what is asked of it."""
    locked = Appeal.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related(
        "application__call", "application__firm", "application__stage", "exclusion"
    ).get(pk=appeal.pk)


@transaction.atomic
def write(appeal, *, ground, text, wanted, by, now):
    """Save what the firm has written so far."""
    appeal = held(appeal)
    APPEAL.check(appeal, "write", by=by)
    # Words about a decision that another has taken the place of are kept, to be taken over.
    if not queries.newer_decision(appeal) and (reasons := contesting.late(appeal.ends_at, now)):
        raise Refused(*reasons, about=appeal)
    APPEAL.make(appeal, "write", by=by, ground=ground, text=text, wanted=wanted, changed_at=now)
    return appeal


def add_evidence(appeal, *, upload, by, now):
    """Add a file. It takes the room of the firm like its papers, and is examined like them."""
    kind = files.accepted(upload)
    with files.storing() as store:
        appeal = held(appeal)
        APPEAL.check(appeal, "write", by=by)
        if reasons := contesting.late(appeal.ends_at, now) or contesting.too_many_files(
            appeal.evidence.count()
        ):
            raise Refused(*reasons, about=appeal)
        make_room(appeal.application.firm, size=upload.size)
        stored = store(upload, kind, space=appeal.application.firm.key)
        added = Evidence.objects.create(appeal=appeal, file=stored, added_by=by, added_at=now)
        audit.record("add_evidence", appeal, by=by, after={"file": stored.name, "sha256": stored.sha256})
        return added


@transaction.atomic
def remove_evidence(appeal, *, evidence, by):
    """Take a file out again, while the appeal is being written."""
    appeal = held(appeal)
    APPEAL.check(appeal, "write", by=by)
    found = appeal.evidence.select_related("file").filter(pk=evidence.pk).first()
    if found is None:
        return
    found.delete()
    files.forget(found.file)
    audit.record("remove_evidence", appeal, by=by, after={"file": found.file.name})


@transaction.atomic
def record_attempt(appeal, *, by, arrived_at):
    """Keep that somebody pressed to hand it in, in a transaction of its own: for accepted and refused alike (decision 0007)."""
    AppealAttempt.objects.create(appeal=appeal, by=by, arrived_at=arrived_at, ends_at=appeal.ends_at)


@transaction.atomic
def hand_in(appeal, *, by, arrived_at):
    """Hand the appeal in: it has a number, a day to be answered by, and a letter. Pressed twice it is handed in once."""
    appeal = held(appeal)
    if appeal.arrived_at is not None:
        return appeal
    APPEAL.check(appeal, "hand_in", by=by)
    application = appeal.application
    reasons = (
        contesting.overtaken(queries.newer_decision(appeal))
        or contesting.late(appeal.ends_at, arrived_at)
        or contesting.not_appealable(application, queries.contested(application))
        or contesting.unfounded(appeal) + contesting.infected(appeal.evidence.select_related("file"))
    )
    if reasons:
        raise Refused(*reasons, about=appeal)
    number = next_number(f"AP-{application.call.year}")
    due_on = calendar.last_day(arrived_at, application.call.answer_days)
    APPEAL.make(
        appeal, "hand_in", by=by, number=number, arrived_at=arrived_at, handed_in_by=by, due_on=due_on,
        sha256=fingerprint(appeal, number, arrived_at),
    )  # fmt: skip
    notify(
        "appeal_received",
        to=people_of(application),
        event=f"appeal:{number}",
        appeal=appeal,
        application=application,
    )
    return appeal


def fingerprint(appeal, number, arrived_at):
    """SHA-256 of what was handed in: number, instant, ground, words, files."""
    return sha256_of(
        {
            "number": number,
            "application": appeal.application.number,
            "arrived_at": arrived_at.isoformat(),
            "ground": appeal.ground,
            "text": appeal.text,
            "wanted": appeal.wanted,
            "files": [[one.file.name, one.file.sha256] for one in appeal.evidence.select_related("file")],
        }
    )


@transaction.atomic
def take_over(appeal, *, by, now):
    """A draft about an earlier decision becomes one about the decision that was told since, with its words and files and the new time."""
    appeal = held(appeal)
    APPEAL.check(appeal, "carry_over", by=by)
    newer = queries.newer_decision(appeal)
    if newer is None:
        raise Refused(_("No newer decision was told since this draft was begun."), about=appeal)
    if reasons := contesting.late(newer.ends_at, now):
        raise Refused(*reasons, about=appeal)
    if Appeal.objects.filter(**newer.thing).exists():
        raise Refused(
            _("An appeal against the new decision is begun already. Please write there."), about=appeal
        )
    about = {"notice": None, "exclusion": None} | newer.thing
    APPEAL.make(appeal, "carry_over", by=by, ends_at=newer.ends_at, changed_at=now, **about)
    return appeal


@transaction.atomic
def withdraw(appeal, *, reason, by):
    """The firm takes its appeal back for good; the decision stands."""
    appeal = held(appeal)
    APPEAL.check(appeal, "withdraw", by=by)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=appeal)
    APPEAL.make(appeal, "withdraw", by=by, note=reason, withdrawn_reason=reason)
    notify("appeal_withdrawn", to=people_of(appeal.application), event=f"appeal_withdrawn:{appeal.number}",
           appeal=appeal, application=appeal.application)  # fmt: skip


@transaction.atomic
def propose_decision(appeal, *, outcome, remedy="", stage=None, reasons, by):
    """An officer who had no part in what is contested proposes the decision with its reasons; a director confirms it."""
    appeal = held(appeal)
    APPEAL.check(appeal, "propose_decision", by=by)
    faults = contesting.undecidable(appeal, outcome=outcome, remedy=remedy, stage=stage, reasons=reasons)
    if faults:
        raise Refused(*faults, about=appeal)
    APPEAL.make(
        appeal, "propose_decision", by=by, note=reasons, outcome=outcome, remedy=remedy,
        stage=stage if remedy == Appeal.Remedy.SCORE else None, reasons=reasons, proposed_by=by, proposed_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def turn_down(appeal, *, reason, by):
    """The director does not confirm: the appeal is examined on, and who proposed is told why."""
    appeal = held(appeal)
    APPEAL.check(appeal, "turn_down", by=by)
    if faults := too_short(reason):
        raise Refused(*faults, about=appeal)
    proposer, at = appeal.proposed_by, appeal.proposed_at
    APPEAL.make(appeal, "turn_down", by=by, note=reason, outcome="", remedy="", stage=None)
    notify("appeal_turned_down", to=[proposer], event=f"appeal_turned_down:{appeal.number}:{at.isoformat()}",
           appeal=appeal, application=appeal.application, why=reason)  # fmt: skip


@transaction.atomic
def confirm(appeal, *, by):
    """Another person decides as proposed: what an upheld appeal opens is open at once, and the firm is told."""
    appeal = held(appeal)
    if appeal.status != Appeal.Status.PROPOSED:
        APPEAL.check(appeal, "uphold", by=by)
    APPEAL.check(appeal, DECISIONS[appeal.outcome], by=by)
    application = appeal.application
    if appeal.remedy and appeal.remedy not in contesting.remedies(appeal):
        raise Refused(
            _("The application stands elsewhere meanwhile. Please propose the decision anew."), about=appeal
        )
    if appeal.remedy not in ("", Appeal.Remedy.NONE):
        # Under its lock: what opens it again changes the list of its call.
        Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
        if reasons := held_still(application.call_id):
            raise Refused(*reasons, about=appeal)
    APPEAL.make(
        appeal, DECISIONS[appeal.outcome], by=by, note=appeal.reasons, decided_by=by, decided_at=clock.now()
    )
    match appeal.remedy:
        case Appeal.Remedy.SCORE:
            # What the first panel said: its notice keeps it.
            Opinion.objects.filter(application=application).delete()
            score_again(application, stage=appeal.stage, reason=appeal.number, by=by)
        case Appeal.Remedy.DECIDE:
            APPLICATION.advance(application, "decide_again", by=by, note=appeal.number)
        case Appeal.Remedy.SCREEN:
            intake.readmit(application, reason=appeal.number, by=by)
    notify("appeal_decided", to=people_of(application), event=f"appeal_decided:{appeal.number}",
           appeal=appeal, application=application)  # fmt: skip
    return appeal
