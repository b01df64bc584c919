"""The lists of the decision desk as data: the closed calls with where their result list stands, and the appeals."""

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.calls.lists import calls, years
from applications.calls.models import Call, Programme
from applications.decision.appeals import OPEN, Appeal
from applications.decision.models import Proposal
from applications.decision.waiting import waiting_for
from applications.kernel import clock
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Option, of_choices
from applications.kernel.numbers import number_in
from applications.kernel.search import held_in
from applications.templatetags.grants import badge, day, instant


def link(appeal):
    return format_html('<a href="{}">{}</a>', appeal.get_absolute_url(), appeal.number)


def standing(appeal):
    status = badge(appeal.status, appeal.get_status_display())
    return (
        format_html("<span>{} {}</span>", status, badge("overdue", _("Late"))) if appeal.is_late else status
    )


def waiting(by):
    return [
        Option("answer", _("Waits for an answer"), where=Q(status__in=OPEN)),
        Option("examination", _("To be examined"), where=Q(status="received")),
        Option("confirmation", _("Decision to be confirmed"), where=Q(status="proposed")),
        Option("late", _("Late"), where=Q(status__in=OPEN, due_on__lt=clock.today())),
    ]


APPEALS = List(
    "appeals",
    columns=(
        Column("number", _("Number"), lambda a: a.number, ("number",), show=link, order=("number",), css="nowrap"),
        Column("application", _("Application"), lambda a: a.application.number, ("application__number",), css="nowrap"),
        Column("firm", _("Firm"), lambda a: a.application.firm.name, ("application__firm__name",)),
        Column("about", _("Against"), lambda a: _("Being ruled out") if a.exclusion_id else _("The result"), ("exclusion",)),
        Column("ground", _("Ground"), lambda a: str(a.get_ground_display()), ("ground",), usual=False),
        Column("status", _("Status"), lambda a: str(a.get_status_display()), ("status", "due_on"), show=standing),
        Column("arrived", _("Arrived"), lambda a: a.arrived_at, ("arrived_at",), show=lambda a: instant(a.arrived_at),
               order=("arrived_at", "id"), largest=True, css="nowrap"),
        Column("due", _("To be answered by"), lambda a: a.due_on, ("due_on",), show=lambda a: day(a.due_on),
               order=("due_on", "id"), css="nowrap"),
        Column("call", _("Call"), lambda a: a.application.call.number, ("application__call__number",), usual=False),
        Column("decided", _("Decided"), lambda a: a.decided_at, ("decided_at",), show=lambda a: instant(a.decided_at), usual=False),
    ),
    filters=(
        Choice("status", _("Status"), "status", of_choices(
            Appeal.Status, "received", "proposed", "upheld", "dismissed", "inadmissible", "withdrawn"), shown="chips"),
        Choice("call", _("Call"), "application__call", calls, "call:SP"),
        Choice("ground", _("Ground"), "ground", of_choices(Appeal.Ground), "ground:misread", shown=""),
        Day("arrived", _("Arrived"), "arrived_at", "arrived:>2027-01-20"),
        Choice("waiting", _("Waits for an answer"), "", waiting, "waiting:late", shown=""),
    ),
    sort="due",
    words=_("Number of the application, firm, title or business number"),
    rows=lambda by: Appeal.objects.visible_to(by),
    address="decision:appeals",
    searched="application__search_text",
    numbers=(("number", number_in),),
    file=Taken("appeal.export", "appeals"),
)  # fmt: skip


def to_ranking(call):
    return format_html('<a href="{}">{}</a>', reverse("decision:ranking", args=[call.key]), call.number)


def latest(call):
    """The list in force of a call, the latest where a further one follows; None where there is none."""
    return call.lists_in_force[-1] if call.lists_in_force else None


def result_list(call):
    proposal = latest(call)
    return str(proposal.get_status_display()) if proposal else ""


def to_list(call):
    proposal = latest(call)
    if proposal is None:
        return ""
    status = badge(proposal.status, proposal.get_status_display())
    return format_html('<a href="{}">{}</a>', proposal.get_absolute_url(), status)


def results(by):
    """Where the result list of a call stands; of a published one that a further list follows both are said."""
    lists = Proposal.objects.in_force().filter(call=OuterRef("pk"))
    states = (Proposal.Status.PROPOSED, Proposal.Status.APPROVED, Proposal.Status.PUBLISHED)
    return [Option("none", _("No list yet"), "none", where=~Exists(lists))] + [
        Option(state.value, state.label, state.value, where=Q(Exists(lists.filter(status=state)))) for state in states
    ]  # fmt: skip


def waiting_lists(by):
    return [Option("approval", _("Waits for me"), where=Q(pk__in=waiting_for(by).order_by().values("call")))]


IN_FORCE = Prefetch("proposals", Proposal.objects.in_force().order_by("ordinal"), "lists_in_force")

DECISIONS = List(
    "decisions",
    columns=(
        Column("number", _("Call"), lambda c: c.number, ("number",), show=to_ranking, order=("number",), css="nowrap"),
        Column("title", _("Title"), lambda c: c.title, ("title",), order=("title", "id")),
        Column("closes", _("Closed"), lambda c: c.closes_at, ("closes_at",), show=lambda c: instant(c.closes_at), order=("closes_at", "id"), largest=True, css="nowrap"),
        Column("result", _("Result list"), result_list, (), show=to_list, many=(IN_FORCE,)),
        Column("places", _("Places"), lambda c: c.places, ("seats", "carried_seats"), numeric=True, usual=False),
        Column("programme", _("Programme"), lambda c: str(c.programme), ("programme__kind",), usual=False),
        Column("year", _("Programme year"), lambda c: c.year, ("year",), order=("year", "id"), then=("number", "title", "closes"), largest=True, numeric=True, usual=False),
    ),
    filters=(
        Choice("result", _("Result list"), "", results, "result:approved", shown="chips"),
        Choice("programme", _("Programme"), "programme__kind", of_choices(Programme.Kind), "programme:rnd"),
        Choice("year", _("Programme year"), "year", years, "year:2027"),
        Day("closes", _("Closed"), "closes_at", "closes:>2027-01-20"),
        Choice("waiting", _("Waits for an answer"), "", waiting_lists, "waiting:approval", shown=""),
    ),
    sort="-closes",
    words=_("Number or title"),
    rows=lambda by: Call.objects.published().filter(closes_at__lte=clock.now()),
    address="decision:desk",
    holds=lambda word: held_in(word, "number", "title"),
)  # fmt: skip
