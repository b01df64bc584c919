"""The list of the review desk as data: what stands in intake/lists.py, and how far each review is."""

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.calls.stages import Stage
from applications.intake.lists import DESK, NUMBERS, SCORED
from applications.intake.models import Status
from applications.kernel.lists import Choice, Column, List, Number, Option, of_choices
from applications.kernel.queryline import folded
from applications.review.models import Assignment
from applications.review.queries import in_review
from applications.review.visited import to_decide

ME = ("me", "나")


@dataclass(frozen=True)
class Reviewer:
    """A filter by a reviewer's name; "me" stands for whom one asked, or for oneself."""

    name: str
    label: str
    example: str

    def typed(self, text, asked):
        if not folded(text):
            return None
        sheets = Assignment.objects.filter(application=OuterRef("pk"))
        if folded(text) in ME:
            return Q(Exists(sheets.filter(Q(assigned_by=asked.by) | Q(reviewer=asked.by))))
        return Q(Exists(sheets.filter(reviewer__name__icontains=text)))


def waiting(by):
    return [
        Option("review", _("In review"), where=Q(pk__in=in_review().values("pk"))),
        Option("visit", _("Site visits to be decided"), where=Q(pk__in=to_decide().values("pk"))),
    ]


def link(application):
    return format_html(
        '<a href="{}">{}</a>', reverse("review:case", args=[application.key]), application.number
    )


OF_DESK = {column.name: column for column in DESK.columns}
FILTERS = {one.name: one for one in DESK.filters}

REVIEWS = List(
    "reviews",
    columns=(
        Column("number", _("Number"), lambda a: a.number, ("number",), show=link, order=("number",), css="nowrap"),
        OF_DESK["firm"],
        OF_DESK["field"],
        OF_DESK["status"],
        Column("stage", _("Stage"), lambda a: str(a.stage or ""), ("stage__kind",)),
        Column("sheets", _("Sheets"), lambda a: f"{a.sheets} / {a.asked}", ("sheets",), numeric=True),
        Column("conflicts", _("Conflicts"), lambda a: a.stepped_back, (), numeric=True),
        Column("score", _("Final score"), OF_DESK["score"].value, ("final_score",), show=OF_DESK["score"].show,
               order=("scored", "id"), largest=True, numeric=True),
        Column("spread", _("Spread"), OF_DESK["spread"].value, ("spread",), show=OF_DESK["spread"].show, numeric=True),
        Column("submitted", _("Arrived"), OF_DESK["submitted"].value, ("submitted_at",), show=OF_DESK["submitted"].show,
               order=("submitted_at", "id"), largest=True, css="nowrap", usual=False),
        *(replace(OF_DESK[name], usual=False) for name in ("title", "region", "call", "base_score", "bonus", "penalty", "firm_size", "firm_track")),
    ),
    filters=(
        Choice("status", _("Status"), "status", of_choices(Status, Status.IN_REVIEW, Status.REVIEWED), shown="chips"),
        Choice("stage", _("Stage"), "stage__kind", of_choices(Stage.Kind), "stage:paper"),
        *(FILTERS[name] for name in ("call", "field", "region", "score")),
        Number("sheets", _("Sheets"), "sheets", "sheets:<3"),
        Reviewer("reviewer", _("Reviewer"), "reviewer:me"),
        FILTERS["submitted"],
        Choice("waiting", _("Waits for an answer"), "", waiting, shown=""),
    ),
    sort="-submitted",
    words=_("Number, firm, title or business number"),
    expressions={"scored": SCORED},
    numbers=NUMBERS,
)  # fmt: skip
