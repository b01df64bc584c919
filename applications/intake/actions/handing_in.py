"""The verbs of handing in: submit, hand in a supplement, recall for changes, keep, withdraw."""

import uuid
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from applications.intake import coming, mending, rules
from applications.intake.actions.holding import lock
from applications.intake.actions.papers import take_out
from applications.intake.actions.partners import let_go, let_go_of_the_unnamed, take_the_place_of
from applications.intake.answers import is_wanted
from applications.intake.models import (
    Application,
    Attempt,
    HeldFile,
    Submission,
    Undertaking,
)
from applications.intake.models.partners import Partner
from applications.intake.queries import balances_of, latest_receipt, people_of
from applications.intake.snapshot import freeze, sha256_of
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.numbers import next_number
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify

GIVERS = Prefetch("undertakings", Undertaking.objects.select_related("by"))


@transaction.atomic
def record_attempt(application, *, by, arrived_at):
    """Keep that somebody pressed submit, in a transaction of its own: for accepted and refused alike.

    The first one in time gives the application its number. All firms wait for one another on the row of the series,
    here for a moment only; within the transaction of submit they would wait for the whole of it.
    """
    locked = Application.objects.select_for_update(of=("self",), no_key=True).select_related(
        "call__programme"
    )
    original = locked.get(pk=application.amends_id or application.pk)
    is_draft = original.status == "draft"
    supplement = None if is_draft else original.supplements.open().first()
    closes_at = supplement.due_at if supplement else original.ends_at
    Attempt.objects.create(application=original, by=by, arrived_at=arrived_at, closes_at=closes_at)
    if is_draft and not rules.late_for(original, now=arrived_at):
        original.number = number_of(original)
        original.save(update_fields=["number"])


def number_of(application):
    """The number of an application: the one it has, or the next of its programme and year."""
    call = application.call
    return application.number or next_number(f"{call.programme.prefix}-{call.year}")


@transaction.atomic
def submit(application, *, by, arrived_at):
    """Hand the application in. From here on the firm can no longer change it. Returns the Submission."""
    application = lock(application, "submit", by, related=["call__programme", "firm__region", "field"])
    prefetch_related_objects([application.original], GIVERS)
    if reasons := rules.gaps(application, now=arrived_at):
        raise Refused(*reasons, about=application)
    given = application.given
    if application.amends_id:
        return _resubmit(application, given, by=by, arrived_at=arrived_at)
    application.number = number_of(application)
    paper_at = application.paper_arrived_at  # what came on paper arrived when the paper did
    try:
        APPLICATION.make(
            application, "submit", by=by, number=application.number, submitted_at=paper_at or arrived_at, submitted_by=by,
            region=application.firm.region, search_text=application.words(application.firm),
        )  # fmt: skip
    except IntegrityError:  # the constraint behind rules.second: another of the firm's was quicker
        if reasons := rules.second(application):
            raise Refused(*reasons, about=application)
        raise
    let_go_of_the_unnamed(application, by=by)
    return _hand_in(
        application, given, by=by, arrived_at=paper_at or arrived_at, letter="application_received", ordinal=1,
        from_paper=paper_at is not None,
    )  # fmt: skip


def _resubmit(amendment, given, *, by, arrived_at):
    """Put the changes in the place of what was handed in before; its receipt and its files are kept."""
    application = amendment.amends
    call, firm = application.call, application.firm
    parts = {name: getattr(amendment, name) for name in rules.PARTS}
    application.title = amendment.title
    parts |= {"search_text": application.words(firm), "region": firm.region}
    APPLICATION.advance(
        application, "resubmit", by=by, recalled_at=None, submitted_at=arrived_at, submitted_by=by, **parts
    )
    application.call, application.firm = call, firm
    application.technologies.set(amendment.technologies.all())
    application.documents.all().delete()  # an earlier submission holds their files
    amendment.documents.update(application=application)
    take_the_place_of(amendment, application, by=by)
    _drop_proposals(application)
    return _hand_in(application, given, by=by, arrived_at=arrived_at, letter="application_received")


def _drop_proposals(application):
    """What was to be ruled out is no longer what stands."""
    application.exclusions.filter(answered_at=None).update(answered_at=clock.now(), confirmed=False)


def _hand_in(application, given, *, by, arrived_at, letter, ordinal=None, from_paper=False):
    """Freeze what is there, give it a receipt number, and tell the firm. ordinal: of the receipt, where it is known."""
    ordinal = ordinal or application.submissions.count() + 1
    documents = _wanted(application, by=by)
    balances = balances_of(application.firm, before=rules.closing_day(application.call))
    snapshot = freeze(application, given, documents, balances, from_paper=from_paper)
    receipt = Submission.objects.create(
        application=application,
        ordinal=ordinal,
        number=f"{application.number}-{ordinal}",
        arrived_at=arrived_at,
        by=by,
        snapshot=snapshot,
        sha256=sha256_of(snapshot),
    )
    HeldFile.objects.bulk_create(HeldFile(submission=receipt, file=document.file) for document in documents)
    notify(letter, to=people_of(application), event=f"receipt:{receipt.number}", application=application,
           receipt=receipt, arrived=rules.shown(arrived_at))  # fmt: skip
    return receipt


def _wanted(application, *, by):
    """The papers that are handed in; a file whose question is asked no more goes from the application."""
    found = application.documents.select_related("paper__question", "file").order_by("paper__ordinal")
    documents = []
    for document in found:
        if is_wanted(document.paper, application):
            documents.append(document)
        else:
            take_out(document, by=by)
    return documents


@transaction.atomic
def hand_in_supplement(application, *, by, arrived_at):
    """Hand the mended papers in; the application goes back to the desk with a new receipt."""
    application = lock(application, "hand_in_supplement", by)
    supplement = application.supplements.open().get()
    before = latest_receipt(application).snapshot["answers"]
    if reasons := mending.faults(supplement, application, before=before, now=arrived_at):
        raise Refused(*reasons, about=application)
    supplement.handed_in_at = arrived_at
    supplement.save(update_fields=["handed_in_at"])
    APPLICATION.make(application, "hand_in_supplement", by=by)
    _drop_proposals(application)
    given = application.given
    return _hand_in(application, given, by=by, arrived_at=arrived_at, letter="supplement_received")


@transaction.atomic
def recall(application, *, by, now):
    """Begin changes to what was handed in, and tell the firm; pressed twice they are the same. Returns their draft."""
    application = lock(application, "recall", by)
    call = application.call
    if application.is_being_changed:
        return application.amendment
    APPLICATION.advance(
        application, "recall", by=by, unless=partial(coming.recall_faults, now=now), recalled_at=now
    )
    application.call, receipt = call, latest_receipt(application)
    notify("application_recalled", to=people_of(application), event=f"recalled:{receipt.number}:{now.isoformat()}",
           application=application, receipt=receipt, by=by)  # fmt: skip
    return _amendment(application, by=by, now=now)


def _amendment(application, *, by, now):
    """A draft that begins as what was handed in. A page of an earlier recall is too old to be saved into it."""
    amendment = Application.objects.filter(amends=application).first() or Application(amends=application)
    amendment.call_id, amendment.firm_id, amendment.created_by = application.call_id, application.firm_id, by
    for name in rules.PARTS:
        setattr(amendment, name, getattr(application, name))
    amendment.version += 1
    amendment.section_versions = dict.fromkeys(rules.sections(application.call), amendment.version)
    amendment.changed_at = now
    amendment.save()
    amendment.technologies.set(application.technologies.all())
    amendment.documents.all().delete()
    for document in application.documents.order_by("pk"):
        document.pk, document.key, document.application = None, uuid.uuid4(), amendment
        document.save(force_insert=True)
    return amendment


@transaction.atomic
def keep(application, *, by):
    """Give the changes up: what was handed in last goes on standing."""
    APPLICATION.advance(application, "keep", by=by, unless=coming.amendment_closed, recalled_at=None)
    for document in application.amendment.documents.select_related("file"):
        take_out(document)
    let_go(application.amendment.partners.standing(), by=by)
    receipt = latest_receipt(application)
    notify("application_kept", to=people_of(application), event=f"kept:{receipt.number}:{application.amendment.version}",
           application=application, receipt=receipt, by=by)  # fmt: skip


@transaction.atomic
def withdraw(application, *, reason, by):
    """Take the application back for good; the reason is kept."""
    application = lock(application, "withdraw", by)
    if application.amends_id:
        raise Refused(_("Changes are given up on the page of the application itself."), about=application)
    was_draft = application.status == "draft"
    if not was_draft and (reasons := too_short(reason)):
        raise Refused(*reasons, about=application)
    named = Partner.objects.standing().filter(Q(application=application) | Q(application__amends=application))
    let_go(named, by=by)
    APPLICATION.make(application, "withdraw", by=by, note=reason, reason=reason)
    if not was_draft:
        notify("application_withdrawn", to=people_of(application), event=f"withdrawn:{application.number}",
               application=application)  # fmt: skip
