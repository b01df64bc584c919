"""The rules C1 to C14 as pure rules: each matching, not matching, and at its edge (docs/domain.md, conflicts of interest)."""

from datetime import date
from types import SimpleNamespace

import pytest

from applications.calls.conflicts import RULES, declarations, unlawful, usual
from applications.review import conflicts
from applications.review.conflicts import Case, Judgement, Party, Person, Tie

pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.once]
TODAY = date(2027, 1, 10)
FIRM, PARTNER, OTHER = (
    Party("1108100062", "(주)한결몰드"),
    Party("1108100010", "Institute B"),
    Party("", "Maker C"),
)
KIMM = Tie(Party("1108100024", "KIMM"))


def at(to, role="employee", until=None, department=""):
    return Tie(to, role, until, department)


def person(*ties, **more):
    return Person(**{"name": "Kim", "email": "r@kimm.example", "ties": [*ties]} | more)


def case(**more):
    return Case(**{"firm": FIRM} | more)


def judged(judge, *of, until=None):
    return {"judged": [Judgement(judge, of, "RD-2026-0007", date(2025, 1, 9), until)]}


def codes(someone, facts=None, rules=None):
    found = conflicts.findings(someone, facts or case(), usual() if rules is None else rules, today=TODAY)
    return [finding.code for finding in found]


APPLICANT = {"applicants": [PARTNER]}
TAKES_PART = {"partners": [PARTNER, OTHER]}
LED_FROM_B = {"partners": [PARTNER], "leader": "Institute B 기계공학과 교수"}


EACH = [
    # C1: number, name without its legal form, mail; public providers say nothing
    (person(KIMM), {}, []),
    (person(at(Party("1108100062", "Another name"))), {}, ["C1"]),
    (person(at(Party("", "주식회사 한결 몰드"))), {}, ["C1"]),
    (person(KIMM, at(FIRM, "executive")), {}, ["C1"]),
    (person(at(Party("", ""))), {"firm": Party("1108100062", "")}, []),
    (person(KIMM, email="r@A.Example"), {"mail": {("a.example", FIRM)}}, ["C1"]),
    (person(KIMM, email="r@naver.com"), {"mail": {("naver.com", FIRM)}}, []),
    (person(KIMM, email="r@b.a.example"), {"mail": {("a.example", FIRM)}}, []),
    # C2: three years, the day of the anniversary is the last
    (person(KIMM, at(FIRM, until=date(2024, 1, 10))), {}, ["C2"]),
    (person(KIMM, at(FIRM, until=date(2024, 1, 9))), {}, []),
    (person(KIMM, at(FIRM, "adviser")), {}, ["C2"]),
    (person(KIMM, at(FIRM, "auditor", date(2026, 12, 31))), {}, ["C2"]),
    (person(KIMM, at(OTHER, until=date(2026, 12, 31))), {}, []),
    (person(KIMM, declared=[("C1", date(2025, 5, 1), False, True)]), {}, ["C2"]),
    # C3, C4: what was declared of the firm once goes on standing; C8, C9 for their years
    (person(KIMM, declared=[("C3", date(2019, 1, 1), False, True)]), {}, ["C3"]),
    (person(KIMM, declared=[("C4", date(2019, 1, 1), False, True)]), {}, ["C4"]),
    (person(KIMM, declared=[("C8", date(2024, 1, 10), False, False)]), {}, ["C8"]),
    (person(KIMM, declared=[("C8", date(2024, 1, 9), False, False)]), {}, []),
    (person(KIMM, declared=[("C9", date(2024, 1, 10), False, False)]), {}, ["C9"]),
    (person(KIMM, declared=[("C9", date(2024, 1, 9), False, False)]), {}, []),
    # C10 is of one plan: the same application only, in whatever stage
    (person(KIMM, declared=[("C10", date(2027, 1, 5), False, True)]), {}, []),
    (person(KIMM, declared=[("C10", date(2027, 1, 5), True, True)]), {}, ["C10"]),
    # C5: partners and the demand company, by number, name or mail
    (person(at(Party("1108100010", "B"))), TAKES_PART, ["C5"]),
    (person(at(Party("", "maker c"))), TAKES_PART, ["C5"]),
    (person(KIMM, email="r@b.example"), TAKES_PART | {"mail": {("b.example", PARTNER)}}, ["C5"]),
    (person(KIMM, at(PARTNER, until=date(2026, 12, 31))), TAKES_PART, []),
    # C6: the institution applies in the same call
    (person(at(PARTNER)), APPLICANT, ["C6"]),
    (person(at(PARTNER)), APPLICANT | TAKES_PART, ["C5", "C6"]),
    (person(at(FIRM)), {"applicants": [FIRM]}, ["C1"]),
    (person(at(PARTNER)), {"applicants": [OTHER]}, []),
    # C7: the lowest unit, not the institution alone
    (person(at(PARTNER, department="기계공학과")), LED_FROM_B, ["C5", "C7"]),
    (person(at(PARTNER, department="전자공학과")), LED_FROM_B, ["C5"]),
    (person(at(KIMM.to, department="기계공학과")), LED_FROM_B, []),
    (person(at(PARTNER, until=date(2026, 12, 31), department="기계공학과"), KIMM), LED_FROM_B, []),
    (person(KIMM, at(PARTNER, department="기계공학과")), LED_FROM_B, ["C5", "C7"]),
    (
        person(at(Party("", "Institute B"), department="기계공학과")),
        {"leader": LED_FROM_B["leader"]},
        ["C7"],
    ),
    # C11: a person, an institution, or both
    (person(KIMM), {"challenges": [("Kim", "")]}, ["C11"]),
    (person(KIMM), {"challenges": [("", "kimm")]}, ["C11"]),
    (person(KIMM), {"challenges": [("Kim", "KAIST"), ("Lee", "KIMM")]}, []),
    # C12: while it lasts and three years on
    (person(KIMM, sanctions=[(None, "Leaked a plan")]), {}, ["C12"]),
    (person(KIMM, sanctions=[(date(2024, 1, 10), "Leaked a plan")]), {}, ["C12"]),
    (person(KIMM, sanctions=[(date(2024, 1, 9), "Leaked a plan")]), {}, []),
    # C14: somebody of those who apply reviews what the reviewer's institution applies with, now or within a year
    (person(KIMM), judged(FIRM, KIMM.to), ["C14"]),
    (person(KIMM), judged(Party("", "한결몰드"), Party("", "kimm")), ["C14"]),
    (person(KIMM), judged(PARTNER, OTHER, KIMM.to) | TAKES_PART, ["C14"]),
    (person(KIMM), judged(FIRM, KIMM.to, until=date(2026, 1, 10)), ["C14"]),
    (person(KIMM), judged(FIRM, KIMM.to, until=date(2026, 1, 9)), []),
    (person(KIMM), judged(PARTNER, KIMM.to), []),
    (person(KIMM), judged(FIRM, OTHER), []),
    (person(at(KIMM.to, until=date(2026, 12, 31))), judged(FIRM, KIMM.to), []),
    # C13, asked of every call: a sheet on this very application that an appeal has set aside
    (person(KIMM, was_set_aside=True), {}, ["C13"]),
]


@pytest.mark.parametrize(("someone", "facts", "expected"), EACH)
def test_g43_each_rule_finds_what_it_names_and_nothing_else(someone, facts, expected):
    assert codes(someone, case(**facts)) == expected


@pytest.mark.parametrize("code", RULES)
def test_each_rule_is_asked_by_a_call_or_is_not(code):
    """Who is found by it is found where it is the only one, and is not where it is the one that is left out."""
    facts = [(someone, case(**more)) for someone, more, expected in EACH if code in expected]
    alone, without = {code: usual()[code]}, {one: years for one, years in usual().items() if one != code}

    assert [codes(*of, rules=alone) for of in facts] == [[code]] * len(facts)
    assert [code in codes(*of, rules=without) for of in facts] == [False] * len(facts)


def test_each_row_of_the_matrix_has_who_is_found_by_it_and_who_is_not():
    found = {code for *_facts, expected in EACH for code in expected}

    assert found == {*RULES, "C13"} == {*conflicts.DETECTORS, "C13"}


def test_a_finding_says_what_matched_and_why():
    someone = person(KIMM, at(FIRM, "adviser", date(2025, 1, 9)), sanctions=[(None, "Leaked a plan")])

    found = conflicts.findings(someone, case(), usual(), today=TODAY)

    assert [str(finding) for finding in found] == [
        "C2 Was bound to (주)한결몰드 until 9 Jan 2025 as: Adviser.",
        "C12 Sanctioned without an end: Leaked a plan",
    ]


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        (date(2024, 1, 10), 3, date(2027, 1, 10)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
    ],
)
def test_years_end_with_the_day_of_the_anniversary(day, years, last):
    assert conflicts.within(day, years, today=last)
    assert not conflicts.within(day, years, today=date.fromordinal(last.toordinal() + 1))


def test_a_call_asks_only_the_rules_it_names_and_for_its_own_years():
    left = person(KIMM, at(FIRM, until=date(2025, 6, 1)))

    assert codes(left, rules={"C1": 0, "C2": 1}) == []
    assert codes(left, rules={"C2": 2}) == ["C2"]
    assert codes(person(at(FIRM)), rules={"C2": 3}) == []


def test_who_stepped_back_is_barred_in_every_stage_even_by_a_rule_that_only_recommends_it():
    back = person(KIMM, declared=[("C8", date(2027, 1, 5), True, True)])
    stayed = person(KIMM, declared=[("C8", date(2027, 1, 5), True, False)])

    assert [finding.bars for finding in conflicts.findings(back, case(), usual(), today=TODAY)] == [True]
    assert [finding.bars for finding in conflicts.findings(stayed, case(), usual(), today=TODAY)] == [False]


def test_an_exception_covers_the_rules_it_was_given_for_and_no_other():
    someone = person(at(FIRM), waived={"C1"}, sanctions=[(None, "Leaked a plan")])

    found = conflicts.findings(someone, case(), usual(), today=TODAY)

    assert [(finding.code, finding.bars) for finding in found] == [("C1", False), ("C12", True)]
    assert [str(reason) for reason in conflicts.barring("Kim", found)] == [
        "Kim: C12 Sanctioned without an end: Leaked a plan"
    ]


def test_the_template_of_sprout_leaves_out_the_department_of_a_leader():
    assert [code for code in RULES if code not in usual("sprout")] == ["C7"]
    assert (
        usual("rnd")
        == usual()
        == dict.fromkeys(RULES, 0) | dict.fromkeys(("C2", "C8", "C9", "C12"), 3) | {"C14": 1}
    )


def test_an_rnd_call_cannot_do_without_the_rules_of_the_decree():
    few = {"C1": 0, "C2": 3, "C3": 0, "C4": 0, "C5": 0, "C6": 0}

    assert [gap.field for gap in unlawful(SimpleNamespace(is_rnd=True, conflicts=few))] == [
        "conflict_C7",
        "conflict_C12",
        "conflict_C14",
    ]
    assert unlawful(SimpleNamespace(is_rnd=False, conflicts={})) == []


def test_the_declaration_names_the_rules_of_the_call_with_its_years():
    call = SimpleNamespace(conflicts={"C2": 5, "C10": 0, "C11": 0, "C12": 3})

    assert {code: str(text) for code, text in declarations(call).items()} == {
        "C2": "I worked for it or advised it within the last 5 years",
        "C10": "I wrote the plan or gave advice on it",
    }


@pytest.mark.parametrize(
    ("code", "stays", "note", "field"),
    [
        ("", False, "", None),
        ("C8", False, "", None),
        ("C8", True, "A paper of 2024 with ten authors", None),
        ("C8", True, "  ok ", "note"),
        ("C3", True, "Only one share", "stays"),
        ("C11", False, "", "conflict"),
        ("C99", False, "", "conflict"),
    ],
)
def test_only_where_stepping_back_is_recommended_one_goes_on_and_says_why(code, stays, note, field):
    call = SimpleNamespace(conflicts=usual())

    found = conflicts.undeclared(call, code=code, note=note, stays=stays)

    assert [reason.field for reason in found] == ([field] if field else [])
