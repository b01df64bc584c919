"""The verbs of a paper that arrives in pieces: begin, add a piece, give up; and the firm is told of a virus."""

from django.db import transaction

from applications.firms.rules.vault import no_room
from applications.intake import rules
from applications.intake.actions.papers import accepted, open_for_paper, put_in
from applications.intake.models import Document
from applications.intake.queries import people_of
from applications.kernel import clock, files
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.files import arriving
from applications.kernel.files.stored import Scan
from applications.notifications.outbox import notify


def place_of(application, paper):
    """What an upload to this paper is for, as its row says it."""
    return f"{application.key}/{paper.code}"


@transaction.atomic
def begin(application, *, paper, name, size, sha256, by, now):
    """Begin to upload a file to the place of a paper, or go on with it. Refuses at once what would be refused at the end."""
    application = open_for_paper(application, paper=paper, by=by, now=now)
    beside = rules.bytes_of(application.documents.exclude(paper=paper))
    kept = files.used(application.firm.key) - rules.bytes_of(application.documents.filter(paper=paper))
    if reasons := rules.too_much(beside, size) or no_room(kept, size):
        raise Refused(*reasons, about=application)
    return arriving.begin(
        person=by,
        place=place_of(application, paper),
        name=name,
        size=size,
        sha256=sha256,
        limit=paper.most_bytes,
    )


def add_piece(application, *, paper, upload, offset, content, by, now):
    """Write a piece down; with the last one the file becomes the paper. Returns the upload, or None when it is done.

    What is refused is not gone on with.
    """
    try:
        if offset == upload.received and offset + len(content) == upload.size:
            _finish(application, paper=paper, upload=upload, content=content, by=by, now=now)
            return None
        with transaction.atomic():
            open_for_paper(application, paper=paper, by=by, now=now)
            return arriving.add_piece(upload, offset=offset, content=content)
    except Refused:
        arriving.drop(upload)
        raise


def _finish(application, *, paper, upload, content, by, now):
    """Make the paper of the pieces that are here and this last one; the file is looked into before any row is held."""
    with arriving.whole(upload, content) as file:
        kind = accepted(paper, file)
        with files.storing() as store:
            application = open_for_paper(application, paper=paper, by=by, now=now)
            arriving.drop(arriving.held(upload))
            put_in(application, paper=paper, upload=file, kind=kind, store=store, by=by)


@transaction.atomic
def give_up(application, *, upload, by):
    """Let go of what has arrived."""
    require(by, "application.edit", application)
    arriving.drop(upload)


@transaction.atomic
def tell_of_virus(document, *, by):
    """Tell the firm that a paper of its application holds a virus: once."""
    require(by, "vault.warn", document.application.firm)
    document = (
        Document.objects.select_for_update(of=("self",), no_key=True)
        .select_related("application__firm", "paper", "file")
        .get(pk=document.pk)
    )
    if document.told_at or document.file.scan != Scan.INFECTED:
        return
    document.told_at = clock.now()
    document.save(update_fields=["told_at"])
    notify("paper_infected", to=people_of(document.application), event=f"virus:{document.key}",
           thing=document.application, what=document.paper, file=document.file)  # fmt: skip
