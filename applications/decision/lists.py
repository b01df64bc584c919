"""The list of the desk of appeals as data: what it shows, what narrows it, what sorts it."""

from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.decision.appeals import OPEN, Appeal
from applications.intake.lists import calls
from applications.kernel import clock
from applications.kernel.lists import Choice, Column, Day, List, Option, of_choices
from applications.kernel.numbers import number_in
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
    searched="application__search_text",
    numbers=(("number", number_in),),
)  # fmt: skip
