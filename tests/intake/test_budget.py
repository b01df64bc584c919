"""The budget: sums, shares and limits, asked without a database."""

from fractions import Fraction
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from applications.firms.models import Firm
from applications.intake.budget import (
    CELLS,
    ITEMS,
    RATES,
    Plan,
    Share,
    amounts,
    faults,
    figures,
    largest_grant,
    lead,
    least_cash,
    missing,
    money_faults,
    percent,
    rates_of,
)
from applications.intake.consortium import Consortium
from applications.intake.models import Application
from tests.world import NUMBERS

SIZES = st.sampled_from(list(RATES))
WON = st.integers(0, 10**11)
BUDGETS = st.dictionaries(st.sampled_from(list(CELLS)), WON | st.just("many"), max_size=12)
TABLE = [  # docs/domain.md, cost sharing: size class, total, most from the state, own share, least in cash, most in kind
    ("small", 800_000_000, 600_000_000, 200_000_000, 20_000_000, 180_000_000),
    ("mid", 800_000_000, 560_000_000, 240_000_000, 31_200_000, 208_800_000),
    ("early_mid", 800_000_000, 560_000_000, 240_000_000, 24_000_000, 216_000_000),
    ("large", 800_000_000, 400_000_000, 400_000_000, 60_000_000, 340_000_000),
    ("nonprofit", 800_000_000, 800_000_000, 0, 0, 0),
    ("small", 333_333_000, 249_999_000, 83_334_000, 8_334_000, 75_000_000),
]


def plan(total, requested, in_kind, **more):
    return Plan(
        {"personnel_cash": total - in_kind, "equipment_in_kind": in_kind, "requested": requested, **more}
    )


def said(typed, size="small", ceiling=None, others=()):
    return [(fault.field, str(fault)) for fault in faults(Plan(typed), size, ceiling, others)]


# Who pays


@pytest.mark.parametrize(("size", "total", "grant", "own", "cash", "in_kind"), TABLE)
def test_the_largest_grant_is_rounded_down_and_the_least_cash_up(size, total, grant, own, cash, in_kind):
    most = largest_grant(RATES[size], total)
    least = least_cash(RATES[size], total - most)

    assert (most, total - most, least, total - most - least) == (grant, own, cash, in_kind)


@pytest.mark.parametrize(("size", "total", "grant", "own", "cash", "in_kind"), TABLE)
def test_the_table_holds_to_the_won_as_a_budget(size, total, grant, own, cash, in_kind):
    wanted = plan(total, grant, in_kind)

    assert (wanted.own, wanted.own_cash) == (own, cash)
    assert faults(wanted, size, None) == []
    if own:
        assert [fault.field for fault in faults(plan(total, grant, in_kind + 1), size, None)] == ["own_cash"]
        assert "requested" in [fault.field for fault in faults(plan(total, grant + 1, 0), size, None)]


@given(SIZES, st.integers(0, 10**13))
def test_the_largest_grant_and_its_least_cash_are_never_refused(size, total):
    grant = largest_grant(RATES[size], total)
    cash = least_cash(RATES[size], total - grant)

    assert grant % 1000 == 0
    assert 0 <= cash <= total - grant
    assert faults(plan(total, grant, total - grant - cash), size, None) == []


@given(BUDGETS)
def test_the_parts_sum_to_the_whole(typed):
    budget = Plan(typed)

    assert budget.total == sum(budget.cost(code) for code in ITEMS) == sum(row[-1] for row in budget.rows)
    assert budget.total == budget.cash + budget.in_kind == budget.requested + budget.own_cash + budget.in_kind
    if budget.payers:
        assert sum(krw for _code, _payer, krw, _percent, _before in budget.payers) == budget.total
        assert all(
            abs(before + share - after) <= 0.2
            for (*_, share, before), (*_rest, after) in pairwise(budget.payers)
        )


@given(SIZES, BUDGETS, st.none() | WON)
def test_where_nothing_is_said_no_share_and_no_item_passes_its_limit(size, typed, ceiling):
    budget = Plan(typed)
    if not budget.has_costs or faults(budget, size, ceiling):
        return

    rates, direct = RATES[size], budget.cost(*[code for code in ITEMS if code != "indirect"])
    assert budget.requested <= budget.total * rates.most
    assert budget.own_cash >= budget.own * rates.least
    assert 0 <= budget.in_kind <= budget.own
    assert not ceiling or budget.requested <= ceiling
    assert budget.cost("indirect") * 10 <= direct
    assert budget.cost("allowance") * 5 <= budget.cost("personnel", "students")
    assert budget.cost("subcontract") * 10 <= direct * 4
    assert not budget.unreadable
    assert all(figure.holds for figure in figures(budget, size, ceiling))


@given(SIZES, BUDGETS)
def test_what_is_stored_is_what_is_computed_or_nothing(size, typed):
    stored = amounts(typed)

    assert all(krw is None or krw >= 0 for krw in stored.values())
    if None not in stored.values():
        budget = Plan(typed)
        assert stored == {
            "total_krw": budget.total, "requested_krw": budget.requested, "cash_krw": budget.own_cash,
        }  # fmt: skip


# What is said


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        (
            {"requested": 800_000_001},
            [("requested", "The grant is more than the total cost.")],
        ),
        (
            {"requested": 600_000_001, "equipment_in_kind": 0, "personnel_cash": 800_000_000},
            [("requested", "For your size class the state gives at most 75% of your cost: 600,000,000 won.")],
        ),
        (
            {"requested": 599_000_000},
            [("own_cash", "At least 10% of your own share is paid in cash: 20,100,000 won.")],
        ),
        (
            {"requested": 640_000_000},
            [
                (
                    "requested",
                    "For your size class the state gives at most 75% of your cost: 600,000,000 won.",
                ),
                ("in_kind", "In kind counts as own share only: at most 160,000,000 won."),
            ],
        ),
        (
            {"levy_cash": "many"},
            [("levy_cash", "R&D levies, In cash: please enter the amount in whole won, in digits.")],
        ),
    ],
)
def test_one_won_too_far_is_said_beside_its_cell(change, expected):
    typed = {"personnel_cash": 615_000_000, "equipment_in_kind": 185_000_000, "requested": 480_000_000}

    assert said(typed | change) == expected


@pytest.mark.usefixtures("english")
def test_the_ceiling_of_the_call_holds():
    typed = {"personnel_cash": 800_000_000, "requested": 480_000_001}

    assert said(typed, ceiling=480_000_001) == []
    assert said(typed, ceiling=480_000_000) == [("requested", "The ceiling of this call is 480,000,000 won.")]


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("item", "most", "expected"),
    [
        # direct cost in cash 100,000,000, without subcontracted and international research and levies
        ("indirect_cash", 10_000_000, "Indirect cost is at most 10% of the direct cost that counts: 10,000,000 won."),
        ("allowance_cash", 32_000_000, "The research allowance is at most 20% of the personnel cost: 32,000,000 won."),
        (
            "subcontract_cash", 120_000_000,
            "Subcontracted research is at most 40% of the direct cost: 120,000,000 won.",
        ),
    ],
)  # fmt: skip
def test_the_limits_of_items(item, most, expected):
    typed = {
        "personnel_cash": 60_000_000, "personnel_in_kind": 60_000_000, "students_cash": 40_000_000, "requested": 0,
        "international_cash": 15_000_000, "levy_cash": 5_000_000,
    }  # fmt: skip
    if item == "subcontract_cash":
        typed["subcontract_cash"] = most

    assert said(typed | {item: most}) == []
    assert said(typed | {item: most + 1_000}) == [(item, expected)]


def test_what_is_open_is_missing_but_not_wrong():
    assert said({}) == said({"requested": 5}) == []
    assert [gap.field for gap in missing(Plan({}))] == ["personnel_cash", "requested"]
    assert [gap.field for gap in missing(Plan({"levy_cash": 1}))] == ["requested"]
    assert missing(Plan({"levy_cash": "?", "requested": "?"})) == []


@pytest.mark.usefixtures("english")
def test_each_figure_explains_itself_with_the_numbers_of_the_firm():
    typed = {"personnel_cash": 540_000_000, "equipment_in_kind": 260_000_000, "requested": 480_000_000}

    shown = [(figure.label, figure.krw, figure.how) for figure in figures(Plan(typed), "small", 600_000_000)]

    assert shown == [
        ("Total cost", 800_000_000, "540,000,000 in cash + 260,000,000 in kind"),
        ("Grant asked for", 480_000_000, "The ceiling of one grant in this call"),
        ("Grant asked for", 480_000_000, "75% of 800,000,000, rounded down to a thousand"),
        ("Own share", 320_000_000, "800,000,000 − 480,000,000 of the grant"),
        ("Own share in kind", 260_000_000, "In kind counts as own share only"),
        (
            "Own share in cash", 60_000_000,
            "320,000,000 − 260,000,000 in kind; at least 10% of 320,000,000, rounded up to a thousand",
        ),
    ]  # fmt: skip


# With other institutions, and as a whole


def test_the_part_of_the_firm_is_the_whole_without_the_others():
    others = [Share("nonprofit", 100, 0, 0), Share("large", 50, 30, 20)]

    own = lead(Plan({"personnel_cash": 400, "equipment_in_kind": 100, "requested": 300}), "small", others)

    assert own == Share("small", 150, 70, 80)
    assert (own.total, own.own) == (300, 150)


def test_the_firm_keeps_its_own_shares_whatever_the_others_have():
    typed = {"personnel_cash": 900_000_000, "requested": 700_000_000}
    university = Share("nonprofit", 100_000_000, 0, 0)

    assert [field for field, _text in said(typed)] == ["requested"]
    assert said(typed, others=[university]) == []
    assert [field for field, _text in said(typed | {"requested": 700_001_000}, others=[university])] == [
        "requested"
    ]


@pytest.mark.usefixtures("english")
def test_more_in_kind_than_the_own_share_is_said_once_with_partners_too():
    typed = {"personnel_cash": 700_000_000, "equipment_in_kind": 300_000_000, "requested": 600_000_000}

    assert said_of_all(typed, joint(grant=100_000_000, cash=0, in_kind=0, size="nonprofit")) == []
    assert said_of_all(
        typed | {"requested": 750_000_000}, joint(grant=500_000_000, cash=1, size="nonprofit")
    ) == [("in_kind", "In kind counts as own share only: at most 250,000,000 won.")]


@pytest.mark.usefixtures("english")
def test_a_grant_above_the_total_hides_no_other_limit_and_is_not_said_of_the_partners():
    typed = {"materials_cash": 100_000_000, "indirect_cash": 10_001_000, "requested": 110_001_001}

    assert said_of_all(typed, joint(grant=60_000_000, cash=15_000_000, in_kind=5_000_000), ceiling=10**8) == [
        ("requested", "The grant is more than the total cost."),
        ("requested", "The ceiling of this call is 100,000,000 won."),
        ("indirect_cash", "Indirect cost is at most 10% of the direct cost that counts: 10,000,000 won."),
        (
            "institutions",
            "The joint institutions together have more than the own share in kind: 0 won.",
        ),
    ]


def joint(**changes):
    return {"part": "joint", "size": "small", "grant": 0, "cash": 0, "in_kind": 0} | changes


def said_of_all(typed, *rows, size="small", ceiling=None):
    """What is said of the budget and of the institutions beside the firm, [(field, text)]."""
    others = whole(typed, rows, size)
    found = faults(Plan(typed), size, ceiling, others.shares) + others.faults()
    return [(fault.field, str(fault)) for fault in found]


def whole(typed, rows, size):
    """The consortium of a project with these amounts."""
    named = [
        {"name": f"Partner {place}", "number": NUMBERS[place], "role": "Builds the mould"} | row
        for place, row in enumerate(rows, 1)
    ]
    firm = Firm(business_number=NUMBERS[0], size=size)
    return Consortium(Application(firm=firm, budget=typed, institutions=named), [], [])


MILLIONS = st.integers(0, 12).map(lambda count: count * 1_000_000)
JOINT = st.fixed_dictionaries(
    {"part": st.just("joint"), "size": SIZES, "grant": MILLIONS, "cash": MILLIONS, "in_kind": MILLIONS}
)
COMMISSIONED = st.fixed_dictionaries({"part": st.just("commissioned"), "grant": MILLIONS})
ROWS = st.lists(JOINT | COMMISSIONED, max_size=3)
SMALL_BUDGETS = st.dictionaries(st.sampled_from(list(CELLS)), MILLIONS, min_size=1, max_size=8)


def can_be(plan, size, ceiling, others, commissioned):
    """Whether a project can be paid for like this, asked anew of every part and every limit."""
    parts = [lead(plan, size, others), *others]
    direct = plan.total - plan.cost("indirect")
    base = sum(plan.amount(f"{code}_cash") for code in ITEMS) - sum(
        plan.amount(f"{code}_cash") for code in ("indirect", "subcontract", "international", "levy")
    )
    return (
        all(part.is_possible and part.grant <= part.most and part.cash >= part.least for part in parts)
        and (not ceiling or plan.requested <= ceiling)
        and plan.cost("indirect") <= base * 10 // 100 // 1000 * 1000
        and plan.cost("allowance") <= plan.cost("personnel", "students") * 20 // 100 // 1000 * 1000
        and plan.cost("subcontract") <= direct * 40 // 100 // 1000 * 1000
        and commissioned <= plan.cost("subcontract")
    )


@given(SMALL_BUDGETS, ROWS, SIZES, st.none() | MILLIONS)
def test_something_is_said_exactly_where_a_project_cannot_be_and_nothing_twice(typed, rows, size, ceiling):
    plan = Plan(typed)
    if not plan.has_costs:
        return
    others = whole(typed, rows, size)
    commissioned = sum(row["grant"] for row in rows if row["part"] == "commissioned")

    with translation.override("en"):
        found = said_of_all(typed, *rows, size=size, ceiling=ceiling)

    assert (found == []) == can_be(plan, size, ceiling, others.shares, commissioned)
    assert len(found) == len(set(found))
    assert not [text for _field, text in found if "-" in text]


@given(st.lists(st.tuples(SIZES, st.integers(1, 10**9)), min_size=1, max_size=4))
def test_the_largest_grant_and_the_least_cash_of_every_institution_make_a_whole(parts):
    shares = []
    for size, total in parts:
        grant = largest_grant(RATES[size], total)
        cash = least_cash(RATES[size], total - grant)
        shares.append(Share(size, grant, cash, total - grant - cash))
    in_kind = sum(share.in_kind for share in shares)
    typed = {
        "materials_cash": sum(share.grant + share.cash for share in shares), "equipment_in_kind": in_kind,
        "requested": sum(share.grant for share in shares),
    }  # fmt: skip
    others = [joint(size=s.size, grant=s.grant, cash=s.cash, in_kind=s.in_kind) for s in shares[1:]]

    assert said_of_all(typed, *others, size=shares[0].size) == []


SHARES = st.builds(Share, SIZES, WON, WON, WON)


@given(st.lists(SHARES, min_size=1, max_size=5))
def test_the_rates_of_a_whole_give_it_what_its_institutions_get(shares):
    rates, total, own = rates_of(shares), sum(s.total for s in shares), sum(s.own for s in shares)

    assert largest_grant(rates, total) == sum(share.most for share in shares)
    assert 0 <= least_cash(rates, own) - sum(share.least for share in shares) < 1000


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"total_krw": 599_999_999}, [("requested_krw", "The grant is more than the total cost.")]),
        (
            {"total_krw": 799_999_999, "cash_krw": 20_001_000},
            [("requested_krw", "By size class the state gives at most 75% of the total: 599,999,000 won.")],
        ),
        (
            {"cash_krw": 19_999_999},
            [("cash_krw", "At least 10% of the own share is paid in cash: 20,000,000 won.")],
        ),
        ({"cash_krw": 200_000_001}, [("cash_krw", "More cash than the own share of 200,000,000 won.")]),
        ({"cash_krw": 200_000_000}, []),
    ],
)
def test_terms_of_an_agreement_one_won_too_far_are_refused(change, expected):
    terms = {"total_krw": 800_000_000, "requested_krw": 600_000_000, "cash_krw": 20_000_000} | change

    assert [(f.field, str(f)) for f in money_faults(RATES["small"], 600_000_000, **terms)] == expected


@pytest.mark.parametrize(
    ("most", "shown"), [((3, 4), "75"), ((31, 40), "77.5"), ((2, 3), "66.6"), ((1, 1), "100"), ((0, 1), "0")]
)
def test_a_rate_is_shown_with_one_place_at_most(most, shown):
    assert percent(Fraction(*most)) == shown
