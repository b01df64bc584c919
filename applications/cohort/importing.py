"""Earlier designations as rows of an officer's workbook: what each row would do, and how it is written."""

from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.cohort import actions, rules
from applications.cohort.models import Seat
from applications.firms.importing import NUMBER_WRONG
from applications.firms.models import Firm
from applications.kernel import cells, clock
from applications.kernel.lists import of_choices, of_terms
from applications.kernel.sheets import Field, Outcome, Planned, Sheet
from applications.kernel.taxonomy import IndustryField

DATES = ("designated_on", "ended_on")


def read(values):
    """A row with its dates as dates, and with what is not filled in."""
    row = {"number": "", "end": "", "end_reason": "", "place": None, "ended_on": None} | values
    return row | {name: date.fromisoformat(row[name]) for name in DATES if row[name]}


class Known:
    """What stands in the cohort already, and what the rows above have taken."""

    def __init__(self, numbers):
        self.firms = {firm.business_number: firm for firm in Firm.objects.filter(business_number__in=numbers)}
        seats = list(Seat.objects.values_list("number", "place", "firm_id", "designated_on", "ended_on"))
        self.numbers = {number for number, *_rest in seats}
        self.begun = {(firm, begun) for _number, _place, firm, begun, _ended in seats}
        self.holders = {firm for _number, _place, firm, _begun, ended in seats if ended is None}
        self.places = {place for _number, place, _firm, _begun, ended in seats if ended is None}


def plan(rows):
    """What each row would do: a new designation, nothing, or what is wrong with it. None is ever changed by a file."""
    known = Known({values["business_number"] for _line, values in rows})
    read_rows = [read(values) for _line, values in rows]
    named = {row["place"] for row in read_rows if row["place"] and row["ended_on"] is None}
    return [planned_for(row, known, named) for row in read_rows]


def planned_for(row, known, named):
    """named: the seats that rows ask for by number, so that nobody else is put on them."""
    firm = known.firms.get(row["business_number"])
    if firm is None:
        said = gettext("No firm with this number is here. Please import the firms first.")
        return Planned(Outcome.WRONG, faults=[["business_number", said]])
    if (firm.pk, row["designated_on"]) in known.begun:
        return Planned(
            Outcome.SAME, faults=[["", gettext("A designation of this firm on this day is here already.")]]
        )
    faults = [[reason.field, str(reason)] for reason in rules.not_to_bring_in(row, today=clock.today())]
    held, place = row["ended_on"] is None, row["place"]
    if row["number"] and row["number"] in known.numbers:
        faults.append(["number", gettext("Another designation bears this number.")])
    if held and firm.pk in known.holders:
        faults.append(["business_number", gettext("This firm holds a seat already.")])
    if held and place in known.places:
        faults.append(["place", gettext("This seat is taken.")])
    if held and place is None and (place := rules.free_place(known.places | named)) is None:
        faults.append(["place", gettext("All hundred seats are held.")])
    if faults:
        return Planned(Outcome.WRONG, faults=faults)
    known.numbers.add(row["number"])
    known.begun.add((firm.pk, row["designated_on"]))
    if held:
        known.holders.add(firm.pk)
        known.places.add(place)
    return Planned(Outcome.NEW, after={"place": str(place)} if held else {})


def write(row, by, note):
    """Write down the designation of a row, on the seat that the dry run has shown."""
    said, place = read(row.values), row.after.get("place")
    firm = Firm.objects.select_related("region").get(business_number=said["business_number"])
    actions.bring_in(
        firm=firm, place=place and int(place), number=said["number"],
        field=IndustryField.objects.get(code=said["field"]),
        **{name: said[name] for name in ("year", "designated_on", "ended_on", "end", "end_reason")},
        by=by, note=note,
    )  # fmt: skip


COHORT = Sheet(
    "cohort",
    _("Cohort"),
    lead=("business_number", "designated_on"),
    fields=(
        Field("business_number", _("Business registration number"), cells.digits(10, NUMBER_WRONG), _("Of a firm that is here already; import the firms first."), as_text=True),
        Field("year", _("Year of selection"), cells.whole(2099)),
        Field("designated_on", _("Designated on"), cells.day, _("As on the certificate.")),
        Field("field", _("Field"), options=lambda: of_terms(IndustryField)(None)),
        Field("number", _("Number of the certificate"), cells.line(20), _("Leave it empty for the next one of its year."), required=False),
        Field("place", _("Seat"), cells.whole(1000), _("1 to 100; leave it empty for the lowest free one, and where it has ended."), required=False),
        Field("ended_on", _("Left on"), cells.day, _("Only where the designation has ended."), required=False),
        Field("end", _("How it ended"), options=lambda: of_choices(Seat.End)(None), required=False),
        Field("end_reason", _("Why it ended"), cells.line(500), required=False),
    ),
    plan=plan,
    write=write,
)  # fmt: skip
