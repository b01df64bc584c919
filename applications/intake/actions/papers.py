"""The verbs of papers: add one, take one out of the vault, remove it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.firms.actions.vault import make_room
from applications.intake import freshness, mending, rules
from applications.intake.actions.holding import lock
from applications.intake.models import Application, Document
from applications.kernel import audit, clock, files
from applications.kernel.errors import Reason, Refused


def add_paper(application, *, paper, upload, by, now):
    """Put a file in the place of a paper; an earlier one is replaced. Returns it as it is kept, or raises Refused."""
    kind = accepted(paper, upload)
    with files.storing() as store:
        application = open_for_paper(application, paper=paper, by=by, now=now)
        return put_in(application, paper=paper, upload=upload, kind=kind, store=store, by=by)


def accepted(paper, upload):
    """The kind of a file that can stand in this place. Raises Refused; looks into it, so before any row is held."""
    return files.accepted(upload, kinds=paper.kinds or tuple(files.TYPES), limit=paper.most_bytes)


def put_in(application, *, paper, upload, kind, store, by):
    """Store an accepted file in the place of a paper of a locked application."""
    empty_place(application, paper=paper, size=upload.size)
    make_room(application.firm, size=upload.size)
    stored = store(upload, kind, space=application.firm.key)
    _put(application, paper, stored, by=by)
    return stored


def take_paper(application, *, paper, kept, by, now):
    """Take a paper out of the firm's vault: its file as it is now, whatever becomes of it there later."""
    with transaction.atomic():
        application = open_for_paper(application, paper=paper, by=by, now=now)
        kept = (
            application.firm.papers.select_for_update(of=("self",), no_key=True)
            .select_related("file", "kind")
            .filter(pk=kept.pk)
            .first()
        )
        if kept is None:
            raise Refused(_("This paper is not in the vault any more."), about=application)
        if reasons := rules.not_for(paper, kept):
            raise Refused(*reasons, about=application)
        empty_place(application, paper=paper, size=kept.file.size)
        _put(application, paper, kept.file, by=by, issued_on=kept.issued_on, expires_on=kept.expires_on)


def open_for_paper(application, *, paper, by, now):
    """The locked application, if this paper may be changed at this instant. Raises Refused."""
    application, allowed = open_for_papers(application, by=by, now=now)
    if paper.pk not in allowed:
        raise Refused(Reason(_("This paper cannot be changed now."), "file"), about=application)
    return application


def empty_place(application, *, paper, size):
    """Empty the place of a paper of a locked application for a file of this size. Raises Refused."""
    if there := paper_in(application, paper):
        take_out(there)
    if reasons := rules.too_much(rules.bytes_of(application.documents), size):
        raise Refused(*reasons, about=application)


def _put(application, paper, stored, *, by, **days):
    Document.objects.create(
        application=application,
        paper=paper,
        file=stored,
        added_by=by,
        added_at=clock.now(),
        **days,
    )
    audit.record("add_paper", application, by=by, after={"paper": paper.code, "sha256": stored.sha256})


@transaction.atomic
def date_paper(application, *, paper, day, by, now):
    """Write down the day that counts for the validity of a paper that stands here: of its issue, or its last one."""
    application = open_for_paper(application, paper=paper, by=by, now=now)
    document = paper_in(application, paper)
    if document is None:
        raise Refused(_("Please upload the file first."), about=application)
    came_at = application.paper_arrived_at if application.is_from_office else None
    came_on = rules.day_of(came_at) if came_at else None
    if reasons := freshness.undated(paper, day, today=clock.today(), came_on=came_on):
        raise Refused(*reasons, about=application)
    name = "issued_on" if freshness.counts_from_issue(paper) else "expires_on"
    before = getattr(document, name)
    setattr(document, name, day)
    document.save(update_fields=[name])
    audit.record("date_paper", application, by=by,
                 before={"paper": paper.code, name: before}, after={"paper": paper.code, name: day})  # fmt: skip


@transaction.atomic
def remove_paper(application, *, paper, by, now):
    """Take a paper out of the draft again."""
    application, allowed = open_for_papers(application, by=by, now=now)
    if application.status != "draft" or paper.pk not in allowed:
        raise Refused(_("This paper cannot be changed now."), about=application)
    if there := paper_in(application, paper):
        take_out(there, by=by)


def paper_in(application, paper):
    """What stands in the place of a paper, or None."""
    return application.documents.filter(paper=paper).select_related("paper", "file").first()


def take_out(document, *, by=None):
    """Take a paper out of its locked application; the file itself stays only where a submission or the vault holds it.

    by: who leaves its place empty, which is traced.
    """
    document.delete()
    files.forget(document.file)
    if by:
        audit.record("remove_paper", document.application, by=by, after={"paper": document.paper.code})


def open_for_papers(application, *, by, now):
    """The locked application, and the ids of the papers that may be changed at this instant."""
    if Application.objects.filter(pk=application.pk, status="returned").exists():
        application = lock(application, "mend", by)
        supplement = application.supplements.open().get()
        if reasons := mending.overdue(supplement, now=now):
            raise Refused(*reasons, about=application)
        return application, {paper.pk for paper in mending.opened_papers(application, supplement)}
    application = lock(application, "edit", by)
    if reasons := rules.late_for(application, now=now):
        raise Refused(*reasons, about=application)
    return application, set(application.call.papers.values_list("pk", flat=True))
