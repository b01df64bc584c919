"""The rules E01 to E17 of the screening, each alone: what passes, what fails, what needs a person, and what they say."""

from datetime import date, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake import screening
from applications.intake.facts import (
    Balance,
    Facts,
    GivenUp,
    Lookup,
    Paper,
    Running,
    Similar,
    likeness,
)
from applications.intake.verdicts import ANSWERS, looked_at, print_of, verdicts
from applications.kernel.terms import FIELDS, NATURAL, TECHNOLOGIES

pytestmark = pytest.mark.usefixtures("english")

CLOSING = date(2027, 1, 29)
OVER, UNDER = CLOSING - timedelta(days=2), CLOSING
BASE = {
    "business_number": "9998110376", "size": "small", "track": "root", "founded_on": date(2010, 1, 4), "field": "F2",
    "closing": CLOSING,
}  # fmt: skip
PLAN = {"D01": Paper("Plan", "aa", None)}
DATED = frozenset({"D02", "D03", "D05", "D06", "D08", "D09"})
MARCH = date(2027, 3, 31)


def of(**facts):
    return Facts(**(BASE | facts))


def paper(code, expires_on):
    return {code: Paper(f"Paper {code}", code, expires_on)}


def says(code, **facts):
    return tuple(screening.RULES[code](of(**facts)))


def year(number, *, equity=100, debts=100, current=100, due=50):
    return Balance(number, equity, debts, current, due)


TAXES = paper("D05", CLOSING) | paper("D06", CLOSING)
SMALL = {"balances": (year(2026),), "sales": 5_000_000_000, "employees": 30}
SEEN = Lookup("passed", "Report of 20 Jan", date(2027, 1, 30), "SP-2027-0001")
FOUND = SEEN._replace(outcome="failed", evidence="On the list of 20 Jan")


def leading(*months, members=(), leads="yes", **more):
    """What the firm declares of its leader and researchers. members: how many projects each has at once."""
    rows = [
        {"name": f"Project {number}", "agency": "", "months": left} for number, left in enumerate(months, 1)
    ]
    given = {"leads": leads, "lead_projects": rows, "members": [{"projects": count} for count in members]}
    return {"is_rnd": True, "declared": given} | more


def like(percent, *, funded=False):
    return (Similar("RD-2026-0007", "A plan", Fraction(percent, 100), funded),)


CASES = [
    ("E01", "passed", {"standing": "active", "asked_on": CLOSING}),
    ("E01", "failed", {"standing": "ended", "asked_on": CLOSING}),
    ("E01", "failed", {"standing": "active", "business_number": "9998110377"}),
    ("E01", "person", {"standing": "suspended", "asked_on": CLOSING}),
    ("E01", "person", {}),
    ("E02", "passed", {"papers": paper("D09", UNDER)}),
    ("E02", "failed", {"size": "large", "papers": paper("D09", UNDER)}),
    ("E02", "failed", {"papers": paper("D09", OVER)}),
    ("E02", "person", {"papers": paper("D09", None)}),
    ("E02", "person", {"size": "early_mid", "sales": 300_000_000_000, "papers": paper("D09", UNDER)}),
    ("E02", "passed", {"size": "early_mid", "sales": 299_999_999_999, "papers": paper("D09", UNDER)}),
    ("E02", "person", {}),
    ("E03", "passed", {"papers": paper("D08", UNDER)}),
    ("E03", "passed", {"track": "conversion"}),
    ("E03", "failed", {"papers": paper("D08", OVER)}),
    ("E03", "failed", {"asked_papers": frozenset({"D08"})}),
    ("E03", "person", {"papers": paper("D08", None)}),
    ("E04", "passed", {"technologies": frozenset({"T01"}), "open_to": ("F1", "F2")}),
    ("E04", "failed", {"technologies": frozenset({"T01"}), "open_to": ("F1", "F3")}),
    ("E04", "person", {"technologies": frozenset({"T05"})}),
    ("E05", "passed", {}),
    ("E05", "passed", {"opening_changed_on": date(2027, 1, 20)}),  # without limits it makes no difference
    ("E05", "passed", {"least_years": 17, "most_years": 18}),
    ("E05", "failed", {"most_years": 17}),  # the seventeenth year was over before the closing day
    ("E05", "passed", {"founded_on": date(2020, 1, 29), "most_years": 7}),  # it ends on that very day
    ("E05", "failed", {"founded_on": date(2020, 1, 28), "most_years": 7}),
    ("E05", "passed", {"founded_on": date(2024, 1, 29), "least_years": 3}),
    ("E05", "failed", {"founded_on": date(2024, 1, 30), "least_years": 3}),
    ("E05", "failed", {"most_years": 16}),
    ("E05", "person", {"least_years": 17, "opening_changed_on": date(2027, 1, 20)}),
    ("E06", "passed", {"papers": TAXES}),
    ("E06", "failed", {"papers": TAXES | paper("D06", OVER)}),
    ("E06", "failed", {"papers": paper("D06", UNDER), "asked_papers": frozenset({"D05", "D06"})}),
    ("E06", "person", {"papers": TAXES | paper("D05", None)}),
    ("E06", "person", {}),
    ("E07", "passed", {"lookups": {"E07": SEEN}, "declared": {"in_default": "no"}}),
    ("E07", "failed", {"lookups": {"E07": FOUND}, "declared": {"in_default": "no"}}),
    ("E07", "failed", {"declared": {"in_default": "yes", "recovery": "no"}, "lookups": {"E07": SEEN}}),
    ("E07", "person", {"declared": {"in_default": "yes", "recovery": "yes"}}),
    ("E07", "person", {"declared": {"in_default": "no"}, "lookups": {"E10": SEEN}}),
    ("E07", "person", {}),
    ("E08", "passed", {"founded_on": date(2024, 1, 30)}),
    ("E08", "passed", {"balances": (year(2026), year(2025))}),
    ("E08", "passed", {"balances": (year(2026, debts=640), year(2025, debts=499))}),
    ("E08", "failed", {"balances": (year(2026, debts=500), year(2025, debts=500))}),
    ("E08", "failed", {"balances": (year(2026, debts=640), year(2025, equity=-1))}),
    ("E08", "failed", {"balances": (year(2026, equity=0), year(2025))}),
    ("E08", "failed", {"balances": (year(2026, current=25), year(2025, current=20))}),
    ("E08", "passed", {"balances": (year(2026, current=25), year(2025, current=26))}),
    ("E08", "person", {"balances": (year(2026, debts=640),)}),
    ("E08", "person", {}),
    ("E09", "passed", SMALL),
    ("E09", "passed", SMALL | {"declared": {"audit": "none"}, "sales": 10_000_000_000}),  # one of four
    ("E09", "failed", SMALL | {"declared": {"audit": "disclaimer"}}),
    ("E09", "failed", {"declared": {"audit": "adverse"}}),
    ("E09", "person", SMALL | {"declared": {"audit": "qualified"}}),
    ("E09", "person", SMALL | {"declared": {"audit": "none"}, "sales": 10_000_000_000, "employees": 100}),
    ("E09", "person", SMALL | {"sales": 50_000_000_000}),
    ("E09", "person", {"declared": {"audit": "none"}}),
    ("E10", "passed", {"lookups": {"E10": SEEN}}),
    ("E10", "failed", {"declared": {"barred": "yes"}, "lookups": {"E10": SEEN}}),
    ("E10", "person", {"declared": {"barred": "no"}}),
    ("E10", "person", {"barred": ("Gave marks away",), "lookups": {"E10": SEEN}}),
    ("E11", "passed", {}),  # no R&D
    ("E11", "passed", leading(24, 7, 6, 6)),
    ("E11", "passed", leading(leads="no", members=(5, 1))),
    ("E11", "failed", leading(24, 12, 7)),
    ("E11", "failed", leading(24, 12, None)),  # an end that is not declared counts
    ("E11", "failed", leading(leads="no", members=(1, 6))),
    ("E11", "person", leading(leads="no", members=(1, None))),
    ("E11", "person", leading(leads="yes")),
    ("E11", "person", {"is_rnd": True}),
    ("E11", "person", leading(leads="no", running=(Running("AG-2026-0001", date(2027, 7, 30)),))),
    ("E11", "passed", leading(leads="no", running=(Running("AG-2026-0001", date(2027, 7, 29)),))),
    ("E11", "passed", leading(24, running=(Running("AG-2026-0001", date(2027, 7, 30)),))),
    ("E12", "passed", {}),
    ("E12", "failed", {"designated": "제2026-새싹-001호"}),
    ("E12", "failed", {"is_rnd": True, "similar": like(100, funded=True)}),
    ("E12", "person", {"is_rnd": True, "similar": like(100)}),
    ("E12", "person", {"is_rnd": True, "similar": like(80, funded=True)}),
    ("E12", "person", {"is_rnd": True, "declared": {"similar": "yes", "similar_projects": [{"name": "Old"}]}}),
    ("E12", "person", {"is_rnd": True, "declared": {"similar": "no"}}),
    ("E13", "passed", {}),
    ("E13", "failed", {"others": 1}),
    ("E13", "person", {"siblings": ("SP-2027-0004",)}),
    ("E13", "person", {"takes_part_in": ("RD-2027-0004",)}),
    ("E14", "passed", {"lookups": {"E14": SEEN}}),
    ("E14", "failed", {"declared": {"social": "yes"}}),
    ("E14", "person", {"declared": {"social": "no"}}),
    ("E15", "passed", {}),
    ("E15", "passed", {"partners": 2}),
    ("E15", "failed", {"partners": 2, "unsettled": ("Second has declined.",), "by_letter": ("Institute",)}),
    ("E15", "person", {"partners": 2, "by_letter": ("Institute",)}),
    ("E16", "passed", {"papers": PLAN | TAXES, "dated": DATED}),
    ("E16", "passed", {"papers": PLAN, "dated": DATED}),
    ("E16", "failed", {"papers": PLAN | paper("D02", OVER), "dated": DATED}),
    ("E16", "person", {"papers": PLAN | TAXES | paper("D02", None), "dated": DATED}),
    ("E17", "passed", {}),
    ("E17", "passed", {"given_up": (GivenUp(date(2024, 1, 28), "revoked"),)}),
    ("E17", "failed", {"given_up": (GivenUp(date(2024, 1, 29), "revoked"),)}),
    ("E17", "person", {"given_up": (GivenUp(date(2025, 5, 1), "given_up", "Another owner"),)}),
    ("E17", "person", {"given_up": (GivenUp(date(2025, 5, 1), "returned"),)}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "outcome", "facts"), CASES)
def test_a_rule_passes_fails_or_needs_a_person(code, outcome, facts):
    assert says(code, **facts)[0] == outcome


def test_every_rule_has_a_case_of_each_outcome():
    assert {(code, outcome) for code, outcome, _facts in CASES} == {
        (code, outcome) for code in screening.RULES for outcome in ("passed", "failed", "person")
    }


# The cases of the domain that are injected (X1 ...), each with what it says


@pytest.mark.parametrize(
    ("case", "code", "facts", "said"),
    [
        ("x1", "E08", {"balances": (year(2026, debts=640), year(2025, debts=512))},
         ("failed", "2026: debts 640.0%, liquidity 200.0%; 2025: debts 512.0%, liquidity 200.0%. Debts of 500% and more two years running.")),
        ("x2", "E03", {"papers": paper("D08", OVER)},
         ("failed", "Paper D08: valid until 27 Jan 2027, the call closed on 29 Jan 2027.")),
        ("x2", "E16", {"papers": paper("D08", OVER)},
         ("failed", "Not valid on the closing day: Paper D08 (27 Jan 2027).")),
        ("x3", "E01", {"standing": "ended", "asked_on": CLOSING},
         ("failed", "Closed, as the tax office said on 29 Jan 2027.")),
        ("x4", "E01", {"standing": "suspended", "asked_on": CLOSING},
         ("person", "Suspended, as the tax office said on 29 Jan 2027.")),
        ("x5", "E06", {"papers": paper("D06", UNDER), "asked_papers": frozenset({"D05", "D06"})},
         ("failed", "the paper (D05) is missing. Paper D06: valid until 29 Jan 2027.")),
        ("x6", "E11", leading(24, 12, 8),
         ("failed", "Projects led by the leader, this one counted: 4 of at most 3; of a researcher up to 1 of at most 5.")),
        ("x14", "E01", {"business_number": "9998110377", "standing": "active"},
         ("failed", "The business registration number is not valid.")),
        ("x17", "E05", {"opening_changed_on": date(2027, 1, 20), "most_years": 20},
         ("person", "17 years in business on the closing day, since 4 Jan 2010. The firm wrote this day on 20 Jan 2027, after the call was published; please compare it with the paper D02.")),
        ("x18", "E02", {"size": "early_mid", "sales": 264_000_000_000, "papers": paper("D09", MARCH)},
         ("passed", "Mid-size firm under 300 billion won of sales; Paper D09: valid until 31 Mar 2027.")),
    ],
)  # fmt: skip
def test_injected_cases(case, code, facts, said):
    assert says(code, **facts) == said


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        ("E04", {"technologies": frozenset({"T03", "T02"})}, "A technology of the plan is usual in its field (F2: T02, T03)."),
        ("E07", {"lookups": {"E07": SEEN}}, "Looked up on 30 Jan 2027 for SP-2027-0001: Report of 20 Jan"),
        ("E07", {"declared": {"in_default": "no"}},
         "The firm declares that this is not so. Is the firm on the list of defaulters, or in recovery or bankruptcy? Please ask for its credit."),
        ("E11", leading(leads="no", running=(Running("AG-2026-0001", MARCH + timedelta(days=365)),)),
         "Projects led by the leader, this one counted: 1 of at most 3; of a researcher up to 1 of at most 5, but the firm has these running here: AG-2026-0001. Who leads them?"),
        ("E12", {"is_rnd": True, "similar": like(85) + like(30)},
         "Plans of the firm that read alike: RD-2026-0007 A plan (85%). Does the project repeat one that was funded before? Please look in the register of national R&D (NTIS)."),
        ("E13", {"takes_part_in": ("RD-2027-0004", "RD-2027-0009")},
         "The firm is a partner in these of the same call: RD-2027-0004, RD-2027-0009. Does the call allow it?"),
        ("E15", {"by_letter": ("Institute",), "partners": 1}, "A letter speaks for: Institute. Is it signed, and for this project?"),
        ("E17", {"given_up": (GivenUp(date(2025, 5, 1), "given_up", "Another owner"),)},
         "Given up by the firm: 1 May 2025: Another owner. Was it justified? If not, points are taken off."),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_looked_at(code, facts, said):
    assert says(code, **facts)[1] == said


def test_every_field_has_technologies_of_its_own_list():
    assert list(NATURAL) == [code for code, *_names in FIELDS]
    assert frozenset().union(*NATURAL.values()) <= {code for _group, code, *_names in TECHNOLOGIES}


MONEY = st.integers(0, 10**13)


@given(MONEY, MONEY, MONEY, MONEY, MONEY, MONEY)
def test_debts_of_five_times_the_equity_two_years_running_never_pass(equity, more, krw, before, rest, due):
    last = Balance(2026, equity, equity * 5 + more, krw, due)
    earlier = Balance(2025, before, before * 5 + rest, krw, due)

    assert says("E08", balances=(last, earlier))[0] == "failed"


@given(st.lists(st.one_of(st.none(), st.integers(0, 600)), max_size=9))
def test_x6_no_leader_of_four_projects_ever_passes(months):
    outcome = says("E11", **leading(*months))[0]
    led = 1 + sum(left is None or left > 6 for left in months)

    assert outcome == ("failed" if led > 3 else "passed" if months else "person")


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_part_of_one_and_whole_for_the_same_text(first, second):
    assert 0 <= likeness(first, second) <= 1
    assert likeness(f"{first}x", f"{first} x") == 1
    assert likeness("abc", "xyz") == 0


# What a person decides stands over a rule


def check_of(code, outcome, papers):
    return SimpleNamespace(code=code, outcome=outcome, papers=papers)


def verdict(code, facts, *checks):
    found = verdicts(facts, {check.code: check for check in checks})
    return next((one.outcome, one.is_old, one.is_open) for one in found if one.code == code)


def test_a_person_stands_over_a_rule_until_its_papers_are_replaced():
    facts = of(papers=PLAN | paper("D08", OVER))
    seen = check_of("E03", "passed", {"D08": "D08"})
    earlier = check_of("E03", "passed", {"D08": "another file"})

    assert verdict("E03", facts) == ("failed", False, True)
    assert verdict("E03", facts, seen) == ("passed", False, False)
    assert verdict("E03", facts, earlier) == ("failed", True, True)
    assert verdict("E07", facts, check_of("E07", "failed", {})) == ("failed", False, True)


def test_and_until_an_answer_that_it_was_made_on_is_mended():
    facts, mended = of(declared={"barred": "no"}), of(declared={"barred": "yes"})
    seen = check_of("E10", "passed", looked_at("E10", facts))

    assert looked_at("E10", facts) == {"barred": print_of("no")}
    assert verdict("E10", facts, seen) == ("passed", False, False)
    assert verdict("E10", mended, seen) == ("failed", True, True)
    assert {code for code in ANSWERS if looked_at(code, of())} == set()


def test_points_to_be_taken_off_keep_nobody_out_but_their_question_does():
    revoked, returned = (of(given_up=(GivenUp(date(2025, 5, 1), how),)) for how in ("revoked", "returned"))

    assert verdict("E17", revoked) == ("failed", False, False)
    assert verdict("E17", returned) == ("person", False, True)
    assert verdict("E17", returned, check_of("E17", "failed", {})) == ("failed", False, False)
