"""The verbs of intake: begin, edit, add papers, submit, screen, withdraw."""

from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.calls.rules import EXCLUSIONS
from applications.intake import rules
from applications.intake.models import Application, Attempt, Document, Exclusion, Submission, Supplement
from applications.intake.queries import held_files, latest_receipt, people_of
from applications.intake.snapshot import freeze, sha256_of
from applications.kernel import audit, clock, files
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.files import StoredFile
from applications.kernel.numbers import next_number
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify


@transaction.atomic
def begin(call, firm, *, by, now):
    """Begin a draft, or go on with the one that the firm has in this call."""
    require(by, "application.begin", firm)
    if reasons := rules.late(call, now=now):
        raise Refused(*reasons, about=call)
    type(firm).objects.select_for_update().get(pk=firm.pk)  # two clicks begin one draft
    draft = Application.objects.filter(call=call, firm=firm).exclude(status="withdrawn").first()
    if draft:
        return draft
    draft = Application.objects.create(
        call=call, firm=firm, created_by=by, field=firm.field, created_at=clock.now()
    )
    draft.technologies.set(firm.technologies.all())
    audit.record("begin", draft, by=by)
    return draft


def _lock(application, move, by):
    """The row of the application locked, and the move asked of it."""
    locked = Application.objects.select_for_update(of=("self",)).select_related(
        "call__programme", "firm__region"
    )
    application = locked.get(pk=application.pk)
    APPLICATION.check(application, move, by=by)
    return application


@transaction.atomic
def edit(application, *, by, now, version, **parts):
    """Save parts of the draft, each a name of rules.SECTION_OF.

    version: what the page was loaded with; a save of the same section in between is refused, never overwritten.
    now: the arrival of the request. Returns the new version.
    """
    application = _lock(application, "edit", by)
    sections = {rules.SECTION_OF[name] for name in parts}
    late = rules.late(application.call, now=now)
    if reasons := late or rules.stale(application, sections, version=version):
        raise Refused(*reasons, about=application)
    technologies = parts.pop("technologies", None)
    if "answers" in parts:
        parts["answers"] = {**application.answers, **parts["answers"]}
    for name, value in parts.items():
        setattr(application, name, value)
    application.version += 1
    application.section_versions |= dict.fromkeys(sections, application.version)
    application.changed_at = clock.now()
    application.save()
    if technologies is not None:
        application.technologies.set(technologies)
    return application.version


def add_paper(application, *, paper, upload, by, now):
    """Put a file in the place of a paper; an earlier one is replaced. Raises Refused with the reason."""
    with files.storing() as store:
        application, allowed = _open_for_papers(application, by=by, now=now)
        if paper.pk not in allowed:
            raise Refused(Reason(_("This paper cannot be changed now."), "file"), about=application)
        used = sum(application.documents.exclude(paper=paper).values_list("file__size", flat=True))
        if used + upload.size > rules.MAX_APPLICATION_BYTES:
            raise Refused(
                Reason(_("All papers of one application together may be 200 MB."), "file"), about=application
            )
        stored = store(upload, kinds=paper.kinds or tuple(files.TYPES))
        _take_out(application, paper)
        Document.objects.create(
            application=application, paper=paper, file=stored, added_by=by, added_at=clock.now()
        )
        audit.record("add_paper", application, by=by, after={"paper": paper.code, "sha256": stored.sha256})


@transaction.atomic
def remove_paper(application, *, paper, by, now):
    """Take a paper out of the draft again."""
    application, allowed = _open_for_papers(application, by=by, now=now)
    if application.status != "draft" or paper.pk not in allowed:
        raise Refused(_("This paper cannot be changed now."), about=application)
    _take_out(application, paper)
    audit.record("remove_paper", application, by=by, after={"paper": paper.code})


def _take_out(application, paper):
    """Empty the place of a paper; the file itself stays only where a submission holds it."""
    document = application.documents.filter(paper=paper).select_related("file").first()
    if document is None:
        return
    document.delete()
    if str(document.file.key) not in held_files(application):
        files.forget(document.file)


def _open_for_papers(application, *, by, now):
    """The locked application, and the ids of the papers that may be changed at this instant."""
    if Application.objects.filter(pk=application.pk, status="returned").exists():
        application = _lock(application, "mend", by)
        supplement = application.supplements.open().get()
        if reasons := rules.overdue(supplement, now=now):
            raise Refused(*reasons, about=application)
        return application, set(supplement.papers.values_list("pk", flat=True))
    application = _lock(application, "edit", by)
    if reasons := rules.late(application.call, now=now):
        raise Refused(*reasons, about=application)
    return application, set(application.call.papers.values_list("pk", flat=True))


def record_attempt(application, *, by, arrived_at):
    """Keep that somebody pressed submit, in a transaction of its own: for accepted and refused alike."""
    supplement = application.supplements.open().first()
    closes_at = supplement.due_at if supplement else application.call.closes_at
    Attempt.objects.create(application=application, by=by, arrived_at=arrived_at, closes_at=closes_at)


@transaction.atomic
def submit(application, *, by, arrived_at):
    """Hand the application in. From here on the firm can no longer change it. Returns the Submission."""
    application = _lock(application, "submit", by)
    if reasons := rules.gaps(application, now=arrived_at):
        raise Refused(*reasons, about=application)
    call, firm = application.call, application.firm
    number = application.number or next_number(f"{call.programme.prefix}-{call.year}")
    try:
        with transaction.atomic():
            APPLICATION.advance(
                application, "submit", by=by, number=number, submitted_at=arrived_at, submitted_by=by,
                tie_4=0 if firm.region.capital_area else 1,
            )  # fmt: skip
    except IntegrityError:  # the constraint behind rules.second: another of the firm's was quicker
        if reasons := rules.second(application):
            raise Refused(*reasons, about=application)
        raise
    application.call, application.firm = call, firm  # read under this lock; the move has let go of them
    return _hand_in(application, by=by, arrived_at=arrived_at, letter="application_received")


def _hand_in(application, *, by, arrived_at, letter):
    """Freeze what is there, give it a receipt number, and tell the firm."""
    ordinal = application.submissions.count() + 1
    snapshot = freeze(application)
    receipt = Submission.objects.create(
        application=application,
        ordinal=ordinal,
        number=f"{application.number}-{ordinal}",
        arrived_at=arrived_at,
        by=by,
        snapshot=snapshot,
        sha256=sha256_of(snapshot),
    )
    notify(letter, to=people_of(application), event=f"receipt:{receipt.number}", application=application,
           receipt=receipt, arrived=rules.shown(arrived_at))  # fmt: skip
    return receipt


@transaction.atomic
def request_supplement(application, *, papers, message, due_at, by):
    """Send the application back for named papers, until an instant; at most twice."""
    faults = partial(rules.supplement_request_faults, due_at=due_at, now=clock.now())
    APPLICATION.advance(application, "send_back", by=by, unless=faults, note=message)
    supplement = Supplement.objects.create(
        application=application, ordinal=application.supplements.count() + 1, message=message, due_at=due_at,
        requested_by=by, requested_at=clock.now(),
    )  # fmt: skip
    supplement.papers.set(papers)
    notify("supplement_requested", to=people_of(application), event=f"supplement:{supplement.pk}",
           application=application, supplement=supplement, papers=list(papers))  # fmt: skip
    return supplement


@transaction.atomic
def hand_in_supplement(application, *, by, arrived_at):
    """Hand the mended papers in; the application goes back to the desk with a new receipt."""
    application = _lock(application, "hand_in_supplement", by)
    supplement = application.supplements.open().get()
    if reasons := rules.supplement_faults(supplement, application, now=arrived_at):
        raise Refused(*reasons, about=application)
    supplement.handed_in_at = arrived_at
    supplement.save(update_fields=["handed_in_at"])
    APPLICATION.advance(application, "hand_in_supplement", by=by)
    return _hand_in(application, by=by, arrived_at=arrived_at, letter="supplement_received")


@transaction.atomic
def take_as_is(application, *, by):
    """Go on without a supplement that did not come in time: what was handed in last counts, and the firm is told."""
    APPLICATION.advance(
        application, "take_as_is", by=by, unless=partial(rules.supplement_runs, now=clock.now())
    )
    supplement = _close_supplement(application)
    notify("supplement_lapsed", to=people_of(application), event=f"lapsed:{supplement.pk}",
           application=application, supplement=supplement, due=rules.shown(supplement.due_at))  # fmt: skip


def _close_supplement(application):
    """End the open supplement, if any, and give its papers the files of the last submission again."""
    supplement = application.supplements.open().first()
    if supplement is None:
        return None
    supplement.closed_at = clock.now()
    supplement.save(update_fields=["closed_at"])
    last = {paper["code"]: paper["key"] for paper in latest_receipt(application).snapshot["papers"]}
    for paper in supplement.papers.all():
        there = application.documents.filter(paper=paper).select_related("file").first()
        if there and str(there.file.key) == last.get(paper.code):
            continue
        _take_out(application, paper)
        if paper.code in last:
            application.documents.create(
                paper=paper,
                file=StoredFile.objects.get(key=last[paper.code]),
                added_by=application.submitted_by,
            )
    return supplement


@transaction.atomic
def propose_exclusion(application, *, code, reason, by):
    """Propose to rule the application out; a director decides."""
    APPLICATION.advance(
        application, "propose_exclusion", by=by, unless=rules.exclusion_waits, note=f"{code}: {reason}"
    )
    return Exclusion.objects.create(
        application=application, code=code, reason=reason, proposed_by=by, proposed_at=clock.now()
    )


@transaction.atomic
def answer_exclusion(application, *, confirmed, by):
    """A director confirms a proposed exclusion, and the firm is told, or turns it down."""
    application = _lock(application, "rule_out", by)
    exclusion = application.exclusions.filter(answered_at=None).first()
    if exclusion is None:
        raise Refused(_("Nobody proposes to rule this application out."), about=application)
    if exclusion.proposed_by_id == by.pk:
        raise Refused(_("Another person than the one who proposed it decides."), about=application)
    exclusion.answered_by, exclusion.answered_at, exclusion.confirmed = by, clock.now(), confirmed
    exclusion.save()
    if not confirmed:
        APPLICATION.advance(application, "turn_down_exclusion", by=by)
        return
    _close_supplement(application)
    APPLICATION.advance(application, "rule_out", by=by, note=exclusion.reason, reason=exclusion.reason)
    notify("application_ruled_out", to=people_of(application), event=f"exclusion:{exclusion.pk}",
           application=application, exclusion=exclusion, rule=EXCLUSIONS[exclusion.code])  # fmt: skip


@transaction.atomic
def readmit(application, *, reason, by):
    """Undo an exclusion: a director who did not confirm it, with a reason."""
    application = _lock(application, "readmit", by)
    last = application.exclusions.order_by("pk").last()
    if last.answered_by_id == by.pk:
        raise Refused(_("Another person than the one who confirmed it decides."), about=application)
    if len(reason.strip()) < 5:
        raise Refused(
            Reason(_("Please write the reason (at least 5 characters)."), "reason"), about=application
        )
    APPLICATION.advance(application, "readmit", by=by, note=reason, reason="")
    notify("application_readmitted", to=people_of(application), event=f"readmitted:{last.pk}",
           application=application, why=reason)  # fmt: skip


@transaction.atomic
def open_review(application, *, by):
    """Find the application eligible: the review begins, and the firm is told."""
    APPLICATION.advance(application, "open_review", by=by, unless=rules.exclusion_waits)
    notify("application_eligible", to=people_of(application), event=f"eligible:{application.number}",
           application=application)  # fmt: skip


@transaction.atomic
def withdraw(application, *, reason, by):
    """Take the application back for good; the reason is kept."""
    application = _lock(application, "withdraw", by)
    was_draft = application.status == "draft"
    if not was_draft and len(reason.strip()) < 5:
        raise Refused(
            Reason(_("Please write the reason (at least 5 characters)."), "reason"), about=application
        )
    APPLICATION.advance(application, "withdraw", by=by, note=reason, reason=reason)
    if not was_draft:
        notify("application_withdrawn", to=people_of(application), event=f"withdrawn:{application.number}",
               application=application)  # fmt: skip
