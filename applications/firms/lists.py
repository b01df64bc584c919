"""The list of firms as data. Nothing in it leads to a person: the ministry reads it too."""

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm, Namesake
from applications.firms.rules import business_number_in
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, List, Number, Option, of_choices, of_terms
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region
from applications.templatetags.grants import day, won

ALIKE = Exists(Namesake.objects.filter(firm=OuterRef("pk")))


def link(firm):
    shown = format_html('<a href="{}">{}</a>', firm.get_absolute_url(), firm.name)
    if not firm.has_namesake:
        return shown
    return format_html('{} <span class="badge badge-warning">{}</span>', shown, _("Similar name"))


def alike(by):
    return [Option("yes", _("Similar name"), where=Q(ALIKE))]


FIRMS = List(
    "firms",
    columns=(
        Column("name", _("Firm"), lambda f: f.name, ("name",), show=link, order=("name", "id")),
        Column("number", _("Business number"), lambda f: f.shown_number, ("business_number",), order=("business_number",), css="nowrap"),
        Column("field", _("Field"), lambda f: str(f.field), ("field__name", "field__name_en")),
        Column("region", _("Region"), lambda f: str(f.region), ("region__name", "region__name_en")),
        Column("size", _("Size"), lambda f: str(f.get_size_display()), ("size",)),
        Column("track", _("Track"), lambda f: str(f.get_track_display()), ("track",), usual=False),
        Column("industry", _("Main demand industry"), lambda f: str(f.industry), ("industry__name", "industry__name_en"), usual=False),
        Column("founded_on", _("Business opened on"), lambda f: f.founded_on, ("founded_on",), show=lambda f: day(f.founded_on), usual=False),
        Column("employees", _("Full-time employees"), lambda f: f.employees, ("employees",), numeric=True, usual=False),
        Column("sales", _("Sales of last year (won)"), lambda f: f.sales_krw, ("sales_krw",), show=lambda f: won(f.sales_krw), numeric=True, usual=False),
    ),
    filters=(
        Choice("field", _("Field"), "field", of_terms(IndustryField), _("field:giga")),
        Choice("region", _("Region"), "region", of_terms(Region), _("region:seoul")),
        Choice("size", _("Size"), "size", of_choices(Firm.Size)),
        Choice("track", _("Track"), "track", of_choices(Firm.Track), "track:venture", shown=""),
        Choice("industry", _("Main demand industry"), "industry", of_terms(DemandIndustry), "industry:D01", shown=""),
        Choice("alike", _("Similar name"), "", alike, "alike:yes", shown="chips"),
        Number("employees", _("Full-time employees"), "employees", "employees:>=50"),
        Number("sales", _("Sales of last year (won)"), "sales_krw", "sales:>=10,000,000,000"),
    ),
    sort="name",
    words=_("Name or business number"),
    rows=lambda by: Firm.objects.visible_to(by).annotate(has_namesake=ALIKE),
    address="firms:list",
    numbers=(("business_number", business_number_in),),
    file=Taken("firm.export", "firms"),
)  # fmt: skip
