"""The budget of a project: what it costs, who pays, the limits, and how each figure comes about (docs/domain.md, budget).

What a firm typed is plain data in Application.budget: {"requested": amount, "<item>_cash": amount, "<item>_in_kind": amount}.
An amount is whole won, or the text as it was typed where it is none; what is left open is not there.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.firms.models import Firm
from applications.kernel.errors import Gap
from applications.kernel.money import ceil_thousand, floor_thousand

ITEMS = {  # 비목: 국가연구개발혁신법 제13조 제3항
    "personnel": gettext_lazy("Personnel"),
    "students": gettext_lazy("Student personnel"),
    "equipment": gettext_lazy("Facilities and equipment"),
    "materials": gettext_lazy("Research materials"),
    "subcontract": gettext_lazy("Subcontracted research"),
    "international": gettext_lazy("International joint research"),
    "levy": gettext_lazy("R&D levies"),
    "activities": gettext_lazy("Research activities"),
    "allowance": gettext_lazy("Research allowance"),
    "indirect": gettext_lazy("Indirect cost"),
}
WAYS = {"cash": gettext_lazy("In cash"), "in_kind": gettext_lazy("In kind")}
DIRECT = [code for code in ITEMS if code != "indirect"]
NO_BASE = ["subcontract", "international", "levy"]  # of direct cost, what indirect cost is not counted from
SHARES_VERSION = "2024-12-31"  # of the table below
SHARES = {  # size class: most the state gives (%), least of the own share in cash (%)
    Firm.Size.SMALL: (75, 10),
    Firm.Size.EARLY_MID: (70, 10),
    Firm.Size.MID: (70, 13),
    Firm.Size.LARGE: (50, 15),
    "nonprofit": (100, 0),
}
SIZES = [*Firm.Size.choices, ("nonprofit", gettext_lazy("University, institute or other non-profit"))]
SHARES_LAW = gettext_lazy("R&D Innovation Act, decree, article 19 and annex 1")
COST_LAW = gettext_lazy("Standard for the use of R&D funds")


class Rates(NamedTuple):
    """Most that the state gives of a cost, least of the own share that is paid in cash."""

    most: Fraction
    least: Fraction


RATES = {size: Rates(Fraction(most, 100), Fraction(least, 100)) for size, (most, least) in SHARES.items()}


def largest_grant(rates, total_krw):
    """The most that the state gives toward a cost, in won, rounded down to a thousand."""
    return floor_thousand(total_krw * rates.most.numerator // rates.most.denominator)


def least_cash(rates, own_krw):
    """The least of the own share that is paid in cash, in won, rounded up to a thousand but never above the share."""
    least = -(-own_krw * rates.least.numerator // rates.least.denominator)
    return min(own_krw, ceil_thousand(least))


def percent(rate):
    """A rate as people read it: 75, or 77.5 with what is beyond cut off."""
    whole, tenth = divmod(rate.numerator * 1000 // rate.denominator, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def won(krw):
    return f"{krw:,}"


@dataclass(frozen=True)
class Share:
    """What one institution's part of a project costs, and who pays it."""

    size: str
    grant: int
    cash: int
    in_kind: int

    @property
    def total(self):
        return self.grant + self.own

    @property
    def own(self):
        return self.cash + self.in_kind

    @property
    def most(self):
        return largest_grant(RATES[self.size], self.total)

    @property
    def least(self):
        return least_cash(RATES[self.size], self.own)

    @property
    def is_possible(self):
        return min(self.grant, self.cash, self.in_kind) >= 0


class Plan:
    """The amounts of a budget and their sums; what is open or no amount counts as nothing."""

    def __init__(self, typed):
        self.typed = typed
        self.requested = self.amount("requested")
        self.cash, self.in_kind = (sum(self.amount(f"{code}_{way}") for code in ITEMS) for way in WAYS)
        self.total = self.cash + self.in_kind
        self.own = self.total - self.requested
        self.own_cash = self.own - self.in_kind

    def amount(self, name):
        value = self.typed.get(name)
        return value if isinstance(value, int) else 0

    def cost(self, *codes):
        """What these items cost, in cash and in kind."""
        return sum(self.amount(f"{code}_{way}") for code in codes for way in WAYS)

    @property
    def unreadable(self):
        """Names of what was typed and is no amount."""
        return [name for name in CELLS if not isinstance(self.typed.get(name, 0), int)]

    @property
    def has_costs(self):
        return any(name in self.typed for name in CELLS if name != "requested")

    @property
    def rows(self):
        """[(code, item, in cash, in kind, both)] of the items that cost something."""
        rows = [
            (code, item, self.amount(f"{code}_cash"), self.amount(f"{code}_in_kind"), self.cost(code))
            for code, item in ITEMS.items()
        ]
        return [row for row in rows if row[-1]]

    @property
    def payers(self):
        """[(code, payer, won, percent of the total, percent of all before)] for a bar and its table; none where it cannot be."""
        if not self.total or min(self.own, self.own_cash) < 0:
            return []
        rows, before = [], 0
        for code, payer, krw in (
            ("grant", _("Grant of the state"), self.requested),
            ("cash", _("Own share in cash"), self.own_cash),
            ("in_kind", _("Own share in kind"), self.in_kind),
        ):
            rows.append(
                (code, payer, krw, round(krw * 100 / self.total, 1), round(before * 100 / self.total, 1))
            )
            before += krw
        return rows


CELLS = {f"{code}_{way}": (item, manner) for code, item in ITEMS.items() for way, manner in WAYS.items()} | {
    "requested": ()
}


AMOUNTS = ("total_krw", "requested_krw", "cash_krw")


def amounts(typed):
    """{column of AMOUNTS: won} as an application stores them; none where they cannot be told."""
    plan = Plan(typed)
    is_clear = set(plan.unreadable) <= {"requested"}
    total = plan.total if plan.has_costs and is_clear else None
    requested = plan.requested if isinstance(typed.get("requested"), int) else None
    known = None not in (total, requested) and plan.own_cash >= 0
    return dict(zip(AMOUNTS, (total, requested, plan.own_cash if known else None), strict=True))


def lead(plan, size, others):
    """The part of the firm itself: the whole without the parts of the other institutions."""
    return Share(
        size,
        plan.requested - sum(other.grant for other in others),
        plan.own_cash - sum(other.cash for other in others),
        plan.in_kind - sum(other.in_kind for other in others),
    )


@dataclass(frozen=True)
class Figure:
    """One figure of a budget: how it comes about, its bound if it has one, and what is said where it passes that."""

    label: str
    krw: int
    how: str = ""
    bound: int | None = None
    is_least: bool = False
    source: str = ""
    said: str = ""
    field: str = ""

    @property
    def holds(self):
        if self.bound is None:
            return True
        return self.krw >= self.bound if self.is_least else self.krw <= self.bound


def figures(plan, size, ceiling_krw, others=()):
    """Every figure of a budget that can be computed, in the order in which one follows from the other."""
    found = [
        Figure(
            _("Total cost"),
            plan.total,
            _("%(cash)s in cash + %(in_kind)s in kind")
            % {"cash": won(plan.cash), "in_kind": won(plan.in_kind)},
        )
    ]
    if plan.own < 0:
        found.append(
            Figure(_("Grant asked for"), plan.requested, _("The total cost"), plan.total, field="requested",
                   said=_("The grant is more than the total cost."))
        )  # fmt: skip
    if ceiling_krw:
        found.append(
            Figure(_("Grant asked for"), plan.requested, _("The ceiling of one grant in this call"), ceiling_krw,
                   source=_("Notice of the call"), field="requested",
                   said=_("The ceiling of this call is %(krw)s won.") % {"krw": won(ceiling_krw)})
        )  # fmt: skip
    return [*found, *of_shares(plan, size, others), *of_items(plan)]


def of_shares(plan, size, others):
    """What the state gives and the firm pays itself, for its own part of the project."""
    if plan.own < 0:
        return  # nothing is left to be shared
    part, rates = lead(plan, size, others), RATES[size]
    if others and not part.is_possible:
        if plan.own_cash < 0:
            yield of_in_kind(plan)
        return  # the other institutions have more than there is: said where they are written
    words = {"percent": percent(rates.most), "krw": won(part.most)}
    yield Figure(
        _("Your own part of the grant") if others else _("Grant asked for"),
        part.grant,
        _("%(percent)s%% of %(krw)s, rounded down to a thousand")
        % {"percent": words["percent"], "krw": won(part.total)},
        part.most,
        source=SHARES_LAW,
        field="requested",
        said=_("For your size class the state gives at most %(percent)s%% of your cost: %(krw)s won.")
        % words,
    )
    yield Figure(
        _("Own share"),
        part.own,
        _("%(total)s − %(grant)s of the grant") % {"total": won(part.total), "grant": won(part.grant)},
    )
    yield of_in_kind(part)
    if part.cash >= 0:
        yield Figure(
            _("Own share in cash"),
            part.cash,
            _("%(own)s − %(in_kind)s in kind; at least %(percent)s%% of %(own)s, rounded up to a thousand")
            % {
                "own": won(part.own),
                "in_kind": won(part.in_kind),
                "percent": percent(rates.least),
            },
            part.least,
            is_least=True,
            source=SHARES_LAW,
            field="own_cash",
            said=_("At least %(percent)s%% of your own share is paid in cash: %(krw)s won.")
            % {"percent": percent(rates.least), "krw": won(part.least)},
        )


def of_in_kind(part):
    """What is paid in kind of an own share, that of a Share or of a whole Plan."""
    return Figure(
        _("Own share in kind"),
        part.in_kind,
        _("In kind counts as own share only"),
        part.own,
        field="in_kind",
        said=_("In kind counts as own share only: at most %(krw)s won.") % {"krw": won(part.own)},
    )


def of_items(plan):
    """The limits of single cost items, for those that cost something."""
    direct, personnel = plan.cost(*DIRECT), plan.cost("personnel", "students")
    base = sum(plan.amount(f"{code}_cash") for code in DIRECT if code not in NO_BASE)
    if krw := plan.cost("indirect"):
        most = floor_thousand(base * 10 // 100)
        yield Figure(
            ITEMS["indirect"], krw,
            _("10%% of %(base)s: direct cost in cash without subcontracted and international research and levies")
            % {"base": won(base)},
            most, source=COST_LAW, field="indirect_cash",
            said=_("Indirect cost is at most 10%% of the direct cost that counts: %(krw)s won.") % {"krw": won(most)},
        )  # fmt: skip
    if krw := plan.cost("allowance"):
        most = floor_thousand(personnel * 20 // 100)
        yield Figure(
            ITEMS["allowance"], krw,
            _("20%% of %(base)s: personnel and student personnel") % {"base": won(personnel)},
            most, source=COST_LAW, field="allowance_cash",
            said=_("The research allowance is at most 20%% of the personnel cost: %(krw)s won.") % {"krw": won(most)},
        )  # fmt: skip
    if krw := plan.cost("subcontract"):
        most = floor_thousand(direct * 40 // 100)
        yield Figure(
            ITEMS["subcontract"], krw,
            _("40%% of %(base)s: all direct cost") % {"base": won(direct)},
            most, source=COST_LAW, field="subcontract_cash",
            said=_("Subcontracted research is at most 40%% of the direct cost: %(krw)s won.") % {"krw": won(most)},
        )  # fmt: skip


def faults(plan, size, ceiling_krw, others=()):
    """What in a budget cannot be; nothing is said of what is only open."""
    found = [
        Gap(
            _("%(cell)s: please enter the amount in whole won, in digits.") % {"cell": label(name)},
            name,
            "money",
        )
        for name in plan.unreadable
    ]
    if not plan.has_costs:
        return found
    return found + [
        Gap(figure.said, figure.field, "money")
        for figure in figures(plan, size, ceiling_krw, others)
        if not figure.holds
    ]


def missing(plan):
    """What a budget must have before it can be handed in."""
    found = []
    if not plan.has_costs:
        found.append(Gap(_("Missing: %(what)s") % {"what": _("cost items")}, "personnel_cash", "money"))
    if "requested" not in plan.typed:
        found.append(Gap(_("Missing: %(what)s") % {"what": _("grant asked for")}, "requested", "money"))
    return found


def label(name):
    """What a cell of a budget is called."""
    if name == "requested":
        return _("Grant asked for (won)")
    item, manner = CELLS[name]
    return _("%(item)s, %(manner)s") % {"item": item, "manner": manner}


def rates_of(shares):
    """The rates of a whole project, from the parts of its institutions, each by its own size class."""
    if len(shares) == 1:
        return RATES[shares[0].size]
    total, own = sum(share.total for share in shares), sum(share.own for share in shares)
    return Rates(
        Fraction(sum(share.most for share in shares), total or 1),
        Fraction(sum(share.least for share in shares), own or 1),
    )


def money_faults(rates, ceiling_krw, *, total_krw, requested_krw, cash_krw):
    """Why these amounts of a whole project cannot be agreed (docs/domain.md, cost sharing). All in won."""
    if requested_krw > total_krw:
        return [Gap(_("The grant is more than the total cost."), "requested_krw", "money")]
    own, faults = total_krw - requested_krw, []
    if ceiling_krw and requested_krw > ceiling_krw:
        said = _("The ceiling of this call is %(krw)s won.") % {"krw": won(ceiling_krw)}
        faults.append(Gap(said, "requested_krw", "money"))
    if requested_krw > (most := largest_grant(rates, total_krw)):
        said = _("By size class the state gives at most %(percent)s%% of the total: %(krw)s won.")
        faults.append(
            Gap(said % {"percent": percent(rates.most), "krw": won(most)}, "requested_krw", "money")
        )
    if cash_krw < (least := least_cash(rates, own)):
        said = _("At least %(percent)s%% of the own share is paid in cash: %(krw)s won.")
        faults.append(Gap(said % {"percent": percent(rates.least), "krw": won(least)}, "cash_krw", "money"))
    if cash_krw > own:
        said = _("More cash than the own share of %(krw)s won.") % {"krw": won(own)}
        faults.append(Gap(said, "cash_krw", "money"))
    return faults
