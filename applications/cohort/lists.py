"""The list of designations as data. They are some hundreds; whoever may not read certificates gets it without links to them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.cohort.models import Seat
from applications.firms.models import Firm
from applications.firms.rules import business_number_in
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, List, Number, Option, of_choices, of_terms
from applications.kernel.queryline import folded
from applications.kernel.search import Holds, held_in
from applications.kernel.taxonomy import IndustryField, Region
from applications.templatetags.grants import day


def held(by):
    return [
        Option("held", _("Designation valid"), "held", where=Q(ended_on=None)),
        Option("ended", _("Designation ended"), "ended", where=Q(ended_on__isnull=False)),
    ]


def with_certificate(seat):
    certificate = getattr(seat, "certificate", None)  # one that was brought in from a list has none
    if certificate is None:
        return seat.number
    address = reverse("cohort:certificate", args=[certificate.key])
    return format_html('<a href="{}">{}<span class="visually-hidden"> PDF</span></a>', address, seat.number)


def ended(seat):
    return f"{day(seat.ended_on)} {seat.get_end_display()}" if seat.ended_on else ""


def or_to_end(seat):
    if seat.ended_on:
        return ended(seat)
    return format_html(
        '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
        reverse("cohort:end", args=[seat.key]), _("End"), seat.firm.name,
    )  # fmt: skip


def seats(*, reads, ends):
    """The list; reads: with the certificates; ends: with the way to end a designation."""
    certificate = ("certificate__key",) if reads else ()
    return List(
        "seats",
        columns=(
            Column("number", _("Number"), lambda s: s.number, ("number", *certificate), show=with_certificate if reads else None, order=("number",), css="nowrap"),
            Column("place", _("Seat"), lambda s: s.place, ("place",), numeric=True),
            Column("firm", _("Firm"), lambda s: s.firm.name, ("firm__name",), order=("firm__name", "id")),
            Column("field", _("Field"), lambda s: str(s.field), ("field__name", "field__name_en")),
            Column("region", _("Region"), lambda s: str(s.region), ("region__name", "region__name_en")),
            Column("designated", _("Designated on"), lambda s: s.designated_on, ("designated_on",), show=lambda s: day(s.designated_on), order=("designated_on", "id"), largest=True, css="nowrap"),
            Column("ended", _("Ended"), ended, ("ended_on", "end", "firm__name"), show=or_to_end if ends else None),
            Column("year", _("Year"), lambda s: s.year, ("year",), order=("year", "id"), then=("number", "firm"), largest=True, numeric=True, usual=False),
            Column("firm_number", _("Business number"), lambda s: s.firm.shown_number, ("firm__business_number",), usual=False, css="nowrap"),
            Column("size", _("Size"), lambda s: str(s.firm.get_size_display()), ("firm__size",), usual=False),
        ),
        filters=(
            Choice("held", _("Designation"), "", held, "held:ended", shown="chips"),
            Choice("field", _("Field"), "field", of_terms(IndustryField), _("field:giga")),
            Choice("region", _("Region"), "region", of_terms(Region), _("region:seoul")),
            Choice("size", _("Size"), "firm__size", of_choices(Firm.Size), "size:small", shown=""),
            Number("year", _("Year"), "year", "year:2027"),
        ),
        sort="-designated",
        words=_("Designation number, firm or business number"),
        rows=lambda by: Seat.objects.visible_to(by),
        address="cohort:desk",
        numbers=(("firm__business_number", business_number_in),),
        holds=lambda word: Q(Holds("firm__search_text", folded(word))) | held_in(word, "number"),
        file=Taken("cohort.export", "designations"),
    )  # fmt: skip


SEATS, SEATS_TO_END, SEATS_ALONE = (
    seats(reads=True, ends=False),
    seats(reads=True, ends=True),
    seats(reads=False, ends=False),
)


def seats_for(user):
    """The list as this person reads it."""
    if user.has_perm("cohort.end"):
        return SEATS_TO_END
    return SEATS if user.has_perm("certificate.list") else SEATS_ALONE
