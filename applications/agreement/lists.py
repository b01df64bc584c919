"""The list of agreements as data. They are some hundreds a year."""

from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.agreement.models import Agreement
from applications.agreement.queries import to_be_signed, unsigned_in_time
from applications.calls.lists import calls
from applications.kernel import clock
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Number, Option, of_choices
from applications.kernel.queryline import folded
from applications.kernel.search import Holds, held_in
from applications.templatetags.grants import badge, day, instant, won


def waiting(by):
    return [
        Option(
            "signature", _("Waits for our signature"), where=Q(pk__in=to_be_signed().order_by().values("pk"))
        ),
        Option(
            "overdue", _("Not signed in time"), where=Q(pk__in=unsigned_in_time(clock.today()).values("pk"))
        ),
    ]


def link(agreement):
    return format_html('<a href="{}">{}</a>', agreement.get_absolute_url(), agreement.number)


def sign_by(agreement):
    if not agreement.is_overdue:
        return day(agreement.sign_by)
    return format_html("<span>{} {}</span>", day(agreement.sign_by), badge("overdue", _("Overdue")))


def amount(name, label, **more):
    """A column with an amount of the agreement."""
    return Column(
        name.removesuffix("_krw"), label, lambda a: getattr(a, name), (name,), show=lambda a: won(getattr(a, name)),
        numeric=True, **more,
    )  # fmt: skip


def on_day(name, label):
    """A column with a day of the agreement."""
    return Column(
        name, label, lambda a: getattr(a, name), (name,), show=lambda a: day(getattr(a, name)),
        order=(name, "id"), usual=False, css="nowrap",
    )  # fmt: skip


AGREEMENTS = List(
    "agreements",
    columns=(
        Column("number", _("Number"), lambda a: a.number, ("number",), show=link, order=("number",), css="nowrap"),
        Column("firm", _("Firm"), lambda a: a.application.firm.name, ("application__firm__name",), order=("application__firm__name", "id"), then=("drafted", "grant")),
        Column("status", _("Status"), lambda a: str(a.get_status_display()), ("status",), show=lambda a: badge(a.status, a.get_status_display()),
               order=("status", "-drafted_at", "-id"), then=("sign_by", "grant", "number")),
        amount("grant_krw", _("Grant (won)"), order=("grant_krw", "id"), largest=True),
        amount("paid_krw", _("Paid (won)")),
        Column("sign_by", _("Sign by"), lambda a: a.sign_by, ("sign_by", "status"), show=sign_by, order=("sign_by", "id"), css="nowrap"),
        Column("title", _("Title"), lambda a: a.application.title, ("application__title",), usual=False),
        Column("application", _("Application"), lambda a: a.application.number, ("application__number",), usual=False, css="nowrap"),
        Column("call", _("Call"), lambda a: a.application.call.number, ("application__call__number",), usual=False, css="nowrap"),
        amount("total_krw", _("Total cost (won)"), usual=False),
        amount("cash_krw", _("Own share in cash (won)"), usual=False),
        Column("left", _("Left (won)"), lambda a: a.left_krw, ("grant_krw", "paid_krw"), show=lambda a: won(a.left_krw), numeric=True, usual=False),
        on_day("starts_on", _("begins")),
        on_day("ends_on", _("ends")),
        Column("drafted", _("Drafted"), lambda a: a.drafted_at, ("drafted_at",), show=lambda a: instant(a.drafted_at), order=("drafted_at", "id"), largest=True, usual=False, css="nowrap"),
        Column("in_force", _("In force"), lambda a: a.in_force_at, ("in_force_at",), show=lambda a: instant(a.in_force_at), usual=False, css="nowrap"),
    ),
    filters=(
        Choice("status", _("Status"), "status", of_choices(Agreement.Status), "status:offered", shown="chips"),
        Choice("call", _("Call"), "application__call", calls, "call:RC"),
        Number("grant", _("Grant (won)"), "grant_krw", "grant:>=100,000,000"),
        Day("drafted", _("Drafted"), "drafted_at", "drafted:>2027-01-20"),
        Choice("waiting", _("Waits for an answer"), "", waiting, "waiting:overdue", shown=""),
    ),
    sort="-drafted",
    words=_("Number, firm, title or business number"),
    rows=lambda by: Agreement.objects.visible_to(by),
    address="agreement:desk",
    holds=lambda word: Q(Holds("application__search_text", folded(word))) | held_in(word, "number"),
    file=Taken("agreement.export", "agreements"),
)  # fmt: skip
