"""The verbs of the vault: keep, renew and remove papers, warn of their expiry."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import User
from applications.firms.models import Firm, Right
from applications.firms.models.vault import KeptPaper
from applications.firms.rules import vault as rules
from applications.kernel import audit, clock, files
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.files.stored import Scan
from applications.notifications.outbox import notify


def make_room(firm, *, size):
    """Hold the firm's row, and refuse what would be more than it may keep; in the transaction that stores it."""
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    if reasons := rules.no_room(files.used(firm.key), size):
        raise Refused(*reasons, about=firm)


def keep(firm, *, kind, issued_on, expires_on, number, file, by):
    """Put a paper into the vault; without a last day it gets the usual one of its kind."""
    require(by, "vault.keep", firm)
    file_kind = files.accepted(file)
    with files.storing() as store:
        expires_on = _last_day(kind, issued_on, expires_on)
        make_room(firm, size=file.size)
        paper = KeptPaper.objects.create(
            firm=firm, kind=kind, number=number, issued_on=issued_on, expires_on=expires_on,
            file=store(file, file_kind, space=firm.key), added_by=by, added_at=clock.now(),
        )  # fmt: skip
        audit.record("keep_paper", firm, by=by, after=_described(paper))
        return paper


def renew(paper, *, issued_on, expires_on, number, by, file=None):
    """Put another file in its place, or only mend what is written of it; an application that took the file keeps it."""
    require(by, "vault.keep", paper.firm)
    file_kind = files.accepted(file) if file else ""
    with files.storing() as store:
        paper = _locked(paper)
        earlier, before = paper.file, _described(paper)
        paper.expires_on = _last_day(paper.kind, issued_on, expires_on)
        paper.issued_on, paper.number, paper.warned_at = issued_on, number, None
        if file:
            paper.file = store(file, file_kind, space=paper.firm.key)
            paper.added_by, paper.added_at, paper.told_at = by, clock.now(), None
        paper.save()
        if file:
            files.forget(earlier)
            # All is counted as it stands then: the earlier file may be held by an application.
            make_room(paper.firm, size=0)
        audit.record("renew_paper", paper.firm, by=by, before=before, after=_described(paper))
        return paper


@transaction.atomic
def remove(paper, *, by):
    """Take a paper out of the vault. An application that took it keeps its file."""
    require(by, "vault.keep", paper.firm)
    paper = _locked(paper)
    paper.delete()
    files.forget(paper.file)
    audit.record("drop_paper", paper.firm, by=by, before=_described(paper))


@transaction.atomic
def warn_of_expiry(paper, *, by):
    """Tell the firm that a paper expires soon: once, until it is renewed."""
    require(by, "vault.warn", paper.firm)
    paper = _locked(paper)
    if paper.warned_at:
        return
    paper.warned_at = clock.now()
    paper.save(update_fields=["warned_at"])
    notify("paper_expires", to=_keepers(paper.firm), event=f"expiry:{paper.file.key}:{paper.expires_on}",
           paper=paper, days=(paper.expires_on - clock.today()).days)  # fmt: skip


@transaction.atomic
def tell_of_virus(paper, *, by):
    """Tell the firm that a paper of its vault holds a virus: once."""
    require(by, "vault.warn", paper.firm)
    paper = _locked(paper)
    if paper.told_at or paper.file.scan != Scan.INFECTED:
        return
    paper.told_at = clock.now()
    paper.save(update_fields=["told_at"])
    notify("paper_infected", to=_keepers(paper.firm), event=f"virus:vault:{paper.file.key}", thing=paper,
           what=paper.kind, file=paper.file)  # fmt: skip


def _locked(paper):
    """The paper's row, held; and the firm's before it, so that nobody takes what is just being replaced."""
    Firm.objects.select_for_update(no_key=True).get(pk=paper.firm_id)
    found = KeptPaper.objects.select_related("firm", "kind", "file").filter(pk=paper.pk).first()
    if found is None:
        raise Refused(_("This paper is not in the vault any more."), about=paper.firm)
    return found


def _last_day(kind, issued_on, expires_on):
    expires_on = expires_on or rules.usual_expiry(kind, issued_on)
    if reasons := rules.dates_wrong(issued_on, expires_on, today=clock.today()):
        raise Refused(*reasons)
    return expires_on


def _described(paper):
    return {
        "kind": paper.kind.code,
        "number": paper.number,
        "issued_on": paper.issued_on,
        "expires_on": paper.expires_on,
        "sha256": paper.file.sha256,
    }


def _keepers(firm):
    """Who is told: owners and editors with a living account."""
    return User.objects.filter(
        memberships__firm=firm, memberships__right__in=(Right.OWNER, Right.EDITOR), is_active=True
    )
