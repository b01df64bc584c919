"""The record, the access log, the letters, and the files that were brought in or taken away as lists; and every list by its name.

The first three are long: the time sorts them, words name a person.
"""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from applications.accounts.lists import PEOPLE, to_whom
from applications.agreement.lists import AGREEMENTS
from applications.calls.lists import CALLS, INQUIRIES
from applications.cohort.lists import SEATS
from applications.decision.lists import APPEALS, DECISIONS
from applications.firms.lists import FIRMS
from applications.funding.lists import LINES, PAYMENTS
from applications.intake.lists import DESK
from applications.kernel.accesslog import AccessEntry
from applications.kernel.audit import AuditEntry
from applications.kernel.exporting import Taken
from applications.kernel.exports import Export
from applications.kernel.importing import Import
from applications.kernel.lists import Choice, Column, Day, List, Option, of_choices
from applications.kernel.search import held_in
from applications.notifications.models import Letter
from applications.portal.importing import SHEETS
from applications.review.lists import PAYEES, REVIEWERS, REVIEWS
from applications.templatetags.grants import (
    ACTS,
    THINGS,
    VERBS,
    act,
    badge,
    instant,
    letter_kind,
    remark,
    role,
    thing,
    verb,
)  # fmt: skip
from applications.templatetags.grants import (
    LETTERS as KINDS,
)


def of_words(words):
    """The options that a table of words is, by its keys."""
    return lambda by: [Option(code, label, code) for code, label in words.items()]


def at(field, label):
    """The column of the time that a list is sorted by."""
    return Column(
        "time", label, lambda row: getattr(row, field), (field,), show=lambda row: instant(getattr(row, field)), order=("id",),
        largest=True, css="nowrap",
    )  # fmt: skip


def actor(entry):
    return entry.actor.name if entry.actor else _("By the clock")


def values(name, label, *, hidden):
    """The column of what an entry of the record holds of a value; hidden: of accounts only."""

    def drawn(entry, join):
        if hidden and entry.thing_kind != "user":
            return _("Shown to auditors.")
        return join((getattr(entry, name) or {}).items())

    def in_lines(items):
        return "\n".join(f"{key}: {value}" for key, value in items)

    def with_breaks(items):
        return format_html_join("", "{}: {}<br>", items)

    return Column(
        name, label, lambda entry: drawn(entry, in_lines), (name, "thing_kind"),
        show=lambda entry: drawn(entry, with_breaks), css="small",
    )  # fmt: skip


def reason(entry, *, hidden):
    return _("Shown to auditors.") if hidden and entry.thing_kind != "user" else remark(entry)


def record(*, hidden):
    """The record; hidden: without the values and reasons of anything but accounts."""
    return List(
        "record",
        columns=(
            at("at", _("Time")),
            Column("who", _("Who"), actor, ("actor__name",)),
            Column("what", _("What"), verb, ("verb",)),
            Column("thing", _("Thing"), lambda e: f"{thing(e.thing_kind)} {e.thing_id}", ("thing_kind", "thing_id")),
            values("before", _("Before"), hidden=hidden),
            values("after", _("After"), hidden=hidden),
            Column("reason", _("Reason"), lambda e: reason(e, hidden=hidden), ("note", "verb", "thing_kind")),
        ),
        filters=(
            Choice("thing", _("Thing"), "thing_kind", of_words(THINGS), "thing:firm"),
            Choice("what", _("What"), "verb", of_words(VERBS), "what:submit", shown=""),
            Day("time", _("Time"), "at", "time:>2027-01-20"),
        ),
        sort="-time",
        words=_("Name or e-mail of who did it"),
        rows=lambda by: AuditEntry.objects.all(),
        address="portal:audit",
        holds=lambda word: to_whom(word, "actor"),
        key="id",
        file=Taken("audit.export", "record", of_each=False),
    )  # fmt: skip


NAMED = 20  # of those whose data were seen, in a cell of the page


def whose(entry):
    return f"{thing(entry.subject_kind)} {', '.join(map(str, entry.subject_ids))}"


def first_of_whose(entry):
    """The first ones alone, and how many there are: a file takes ten thousand away at once."""
    ids = entry.subject_ids
    if len(ids) <= NAMED:
        return whose(entry)
    return f"{thing(entry.subject_kind)} {', '.join(map(str, ids[:NAMED]))} … ({len(ids):,})"


RECORD, RECORD_OF_ACCOUNTS = record(hidden=False), record(hidden=True)

ACCESS = List(
    "access",
    columns=(
        at("at", _("Time")),
        Column("who", _("Who"), lambda e: f"{e.actor.name} ({role(e.actor_role)})" if e.actor else "–", ("actor__name", "actor_role")),
        Column("from", _("From"), lambda e: e.address, ("address",)),
        Column("what", _("What"), lambda e: act(e.act), ("act",)),
        Column("whose", _("Whose"), whose, ("subject_kind", "subject_ids"), show=first_of_whose),
        Column("reason", _("Reason"), lambda e: e.reason, ("reason",), usual=False),
    ),
    filters=(
        Choice("what", _("What"), "act", of_words(ACTS), "what:firm.view"),
        Day("time", _("Time"), "at", "time:>2027-01-20"),
    ),
    sort="-time",
    words=_("Name or e-mail of who looked"),
    rows=lambda by: AccessEntry.objects.all(),
    address="portal:access",
    holds=lambda word: to_whom(word, "actor"),
    key="id",
    file=Taken("access.export", "access-log", of_each=False),
)  # fmt: skip


def address_of(letter):
    return reverse("portal:letter", args=[letter.key])


def state(letter):
    status = badge(letter.status, letter.get_status_display())
    return (
        format_html('<span>{} <span class="small">{}</span></span>', status, letter.error)
        if letter.error
        else status
    )


def letters(*, hidden):
    """The outbox; hidden: without what the letters say."""
    about = (lambda letter: letter_kind(letter.kind)) if hidden else (lambda letter: letter.subject)
    return List(
        "letters",
        columns=(
            Column("subject", _("Subject"), about, ("kind",) if hidden else ("subject",), show=lambda x: format_html('<a href="{}">{}</a>', address_of(x), about(x))),
            Column("to", _("To"), lambda x: x.address, ("address",)),
            Column("status", _("Status"), lambda x: x.get_status_display(), ("status", "error"), show=state),
            Column("written", _("Written"), lambda x: x.written_at, ("written_at",), show=lambda x: instant(x.written_at), order=("written_at", "id"), largest=True, css="nowrap"),
        ),
        filters=(
            Choice("status", _("Status"), "status", of_choices(Letter.Status), "status:failed", shown="chips"),
            Choice("kind", _("Kind"), "kind", of_words(KINDS), "kind:result_published"),
            Day("written", _("Written"), "written_at", "written:>2027-01-20"),
        ),
        sort="-written",
        words=_("Name or e-mail of the person"),
        rows=lambda by: Letter.objects.visible_to(by),
        address="portal:letters",
        holds=lambda word: to_whom(word, "to"),
        file=Taken("outbox.export", "letters"),
    )  # fmt: skip


OUTBOX, OUTBOX_WITHOUT_TEXT = letters(hidden=False), letters(hidden=True)


def to_itself(thing):
    return format_html('<a href="{}">{}</a>', thing.get_absolute_url(), thing)


def standing(thing):
    return badge(thing.state, thing.get_state_display())


def imports_of(sheet):
    """The files of one sheet that were brought in."""
    return List(
        f"imports-{sheet.name}",
        columns=(
            Column("file", _("File"), str, ("file__name",), show=to_itself),
            Column("state", _("State"), lambda i: str(i.get_state_display()), ("state",), show=standing),
            Column("begun", _("Uploaded"), lambda i: i.begun_at, ("begun_at",), show=lambda i: instant(i.begun_at), order=("begun_at", "id"), largest=True, css="nowrap"),
            Column("by", _("Uploaded by"), lambda i: i.begun_by.name, ("begun_by__name",), order=("begun_by__name", "id"), then=("begun",)),
            Column("reason", _("Reason"), lambda i: i.reason, ("reason",)),
            Column("finished", _("Written"), lambda i: i.finished_at, ("finished_at",), show=lambda i: instant(i.finished_at), usual=False, css="nowrap"),
        ),
        filters=(
            Choice("state", _("State"), "state", of_choices(Import.State), "state:done", shown="chips"),
            Day("begun", _("Uploaded"), "begun_at", "begun:>2027-01-20"),
        ),
        sort="-begun",
        words=_("File, reason or who uploaded it"),
        rows=lambda by: Import.objects.visible_to(by).filter(sheet=sheet.name),
        address="portal:imports",
        args=(sheet.name,),
        holds=lambda word: held_in(word, "file__name", "reason", "begun_by__name"),
    )  # fmt: skip


IMPORTS = {name: imports_of(sheet) for name, sheet in SHEETS.items()}

EXPORTS = List(
    "exports",
    columns=(
        Column("file", _("File"), str, ("name",), show=to_itself),
        Column("state", _("State"), lambda e: str(e.get_state_display()), ("state",), show=standing),
        Column("rows", _("Rows"), lambda e: e.total, ("total",), show=lambda e: f"{e.total:,}", order=("total", "id"), largest=True, numeric=True),
        Column("asked", _("Asked for"), lambda e: e.asked_at, ("asked_at",), show=lambda e: instant(e.asked_at), order=("asked_at", "id"), largest=True, css="nowrap"),
        Column("reason", _("Reason"), lambda e: e.reason, ("reason",)),
    ),
    filters=(
        Choice("state", _("State"), "state", of_choices(Export.State), "state:done", shown="chips"),
        Day("asked", _("Asked for"), "asked_at", "asked:>2027-01-20"),
    ),
    sort="-asked",
    words=_("File or reason"),
    rows=lambda by: Export.objects.visible_to(by),
    address="portal:exports",
    holds=lambda word: held_in(word, "name", "reason"),
)  # fmt: skip

LISTS = {
    listing.name: listing
    for listing in (
        DESK, REVIEWS, REVIEWERS, PAYEES, DECISIONS, APPEALS, AGREEMENTS, PAYMENTS, LINES, SEATS, CALLS, INQUIRIES, FIRMS, PEOPLE, RECORD,
        ACCESS, OUTBOX, *IMPORTS.values(), EXPORTS,
    )
}  # fmt: skip


def record_for(user):
    """The record as this person reads it: values and reasons of everything, or of accounts only."""
    return RECORD if user.has_perm("audit.values") else RECORD_OF_ACCOUNTS


def outbox_for(user):
    """The letters as this person reads them: with what they say, or their kinds only."""
    return OUTBOX if user.has_perm("outbox.text") else OUTBOX_WITHOUT_TEXT


def list_for(user, name):
    """The list of this name as this person reads it, on its page and in its files."""
    match name:
        case "record":
            return record_for(user)
        case "letters":
            return outbox_for(user)
    return LISTS[name]
