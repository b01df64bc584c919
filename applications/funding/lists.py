"""The lists of money as data: the instalments, some hundreds a year, and the budget lines. They name no person: the ministry reads them too."""

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.calls.lists import calls
from applications.calls.models import BudgetLine, Programme
from applications.funding.models import Payment
from applications.funding.queries import to_be_paid
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Number, Option, of_choices
from applications.kernel.queryline import folded
from applications.kernel.search import Holds, held_in
from applications.templatetags.grants import badge, day, instant, won

FIRM, TEXT = "agreement__application__firm__name", "agreement__application__search_text"


def waiting(by):
    return [
        Option("payment", _("Approved, and may be paid by me"), where=Q(pk__in=to_be_paid(by).values("pk")))
    ]


def link(payment):
    return format_html('<a href="{}">{}</a>', payment.get_absolute_url(), payment.number)


PAYMENTS = List(
    "payments",
    columns=(
        Column("number", _("Number"), lambda p: p.number, ("number",), show=link, order=("number",), css="nowrap"),
        Column("firm", _("Firm"), lambda p: p.agreement.application.firm.name, (FIRM,), order=(FIRM, "id"), then=("requested", "amount")),
        Column("amount", _("Amount (won)"), lambda p: p.krw, ("krw",), show=lambda p: won(p.krw), order=("krw", "id"), largest=True, numeric=True),
        Column("status", _("Status"), lambda p: str(p.get_status_display()), ("status",), show=lambda p: badge(p.status, p.get_status_display()),
               order=("status", "-requested_at", "-id"), then=("amount", "number")),
        Column("requested", _("Requested"), lambda p: p.requested_at, ("requested_at",), show=lambda p: instant(p.requested_at), order=("requested_at", "id"), largest=True, css="nowrap"),
        Column("tranche", _("Instalment"), lambda p: p.tranche, ("tranche",), numeric=True, usual=False),
        Column("agreement", _("Agreement"), lambda p: p.agreement.number, ("agreement__number",), usual=False, css="nowrap"),
        Column("application", _("Application"), lambda p: p.agreement.application.number, ("agreement__application__number",), usual=False, css="nowrap"),
        Column("call", _("Call"), lambda p: p.agreement.application.call.number, ("agreement__application__call__number",), usual=False, css="nowrap"),
        Column("paid_on", _("paid on"), lambda p: p.paid_on, ("paid_on",), show=lambda p: day(p.paid_on), usual=False, css="nowrap"),
    ),
    filters=(
        Choice("status", _("Status"), "status", of_choices(Payment.Status), "status:approved", shown="chips"),
        Choice("call", _("Call"), "agreement__application__call", calls, "call:RC"),
        Number("amount", _("Amount (won)"), "krw", "amount:>=100,000,000"),
        Number("tranche", _("Instalment"), "tranche", "tranche:1"),
        Day("requested", _("Requested"), "requested_at", "requested:>2027-01-20"),
        Choice("waiting", _("Waits for an answer"), "", waiting, shown=""),
    ),
    sort="-requested",
    words=_("Number, firm, title or business number"),
    rows=lambda by: Payment.objects.visible_to(by),
    address="funding:desk",
    holds=lambda word: Q(Holds(TEXT, folded(word))) | held_in(word, "number"),
    file=Taken("payment.export", "payments"),
)  # fmt: skip


def to_line(line):
    return format_html('<a href="{}">{}</a>', reverse("funding:line", args=[line.key]), line.name)


LINES = List(
    "lines",
    columns=(
        Column("name", _("Line"), lambda x: x.name, ("name",), show=to_line, order=("name", "id")),
        Column("year", _("Year"), lambda x: x.year, ("year",), order=("year", "id"), largest=True, then=("name",), css="nowrap"),
        Column("programme", _("Programme"), lambda x: str(x.programme), ("programme__kind",)),
        Column("cap", _("Cap (won)"), lambda x: x.cap_krw, ("cap_krw",), show=lambda x: won(x.cap_krw), numeric=True),
        Column("allocated", _("Allocated (won)"), lambda x: x.allocated_krw, ("allocated_krw",), show=lambda x: won(x.allocated_krw), numeric=True),
        Column("left", _("Left (won)"), lambda x: x.left_krw, ("cap_krw", "allocated_krw"), show=lambda x: won(x.left_krw), numeric=True),
    ),
    filters=(
        Choice("programme", _("Programme"), "programme__kind", of_choices(Programme.Kind), "programme:rnd"),
        Number("year", _("Year"), "year", "year:2027"),
        Number("cap", _("Cap (won)"), "cap_krw", "cap:>=1,000,000,000"),
    ),
    sort="-year",
    words=_("Name of the line"),
    rows=lambda by: BudgetLine.objects.visible_to(by),
    address="funding:lines",
    holds=lambda word: held_in(word, "name"),
)  # fmt: skip
