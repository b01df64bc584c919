"""Registration numbers as people type them, and who must stay in a firm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.firms.forms import ProfileForm
from applications.firms.rules import digits_of, is_business_number, is_corporate_number
from tests.world import NUMBERS

NINE = st.text("0123456789", min_size=9, max_size=9)


def with_check_digit(nine):
    return next(f"{nine}{digit}" for digit in "0123456789" if is_business_number(f"{nine}{digit}"))


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("1168200276", True),  # 116-82-00276 and 134-86-72683 stand in the documents of python-stdnum
        ("1168200277", False),
        ("1348672683", True),
        ("1348672684", False),
        ("1248100998", True),  # a large firm's, printed on its pages
        ("1248100997", False),
    ],
)
def test_g02_published_numbers_are_told_apart(number, good):
    """Not only numbers made from our own sum."""
    assert is_business_number(number) is good


def test_g02_the_numbers_of_the_cases_are_good():
    assert [number for number in NUMBERS if not is_business_number(number)] == []


@given(NINE.filter(lambda nine: set(nine) != {"0"}), st.integers(0, 9), st.integers(1, 9))
def test_g02_every_single_wrong_digit_is_noticed(nine, place, shift):
    good = with_check_digit(nine)
    wrong = str((int(good[place]) + shift) % 10)

    assert is_business_number(good[:place] + wrong + good[place + 1 :]) is False


@pytest.mark.parametrize(
    "typed",
    ["", "110810006", "11081000622", "0000000000", "１１０８１０００６２", "١١٠٨١٠٠٠٦٢", "1108100062\n", "11081O0062", "-108100062", "1e10810006"],
)  # fmt: skip
def test_only_ten_plain_digits_are_a_number(typed):
    assert is_business_number(typed) is False


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("110-81-00062", "1108100062"),
        (" 110 81 00062 ", "1108100062"),
        ("1108100062", "1108100062"),
        ("110.81.00062", ""),
        ("１１０-81-00062", ""),
        ("110-81-0006x", ""),
        ("110\u200b8100062", ""),
        ("", ""),
        ("--", ""),
    ],
)
def test_hyphens_and_spaces_are_left_out_and_anything_else_is_no_number(typed, digits):
    assert digits_of(typed) == digits


@pytest.mark.parametrize(
    ("typed", "good"),
    [
        ("1301110006246", True),
        ("1101110062432", True),  # the worked example of the register
        ("1101110062433", False),
        ("1301110006247", False),
        ("130111000624", False),
        ("１３０１１１０００６２４６", False),
    ],
)
def test_a_corporate_number_has_its_own_check_digit(typed, good):
    """130111-0006246 is a large firm's, published in the register."""
    assert is_corporate_number(typed) is good


@pytest.mark.parametrize("typed", ["130111-0006246", "1301110006246", "130111 0006246"])
def test_a_corporate_number_is_typed_as_people_write_it(db, typed):
    form = ProfileForm({"corporate_number": typed})

    assert "corporate_number" not in form.errors
    assert form.cleaned_data["corporate_number"] == "1301110006246"


def test_a_sole_proprietor_has_none(db):
    form = ProfileForm({"corporate_number": ""})

    assert "corporate_number" not in form.errors
    assert form.cleaned_data["corporate_number"] == ""
