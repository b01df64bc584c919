"""The query line: what is read from what is typed, and that nothing typed is an error."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from applications.kernel import clock
from applications.kernel.queryline import MOST, Term, bounds, day, folded, instants, number, parse

pytestmark = pytest.mark.once

LINES = {
    "": ([], []),
    "  ": ([], []),
    "금형 센서": (["금형", "센서"], []),
    'field:기가캐스팅 score:>=70 "free words"': (
        ["free words"],
        [Term("field", "기가캐스팅", "field:기가캐스팅"), Term("score", ">=70", "score:>=70")],
    ),
    'title:"free words" x': (["x"], [Term("title", "free words", 'title:"free words"')]),
    "status:": ([], [Term("status", "", "status:")]),
    'call:"open': ([], [Term("call", "open", 'call:"open')]),
    '"open': (["open"], []),
    ":x": ([":x"], []),
    '""': ([], []),
    "a:b:c": ([], [Term("a", "b:c", "a:b:c")]),
}


@pytest.mark.parametrize("line", LINES, ids=repr)
def test_a_line_is_words_and_terms(line):
    assert parse(line) == LINES[line]


@given(st.text())
def test_any_line_is_read_and_no_more_of_it_than_a_person_types(line):
    words, terms = parse(line)

    assert all(words)
    assert len(words) + len(terms) <= MOST


@given(st.text(), st.text())
@example("K¸", "")  # a mark that stood on a space
def test_folding_twice_is_folding_once_and_spaces_and_hyphens_change_nothing(one, other):
    assert folded(folded(one)) == folded(one)
    assert folded(f"{one} {other}") == folded(f"{one}-{other}")


def test_numbers_and_korean_are_folded_as_people_write_them():
    assert {text: folded(text) for text in ("110-81-00062", "１１０－８１", "㈜ 한결 정밀", "SP-2027-0001")} == {
        "110-81-00062": "1108100062", "１１０－８１": "11081", "㈜ 한결 정밀": "(주)한결정밀", "SP-2027-0001": "sp20270001",
    }  # fmt: skip


BOUNDS = {
    ">=70": [("gte", Decimal(70))],
    "≥70": [("gte", Decimal(70))],
    "<70.5": [("lt", Decimal("70.5"))],
    "=1,000": [("exact", Decimal(1000))],
    "70": [("exact", Decimal(70))],
    "70..80": [("gte", Decimal(70)), ("lte", Decimal(80))],
    "": [],
    ">": [],
    "..": [],
    "70..": [],
    ">=x": [],
    ">>70": [],
    "1e5": [],
    "٣": [],
}


@pytest.mark.parametrize("text", BOUNDS, ids=repr)
def test_a_comparison_has_bounds_or_none_at_all(text):
    assert bounds(text, number) == BOUNDS[text]


@given(st.text())
def test_no_text_is_an_error_as_a_number_or_as_a_day(text):
    assert isinstance(bounds(text, number), list)
    assert isinstance(instants(bounds(text, day)), list)


def test_a_day_is_a_date_of_our_time():
    given = ("2027-01-20", "2027.1.20", "2027.1.20.", "2027-13-01", "1999-01-01", "20270120", "", "today")

    assert [day(text) for text in given] == [date(2027, 1, 20)] * 3 + [None] * 5


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_bounds_of_days_hold_the_instants_of_whole_korean_days(wanted, other):
    noon = clock.kst(other.year, other.month, other.day, 12)
    compare = {
        "gte": lambda at: noon >= at, "gt": lambda at: noon > at, "lt": lambda at: noon < at, "lte": lambda at: noon <= at,
    }  # fmt: skip
    expected = {
        "": other == wanted, ">": other > wanted, ">=": other >= wanted, "<": other < wanted, "<=": other <= wanted,
    }  # fmt: skip

    found = {
        sign: all(compare[lookup](at) for lookup, at in instants(bounds(f"{sign}{wanted}", day)))
        for sign in expected
    }

    assert found == expected
