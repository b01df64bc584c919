"""Firms as rows of an officer's workbook: what each row would do, and how it is written."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.firms import actions, rules
from applications.firms.models import Firm
from applications.kernel import cells, clock
from applications.kernel.cells import Wrong
from applications.kernel.forms import MOST_KRW
from applications.kernel.lists import Option, of_choices
from applications.kernel.sheets import Field, Outcome, Planned, Sheet
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology

NUMBER_WRONG = _("This is not a valid business registration number. Please check the ten digits.")
TERMS = {"region": Region, "field": IndustryField, "industry": DemandIndustry}
MOST_EMPLOYEES = 1_000_000


def terms(table):
    """The options that the words in force today are, each by its code and its names in both languages."""
    return lambda: [
        Option(term.code, str(term), term, words=(term.name, term.name_en))
        for term in table.objects.valid_on(clock.today())
    ]


def choices(labels):
    return lambda: of_choices(labels)(None)


def phone(kind, text):
    if kind == "n":
        raise Wrong(
            gettext(
                "Please write the telephone number as text: the spreadsheet has taken its first zero away."
            )
        )
    return cells.line(20)(kind, text)


@dataclass(frozen=True)
class Words:
    """Every word that a row may name, by its code, read once for all rows."""

    options: dict  # {field: {code: Option}}

    @classmethod
    def read(cls):
        return cls(
            {
                one.name: {option.code: option for option in one.options()}
                for one in FIRMS.fields
                if one.options
            }
        )

    def shown(self, name, value):
        """A value as people read it."""
        known = self.options.get(name)
        if known is None:
            return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        codes = value if isinstance(value, list) else [value]
        return ", ".join(str(known[code].label) if code in known else code for code in codes)


def plan(rows):
    """What each row would do: a new firm, another profile of one that is nobody's yet, nothing, or what is wrong."""
    words, first = Words.read(), {}
    numbers = {values["business_number"] for _line, values in rows}
    there = {
        firm.business_number: firm
        for firm in Firm.objects.filter(business_number__in=numbers)
        .select_related("region", "field", "industry")
        .prefetch_related("technologies", "members")
    }
    planned = []
    for line, values in rows:
        faults = faults_of(values, first.setdefault(values["business_number"], line), line)
        firm = there.get(values["business_number"])
        planned.append(Planned(Outcome.WRONG, faults=faults) if faults else planned_for(firm, values, words))
    return planned


def faults_of(values, first, line):
    """What is wrong with a row by itself, or beside the rows above it. first: the first line with its number."""
    faults = [["business_number", str(reason)] for reason in rules.number_wrong(values["business_number"])]
    if first != line:
        faults.append(
            ["business_number", gettext("This firm stands in row %(line)d already.") % {"line": first}]
        )
    if date.fromisoformat(values["founded_on"]) > clock.today():
        faults.append(["founded_on", gettext("This date is still to come.")])
    return faults


def planned_for(firm, values, words):
    if firm is None:
        return Planned(Outcome.NEW)
    if firm.members.all():
        return Planned(Outcome.SAME, faults=[["business_number", str(rules.KEPT_BY_ITS_PEOPLE)]])
    now = values_of(firm)
    changed = [one.name for one in FIRMS.fields if now[one.name] != values.get(one.name, "")]
    if not changed:
        return Planned(Outcome.SAME, faults=[["", gettext("It is here already, with the same words.")]])
    return Planned(
        Outcome.CHANGED,
        before={name: words.shown(name, now[name]) for name in changed},
        after={name: words.shown(name, values.get(name, "")) for name in changed},
    )


def values_of(firm):
    """A firm as a row would say it."""
    values = {one.name: getattr(firm, one.name) for one in FIRMS.fields if one.name != "technologies"}
    values |= {name: getattr(firm, name).code for name in TERMS}
    values["founded_on"] = firm.founded_on.isoformat()
    values["technologies"] = sorted(technology.code for technology in firm.technologies.all())
    return values


def write(row, by, note):
    """Make or change the firm of a row."""
    profile = {"corporate_number": "", **row.values}
    profile |= {name: table.objects.get(code=profile[name]) for name, table in TERMS.items()}
    profile["founded_on"] = date.fromisoformat(profile["founded_on"])
    profile["technologies"] = list(RootTechnology.objects.filter(code__in=profile["technologies"]))
    actions.bring_in(**profile, by=by, note=note)


FIRMS = Sheet(
    "firms",
    _("Firms"),
    lead=("business_number", "name"),
    fields=(
        Field("business_number", _("Business registration number"), cells.digits(10, NUMBER_WRONG), _("Ten digits, for example 110-81-00062."), as_text=True),
        Field("name", _("Firm name"), cells.line(100)),
        Field("representative", _("Representative"), cells.line(60)),
        Field("corporate_number", _("Corporate registration number"), cells.digits(13, _("A corporate registration number has 13 digits.")), _("13 digits; leave empty if you are a sole proprietor."), required=False, as_text=True),
        Field("founded_on", _("Business opened on"), cells.day, _("As on the certificate of business registration.")),
        Field("size", _("Size"), options=choices(Firm.Size)),
        Field("track", _("Track"), options=choices(Firm.Track)),
        Field("region", _("Region"), options=terms(Region)),
        Field("address", _("Address"), cells.line(200)),
        Field("phone", _("Telephone"), phone, as_text=True),
        Field("ksic", _("Industry code (KSIC)"), cells.digits(5, _("An industry code has five digits."), fill=1), as_text=True),
        Field("technologies", _("Root technologies"), hint=_("One or more of the words, with commas between them."), many=True, options=terms(RootTechnology)),
        Field("field", _("Field"), options=terms(IndustryField)),
        Field("industry", _("Main demand industry"), options=terms(DemandIndustry)),
        Field("employees", _("Full-time employees"), cells.whole(MOST_EMPLOYEES)),
        Field("sales_krw", _("Sales of last year (won)"), cells.whole(MOST_KRW)),
    ),
    plan=plan,
    write=write,
)  # fmt: skip
