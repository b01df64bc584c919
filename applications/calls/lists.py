"""The lists of the staff's pages of calls as data: the calls, and the questions on them. Both are some hundreds."""

from django.db.models import F, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from applications.calls.audience import WAITING, Inquiry, for_person, late_on
from applications.calls.models import Call, Programme
from applications.calls.queries import officers
from applications.kernel import clock
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Number, Option, of_choices
from applications.kernel.queryline import ME
from applications.kernel.search import held_in
from applications.templatetags.grants import CALL_STATES, badge, call_state, day, instant, won

LATEST_CALLS = 20


def calls(by):
    """The latest calls, as a filter of what belongs to one."""
    found = (
        Call.objects.visible_to(by).published().order_by("-closes_at", "-id").only("key", "number", "title")
    )
    return [
        Option(str(call.key), f"{call.number} {call.title}", call.pk, words=(call.number,))
        for call in found[:LATEST_CALLS]
    ]


def states(by):
    """The states of a call at this moment (Call.state) as conditions."""
    now, public = clock.now(), Q(published_at__isnull=False, cancelled_at=None)
    conditions = {
        "preparing": Q(published_at=None),
        "soon": public & Q(opens_at__gt=now),
        "open": public & Q(opens_at__lte=now, closes_at__gt=now),
        "closed": public & Q(closes_at__lte=now),
        "cancelled": Q(published_at__isnull=False, cancelled_at__isnull=False),
    }
    return [Option(name, CALL_STATES[name], name, where=where) for name, where in conditions.items()]


def years(by):
    """From the latest back to the first one."""
    of_calls = Call.objects.values_list("year", flat=True)
    first, last = of_calls.order_by("year").first(), of_calls.order_by("-year").first()
    found = range(last, first - 1, -1) if last else ()
    return [Option(str(year), str(year), year) for year in found[:LATEST_CALLS]]


def link(call):
    return format_html('<a href="{}">{}</a>', reverse("calls:manage", args=[call.key]), call.title)


WHEN = ("published_at", "cancelled_at", "opens_at", "closes_at")  # what its state is read from

CALLS = List(
    "calls",
    columns=(
        Column("number", _("Number"), lambda c: c.number, ("number",), order=("number",), css="nowrap"),
        Column("title", _("Title"), lambda c: c.title, ("title",), show=link, order=("title", "id")),
        Column("state", _("State"), lambda c: str(call_state(c.state)), WHEN, show=lambda c: badge(c.state, call_state(c.state))),
        Column("opens", _("Opens"), lambda c: c.opens_at, ("opens_at",), show=lambda c: instant(c.opens_at), order=("opens_at", "id"), largest=True, css="nowrap"),
        Column("closes", _("Closes"), lambda c: c.closes_at, ("closes_at",), show=lambda c: instant(c.closes_at), order=("closes_at", "id"), largest=True, css="nowrap"),
        Column("places", _("Places"), lambda c: c.places, ("seats", "carried_seats"), numeric=True),
        Column("programme", _("Programme"), lambda c: str(c.programme), ("programme__kind",), usual=False),
        Column("year", _("Programme year"), lambda c: c.year, ("year",), order=("year", "id"), largest=True, numeric=True, then=("number", "title", "closes"), usual=False),
        Column("reserves", _("Reserve places"), lambda c: c.reserves, ("reserves",), numeric=True, usual=False),
        Column("budget", _("Budget of the call (won)"), lambda c: c.budget_krw, ("budget_krw",), show=lambda c: won(c.budget_krw), numeric=True, usual=False),
        Column("published", _("Published"), lambda c: c.published_at, ("published_at",), show=lambda c: instant(c.published_at), usual=False, css="nowrap"),
    ),
    filters=(
        Choice("state", _("State"), "", states, "state:open", shown="chips"),
        Choice("programme", _("Programme"), "programme__kind", of_choices(Programme.Kind), "programme:rnd"),
        Choice("year", _("Programme year"), "year", years, "year:2027"),
        Number("places", _("Places"), "all_places", "places:>=10"),
        Day("closes", _("Closes"), "closes_at", "closes:>2027-01-20"),
    ),
    sort="-closes",
    words=_("Number or title"),
    rows=lambda by: Call.objects.visible_to(by).alias(all_places=F("seats") + F("carried_seats")),
    address="calls:desk",
    holds=lambda word: held_in(word, "number", "title"),
    file=Taken("call.export", "calls"),
)  # fmt: skip


def question(inquiry):
    text = Truncator(inquiry.text).chars(80)
    return format_html('<a href="{}">{}</a>', inquiry.get_absolute_url(), text)


def due(inquiry):
    if not inquiry.is_late:
        return day(inquiry.due_on)
    return format_html("<span>{} {}</span>", day(inquiry.due_on), badge("overdue", _("Late")))


def people(by):
    """Who may answer, oneself first, and that nobody has been asked yet."""
    nobody = Option("nobody", _("Nobody yet"), where=Q(assigned_to=None))
    found = sorted(officers(), key=lambda person: person.pk != by.pk)
    return [nobody] + [
        Option(str(person.key), person.name, person.pk, where=Q(assigned_to=person), words=ME if person.pk == by.pk else ())
        for person in found
    ]  # fmt: skip


def waiting(by):
    late, own = late_on(clock.today()), for_person(by)
    conditions = {
        "answer": (_("Waiting"), WAITING),
        "late": (_("Late"), late),
        "mine": (_("Mine or nobody's"), WAITING & own),
        "overdue": (_("Late, mine or nobody's"), late & own),
    }
    return [Option(name, label, name, where=where) for name, (label, where) in conditions.items()]


INQUIRIES = List(
    "inquiries",
    columns=(
        Column("question", _("Question"), lambda i: i.text, ("text",), show=question),
        Column("call", _("Call"), lambda i: i.call.number, ("call__number",), order=("call__number", "id"), then=("due", "asked"), css="nowrap"),
        Column("person", _("Who answers"), lambda i: i.assigned_to and i.assigned_to.name, ("assigned_to__name",)),
        Column("due", _("Answer by"), lambda i: i.due_on, ("due_on", "ended_at"), show=due, order=("due_on", "id"), css="nowrap"),
        Column("status", _("Status"), lambda i: str(i.get_status_display()), ("status",), show=lambda i: badge(i.status, i.get_status_display()), order=("status", "due_on", "id")),
        Column("asked", _("Asked"), lambda i: i.asked_at, ("asked_at",), show=lambda i: instant(i.asked_at), order=("asked_at", "id"), largest=True, usual=False, css="nowrap"),
        Column("ended", _("Answered"), lambda i: i.ended_at, ("ended_at",), show=lambda i: instant(i.ended_at), usual=False, css="nowrap"),
        Column("answer", _("Answer"), lambda i: i.answer, ("answer",), show=lambda i: Truncator(i.answer).chars(80), usual=False),
    ),
    filters=(
        Choice("waiting", _("Which questions"), "", waiting, "waiting:late", shown="chips"),
        Choice("status", _("Status"), "status", of_choices(Inquiry.Status), "status:asked"),
        Choice("call", _("Call"), "call", calls, "call:RC"),
        Choice("person", _("Who answers"), "", people, _("person:me")),
        Day("asked", _("Asked"), "asked_at", "asked:>2027-01-20"),
    ),
    sort="-asked",
    words=_("Words of the question, or number of the call"),
    rows=lambda by: Inquiry.objects.visible_to(by),
    address="calls:inquiries",
    holds=lambda word: held_in(word, "text", "call__number"),
    file=Taken("inquiry.export", "questions"),
)  # fmt: skip
