"""The record, the access log and the letters as lists. They are long: the time sorts them, words name a person."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from applications.accounts.lists import to_whom
from applications.kernel.lists import Choice, Column, Day, List, Option, of_choices
from applications.notifications.models import Letter
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
        holds=lambda word: to_whom(word, "actor"),
        key="id",
    )  # fmt: skip


RECORD, RECORD_OF_ACCOUNTS = record(hidden=False), record(hidden=True)

ACCESS = List(
    "access",
    columns=(
        at("at", _("Time")),
        Column("who", _("Who"), lambda e: f"{e.actor.name} ({role(e.actor_role)})" if e.actor else "–", ("actor__name", "actor_role")),
        Column("from", _("From"), lambda e: e.address, ("address",)),
        Column("what", _("What"), lambda e: act(e.act), ("act",)),
        Column("whose", _("Whose"), lambda e: f"{thing(e.subject_kind)} {', '.join(map(str, e.subject_ids))}", ("subject_kind", "subject_ids")),
        Column("reason", _("Reason"), lambda e: e.reason, ("reason",), usual=False),
    ),
    filters=(
        Choice("what", _("What"), "act", of_words(ACTS), "what:firm.view"),
        Day("time", _("Time"), "at", "time:>2027-01-20"),
    ),
    sort="-time",
    words=_("Name or e-mail of who looked"),
    holds=lambda word: to_whom(word, "actor"),
    key="id",
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
        holds=lambda word: to_whom(word, "to"),
    )  # fmt: skip


OUTBOX, OUTBOX_WITHOUT_TEXT = letters(hidden=False), letters(hidden=True)
