"""A cell of a workbook as people meant it; what is none says why."""

import unicodedata

import pytest

from applications.kernel import cells
from applications.kernel.cells import Wrong
from applications.kernel.lists import Option

NUMBER = cells.digits(10, "Ten digits, please.")
WORDS = [Option("41", "경기", words=("Gyeonggi",)), Option("11", "서울", words=("Seoul",))]


@pytest.mark.parametrize(
    ("read", "kind", "text", "value"),
    [
        (NUMBER, "t", "999-81-10376", "9998110376"),
        (NUMBER, "t", " 9998110376 ", "9998110376"),
        (NUMBER, "n", "9998110376", "9998110376"),
        (NUMBER, "n", "9998110376.0", "9998110376"),
        (NUMBER, "n", "9.998110376E9", "9998110376"),
        (NUMBER, "t", "９９９-81-10376", "9998110376"),
        (cells.digits(5, "", fill=1), "n", "1110", "01110"),
        (cells.line(20), "t", unicodedata.normalize("NFD", "(주)한결"), "(주)한결"),
        (cells.line(20), "n", "42.0", "42"),
        (cells.line(20), "t", "  two \n lines ", "two lines"),
        (cells.whole(100), "n", "42.0", 42),
        (cells.whole(10**13), "t", "11,800,000,000원", 11_800_000_000),
        (cells.whole(100), "t", "42명", 42),
        (cells.day, "d", "2004-03-02", "2004-03-02"),
        (cells.day, "t", "2004. 3. 2.", "2004-03-02"),
        (cells.day, "t", "2004/03/02", "2004-03-02"),
        (cells.day, "n", "20040302", "2004-03-02"),
        (cells.word_of(WORDS), "t", "gyeonggi", "41"),
        (cells.word_of(WORDS), "t", unicodedata.normalize("NFD", "서울"), "11"),
        (cells.word_of(WORDS, many=True), "t", "서울, 경기, Seoul", ["11", "41"]),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_it_was_meant(read, kind, text, value):
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("read", "kind", "text", "said"),
    [
        (NUMBER, "t", "999-81-1037", "Ten digits, please."),
        (NUMBER, "n", "9998110376.5", "Ten digits, please."),
        (NUMBER, "f", "", "This cell holds a formula. Please paste its value instead."),
        (cells.line(20), "e", "#REF!", "This cell holds an error of the spreadsheet."),
        (cells.line(3), "t", "four", "Please write at most 3 characters."),
        (cells.line(20), "t", "a‮b", "There is a character in it that cannot be seen. Please type it anew."),
        (cells.whole(100), "n", "118.5", "Please enter a whole number."),
        (cells.whole(100), "t", "1e999999999", "This number is too large or below zero."),
        (cells.whole(100), "t", "NaN", "Please enter a whole number."),
        (cells.whole(100), "n", "-1", "This number is too large or below zero."),
        (cells.day, "t", "2004-02-30", "Please enter a date such as 2004-03-02."),
        (cells.day, "n", "38048", "Please enter a date such as 2004-03-02."),
        (cells.word_of(WORDS), "t", "부산", "“부산” is none of the words that may stand here."),
    ],
)  # fmt: skip
def test_what_a_cell_cannot_be_is_said_in_a_sentence(english, read, kind, text, said):
    with pytest.raises(Wrong) as wrong:
        read(kind, text)

    assert str(wrong.value) == said
