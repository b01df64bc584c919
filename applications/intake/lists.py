"""The list of the screening desk as data: what it shows, what narrows it, what sorts it."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.calls.lists import calls
from applications.firms.models import Firm
from applications.firms.rules import business_number_in
from applications.intake.models import SCORED, Application, Status
from applications.intake.queries import (
    exclusions_to_confirm,
    supplements_run_out,
    to_be_screened,
    written_in_papers,
)
from applications.intake.reviewers import Reviewer
from applications.kernel import clock
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Number, Option, of_choices, of_terms
from applications.kernel.numbers import number_in
from applications.kernel.queryline import folded
from applications.kernel.taxonomy import IndustryField, Region
from applications.templatetags.grants import badge, day, instant, score, won

PASSED = (
    Status.IN_REVIEW, Status.REVIEWED, Status.SELECTED, Status.RESERVED, Status.DECLINED, Status.AGREED,
    Status.GIVEN_UP,
)  # fmt: skip


ELIGIBLE = Option("eligible", _("Eligible"), where=Q(status__in=PASSED), words=("적격",))


def statuses(by):
    return [
        Option(status.value, status.label, status.value) for status in Status if status != Status.DRAFT
    ] + [ELIGIBLE]


def waiting(by):
    return [
        Option("screening", _("To be screened"), where=Q(pk__in=to_be_screened().values("pk"))),
        Option("exclusion", _("Exclusion proposed"), where=Q(pk__in=exclusions_to_confirm().values("pk"))),
        Option(
            "overdue", _("Supplement overdue"), where=Q(pk__in=supplements_run_out(clock.now()).values("pk"))
        ),
    ]


@dataclass(frozen=True)
class Written:
    """A filter by what stands in the papers; typed only."""

    name: str
    label: str
    example: str

    def typed(self, text, asked):
        word = folded(text)
        return written_in_papers(word) if word else None


FILTERS = (
    Choice("status", _("Status"), "status", statuses, _("status:submitted,returned"), shown="chips"),
    Choice("call", _("Call"), "call", calls, "call:SP"),
    Choice("field", _("Field"), "field", of_terms(IndustryField), _("field:giga")),
    Choice("region", _("Region"), "firm__region", of_terms(Region), _("region:seoul")),
    Choice("size", _("Size"), "firm__size", of_choices(Firm.Size), "size:small", shown=""),
    Choice("track", _("Track"), "firm__track", of_choices(Firm.Track), "track:venture", shown=""),
    Number("score", _("Final score"), "final_score", "score:>=70"),
    Number("requested", _("Grant asked for"), "requested_krw", "requested:<=500,000,000"),
    Reviewer("reviewer", _("Reviewer"), "reviewer:me"),
    Day("submitted", _("Arrived"), "submitted_at", "submitted:>2027-01-20"),
    Choice("waiting", _("Waits for an answer"), "", waiting, "waiting:exclusion", shown=""),
    Written("text", _("Paper text"), _('text:"heat treatment"')),
)  # fmt: skip


def link(application):
    return format_html('<a href="{}">{}</a>', application.get_absolute_url(), application.number)


def of_firm(name, label, *, show=None, usual=False, **more):
    """A column with a field of the firm."""
    return Column(
        f"firm_{name}", label, lambda application: getattr(application.firm, name), (f"firm__{name}",),
        show=show and (lambda application: show(getattr(application.firm, name))), usual=usual, **more,
    )  # fmt: skip


def of_itself(name, label, *, show=None, usual=False, **more):
    """A column with a field of the application."""
    return Column(
        name, label, lambda application: getattr(application, name), (name,),
        show=show and (lambda application: show(getattr(application, name))), usual=usual, **more,
    )  # fmt: skip


def standing(application):
    """Its status, and whether its call was cancelled."""
    status = badge(application.status, application.get_status_display())
    if application.call.cancelled_at is None:
        return status
    return format_html("<span>{} {}</span>", status, badge("cancelled", _("Call cancelled")))


NUMBER = Column(
    "number", _("Number"), lambda a: a.number, ("number",), show=link, order=("number",), css="nowrap"
)
NUMBERS = (("number", number_in), ("firm__business_number", business_number_in))
FIRM = Column(
    "firm", _("Firm"), lambda a: a.firm.name, ("firm__name",), order=("firm__name", "id"), then=("submitted", "status", "score"),
)  # fmt: skip
FIELD = Column("field", _("Field"), lambda a: str(a.field or ""), ("field__name", "field__name_en"))
STATUS = Column(
    "status", _("Status"), lambda a: str(a.get_status_display()), ("status", "call__cancelled_at"),
    show=standing, order=("status", "-submitted_at", "-id"),
)  # fmt: skip
SCORE = Column(
    "score", _("Final score"), lambda a: a.final_score, ("final_score",), show=lambda a: score(a.final_score),
    order=("scored", "id"), largest=True, numeric=True, usual=False,
)  # fmt: skip

DESK = List(
    "desk",
    columns=(
        NUMBER,
        FIRM,
        of_itself("title", _("Title"), usual=True),
        FIELD,
        STATUS,
        Column(
            "submitted", _("Arrived"), lambda a: a.submitted_at, ("submitted_at",), show=lambda a: instant(a.submitted_at),
            order=("submitted_at", "id"), largest=True, css="nowrap",
        ),
        Column("region", _("Region"), lambda a: str(a.firm.region), ("firm__region__name", "firm__region__name_en"), usual=False),
        Column("call", _("Call"), lambda a: a.call.number, ("call__number",), usual=False),
        Column("call_title", _("Title of the call"), lambda a: a.call.title, ("call__title",), usual=False),
        SCORE,
        of_itself("base_score", _("Score of the sheets"), show=score, numeric=True),
        of_itself("bonus", _("Bonus points"), numeric=True),
        of_itself("penalty", _("Penalty points"), numeric=True),
        of_itself("spread", _("Spread"), show=score, numeric=True),
        of_itself("sheets", _("Sheets"), numeric=True),
        of_itself("total_krw", _("Total cost (won)"), show=won, numeric=True),
        of_itself("requested_krw", _("Grant asked for (won)"), show=won, numeric=True),
        of_itself("cash_krw", _("Own share in cash (won)"), show=won, numeric=True),
        of_itself("summary", _("Summary")),
        of_itself("reason", _("Reason")),
        of_itself("recalled_at", _("Recalled"), show=instant),
        of_itself("created_at", _("Begun"), show=instant),
        of_itself("changed_at", _("Changed"), show=instant),
        Column("firm_number", _("Business number"), lambda a: a.firm.shown_number, ("firm__business_number",), usual=False, css="nowrap"),
        of_firm("corporate_number", _("Corporate registration number")),
        of_firm("representative", _("Representative")),
        Column("firm_size", _("Size"), lambda a: str(a.firm.get_size_display()), ("firm__size",), usual=False),
        Column("firm_track", _("Track"), lambda a: str(a.firm.get_track_display()), ("firm__track",), usual=False),
        of_firm("founded_on", _("Business opened on"), show=day),
        of_firm("employees", _("Full-time employees"), numeric=True),
        of_firm("sales_krw", _("Sales of last year (won)"), show=won, numeric=True),
        Column("industry", _("Main demand industry"), lambda a: str(a.firm.industry), ("firm__industry__name", "firm__industry__name_en"), usual=False),
        of_firm("ksic", _("Industry code (KSIC)")),
        of_firm("address", _("Address")),
        of_firm("phone", _("Telephone")),
        of_firm("registered_at", _("Registered"), show=instant),
        Column("submitted_by", _("Submitted by"), lambda a: str(a.submitted_by or ""), ("submitted_by__name", "submitted_by__email"), usual=False),
        Column("created_by", _("Begun by"), lambda a: str(a.created_by), ("created_by__name", "created_by__email"), usual=False),
        Column("call_year", _("Programme year"), lambda a: a.call.year, ("call__year",), usual=False, numeric=True),
        Column("call_closes", _("Closing of the call"), lambda a: a.call.closes_at, ("call__closes_at",), show=lambda a: instant(a.call.closes_at), usual=False),
    ),
    filters=FILTERS,
    sort="-submitted",
    words=_("Number, firm, title or business number"),
    rows=lambda by: Application.objects.visible_to(by).handed_in(),
    address="intake:desk",
    expressions={"scored": SCORED},
    numbers=NUMBERS,
    file=Taken("application.export", "applications"),
)  # fmt: skip
