"""The institutions of a project beside the firm that applies: what is typed of them, who has confirmed, what is wrong.

What a firm typed is plain data: Application.institutions, a list of rows {column: text or whole won}, and
Application.demand, {"name", "number", "item"}. What an institution was asked to agree to is a row of Partner.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from applications.firms.models import Firm
from applications.firms.rules import is_business_number, number_wrong
from applications.intake.budget import RATES, Plan, Share, lead, percent, rates_of, won
from applications.intake.models.partners import Partner
from applications.kernel.errors import Gap

JOINT, COMMISSIONED, DEMAND = Partner.Part.JOINT, Partner.Part.COMMISSIONED, Partner.Part.DEMAND
MOST = 10
PAPERS = {JOINT: "D11", COMMISSIONED: "D11", DEMAND: "D12"}  # the letter of who is not registered here


@dataclass(frozen=True)
class Named:
    """One institution as it is typed, complete enough to be asked."""

    part: str
    number: str
    name: str
    role: str
    field: str
    grant: int = 0
    cash: int = 0
    in_kind: int = 0

    @property
    def label(self):
        return Partner.Part(self.part).label

    @property
    def terms(self):
        """As Partner.terms."""
        return (self.part, self.number, self.role, self.grant, self.cash, self.in_kind)


def of(application):
    """The consortium of an application, with what our own tables know of it: no query where nobody is named."""
    named = [row["number"] for row in application.institutions if is_business_number(row.get("number", ""))]
    if is_business_number(application.demand.get("number", "")):
        named.append(application.demand["number"])
    if not named and not application.demand:
        return Consortium(application, [], [])
    firms = Firm.objects.filter(business_number__in=named).only("business_number", "size")
    # Changes to what was handed in are confirmed by its partners too, where their terms stay the same.
    asked_in = [pk for pk in (application.pk, application.amends_id) if pk]
    partners = (
        Partner.objects.standing()
        .filter(application__in=asked_in)
        .select_related("answered_by", "firm")
        .order_by("pk")
    )
    return Consortium(application, firms, partners)


class Consortium:
    """All that is typed, beside the firms that are registered here and the partners that were asked."""

    def __init__(self, application, firms, partners):
        self.application, self.rows = application, list(enumerate(application.institutions))
        self.registered, self.partners = firms, list(partners)

    @cached_property
    def firms(self):
        """{business number: firm} of those that are registered here."""
        return {firm.business_number: firm for firm in self.registered}

    @cached_property
    def named(self):
        """Everybody who can be asked: each once, with a right number that is not the firm's own."""
        counted, own = self.numbers, self.application.firm.business_number
        found = [
            Named(
                row["part"], row["number"], row["name"], row["role"], cell(place, "number"),
                *(amount(row, column) for column in ("grant", "cash", "in_kind")),
            )
            for place, row in self.rows
            if not gaps_of(place, row) and counted[row["number"]] == 1 and row["number"] != own
        ]  # fmt: skip
        demand = self.application.demand
        if demand and not self.demand_faults():
            number = demand.get("number", "")
            found.append(Named(DEMAND, number, demand["name"], demand["item"], "demand_name"))
        return found

    @cached_property
    def numbers(self):
        return Counter(row.get("number", "") for _place, row in self.rows)

    @cached_property
    def shares(self):
        """The parts of the joint institutions; one that was asked here counts by the size class of its profile.

        Before it is asked nothing tells whether a number is registered.
        """
        return [share for _place, _row, share in self.joint]

    @cached_property
    def joint(self):
        """[(place, row, share)] of the joint institutions whose amounts can be told."""
        found = []
        asked = {partner.firm.business_number: partner.firm for partner in self.partners if partner.firm}
        for place, row in self.rows:
            firm = asked.get(row.get("number"))
            size = firm.size if firm else row.get("size")
            if row.get("part") == JOINT and size in RATES:
                amounts = (amount(row, column) for column in ("grant", "cash", "in_kind"))
                found.append((place, row, Share(size, *amounts)))
        return found

    def faults(self):
        """What in the list of institutions cannot be, each beside its cell."""
        found, own = [], self.application.firm.business_number
        for place, row in self.rows:
            found += gaps_of(place, row)
            number = row.get("number", "")
            if number and number == own:
                said = _("Your own firm is the lead; please name other institutions only.")
                found.append(of_row(place, row, "number", said))
            elif number and self.numbers[number] > 1:
                found.append(of_row(place, row, "number", _("An institution is named once only.")))
        for place, row, share in self.joint:
            found += faults_of_share(place, row, share)
        return found + self.demand_faults() + self.faults_of_the_sum()

    def demand_faults(self):
        demand, number = self.application.demand, self.application.demand.get("number", "")
        if not demand:
            return []
        found = [
            gap(_("Missing: %(what)s") % {"what": what}, f"demand_{column}")
            for column, what in (("name", _("name of the demand company")), ("item", _("item in demand")))
            if not demand.get(column)
        ]
        if number and not is_business_number(number):
            said = f"{_('Demand company')}: {number_wrong(number)[0].text}"  # it also stands in lists
            found.append(gap(said, "demand_number"))
        if number and number == self.application.firm.business_number:
            found.append(gap(_("Your own firm cannot be its own demand company."), "demand_number"))
        return found

    def faults_of_the_sum(self):
        """The parts of the others are within the whole, and what is subcontracted within its cost item."""
        plan, found = Plan(self.application.budget), []
        own = lead(plan, self.application.firm.size, self.shares)
        for krw, what, whole in (
            (own.grant, _("the grant asked for"), plan.requested),
            (own.cash, _("the own share in cash"), plan.own_cash),
            (own.in_kind, _("the own share in kind"), plan.in_kind),
        ):
            if self.shares and krw < 0 <= whole:  # a whole that cannot be is said of the budget
                said = _("The joint institutions together have more than %(what)s: %(krw)s won.")
                found.append(gap(said % {"what": what, "krw": won(whole)}, "institutions"))
        item = plan.cost("subcontract")
        commissioned = sum(
            amount(row, "grant") for _place, row in self.rows if row.get("part") == COMMISSIONED
        )
        if commissioned > item:
            said = _("More is subcontracted than the cost item holds: %(krw)s won.") % {"krw": won(item)}
            found.append(gap(said, "institutions"))
        return found

    def partner_of(self, named):
        """The partner that was asked exactly this, or None."""
        return next((partner for partner in self.partners if partner.terms == named.terms), None)

    def before(self, named):
        """The same institution as it was asked earlier, on whatever terms."""
        key = key_of(named.part, named.number)
        return [one for one in self.partners if key_of(one.part, one.business_number) == key]

    def states(self, present):
        """[(named, partner, state)] of everybody who can be asked. present: codes of the papers that are there.

        state: to_ask, asked, accepted, declined, or by letter: letter, no_letter.
        """
        found = []
        for named in self.named:
            partner = self.partner_of(named)
            if partner is None:
                state = "to_ask"
            elif partner.firm_id:
                state = partner.status
            else:
                state = "letter" if PAPERS[named.part] in present else "no_letter"
            found.append((named, partner, state))
        return found

    def unsettled(self, present, papers):
        """Who has neither confirmed nor sent a letter (docs/domain.md, eligibility E15).

        present: codes of the papers that are there; papers: {code: section} of all that the call takes.
        """
        said = {
            "to_ask": _("%(name)s is not asked yet: please save this section."),
            "asked": _("%(name)s has not confirmed yet."),
            "declined": _("%(name)s has declined."),
        }
        found = []
        for named, _partner, state in self.states(present):
            words = {"name": named.name, "paper": PAPERS[named.part]}
            if state in said:
                found.append(gap(said[state] % words, named.field))
            elif state == "no_letter" and words["paper"] in papers:
                text = _("%(name)s is not registered here: please upload its letter (%(paper)s).") % words
                found.append(Gap(text, f"paper_{words['paper']}", papers[words["paper"]]))
            elif state == "no_letter":
                text = _(
                    "%(name)s is not registered here: please ask it to register, then save this section."
                )
                found.append(gap(text % words, named.field))
        return found

    def rows_of_shares(self):
        """[(name, size, share, its rates)] of every institution, the firm itself first: none where it stands alone."""
        if not self.shares:
            return []
        firm = self.application.firm
        own = lead(Plan(self.application.budget), firm.size, self.shares)
        rows = [(firm.name, own), *((name_of(place, row), share) for place, row, share in self.joint)]
        return [
            (name, share, percent(RATES[share.size].most), percent(RATES[share.size].least))
            for name, share in rows
            if share.is_possible
        ]


def rates(application):
    """Most that the state gives and least that is paid in cash, of a whole project (docs/domain.md, consortium)."""
    others, size = of(application).shares, application.firm.size
    return rates_of([lead(Plan(application.budget), size, others), *others])


def key_of(part, number):
    """Who an institution is: a demand company may take part in the research too, and has a row for each."""
    return (part == DEMAND, number)


def amount(row, column):
    value = row.get(column)
    return value if isinstance(value, int) else 0


def cell(place, column):
    return f"institutions-{place}-{column}"


def gap(text, field):
    return Gap(text, field, "partners")


def gaps_of(place, row):
    """What is open or unreadable in one row."""
    asked = {
        "name": _("name of the institution"),
        "number": _("business registration number"),
        "part": _("how it takes part"),
        "role": _("its role"),
    }
    if row.get("part") != COMMISSIONED:
        asked["size"] = _("its size class")
    found = [
        of_row(place, row, column, _("Missing: %(what)s") % {"what": what})
        for column, what in asked.items()
        if not row.get(column)
    ]
    if row.get("number") and not is_business_number(row["number"]):
        found.append(of_row(place, row, "number", number_wrong(row["number"])[0].text))
    if row.get("part") == COMMISSIONED and (row.get("cash") or row.get("in_kind")):
        said = _("A subcontracted institution is paid by you and has no own share.")
        found.append(of_row(place, row, "cash" if row.get("cash") else "in_kind", said))
    return found + [
        of_row(place, row, column, _("Please enter the amount in whole won, in digits."))
        for column in ("grant", "cash", "in_kind")
        if isinstance(row.get(column), str) and row[column]
    ]


def of_row(place, row, column, text):
    """What is said of one cell; it names the institution, for it also stands in lists."""
    return gap(f"{name_of(place, row)}: {text}", cell(place, column))


def name_of(place, row):
    """What an institution is called, also while its name is not written yet."""
    return row.get("name") or _("Institution %(number)d") % {"number": place + 1}


def faults_of_share(place, row, share):
    """What the state gives one joint institution, and what it pays itself in cash, by its own size class."""
    rates, found = RATES[share.size], []
    if share.grant > share.most:
        said = _("By its size class the state gives at most %(percent)s%% of its cost: %(krw)s won.")
        words = {"percent": percent(rates.most), "krw": won(share.most)}
        found.append(of_row(place, row, "grant", said % words))
    if share.cash < share.least:
        said = _("At least %(percent)s%% of its own share is paid in cash: %(krw)s won.")
        words = {"percent": percent(rates.least), "krw": won(share.least)}
        found.append(of_row(place, row, "cash", said % words))
    return found
