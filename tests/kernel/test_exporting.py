"""Files for spreadsheets: what stands in them, that no cell begins a formula, and that memory stays flat."""

import csv
import io
import re
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.kernel import clock
from applications.kernel.exporting import csv_of, plain, safe, xlsx_of
from applications.kernel.lists import Column

pytestmark = pytest.mark.once
DANGEROUS = ("=1+1", "+82", "-1", "@SUM(A1)", "\tx", "\rx")
COLUMNS = [Column(str(n), f"열 {n}", lambda row, n=n: row[n], ()) for n in range(6)]
ROWS = [
    ["가", '"따옴표", 쉼표', None, -5, Decimal("81.50"), clock.kst(2027, 1, 29, 18)],
    ["=HYPERLINK(1)", "두\n줄", "", 10**12, date(2027, 1, 29), "@x"],
]


def read_csv(columns, rows):
    return list(csv.reader(io.StringIO("".join(csv_of(columns, rows)).removeprefix("\ufeff"), newline="")))


def sheet_of(columns, rows):
    with xlsx_of(columns, rows) as file:
        return zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()


def test_a_csv_file_holds_every_value_as_people_read_it():
    assert "".join(csv_of(COLUMNS, ROWS)).startswith("\ufeff열 0,열 1")
    assert read_csv(COLUMNS, ROWS)[1:] == [
        ["가", '"따옴표", 쉼표', "", "-5", "81.50", "2027-01-29 18:00:00"],
        ["'=HYPERLINK(1)", "두\n줄", "", "1000000000000", "2027-01-29", "'@x"],
    ]


def test_an_xlsx_file_holds_texts_as_texts_and_numbers_as_numbers():
    sheet = sheet_of(COLUMNS, ROWS)

    assert re.findall(r"<t[^>]*>([^<]*)</t>", sheet)[6:] == [
        "가", '"따옴표", 쉼표', "'=HYPERLINK(1)", "두\n줄", "'@x",
    ]  # fmt: skip
    assert re.findall(r"<v>([^<]*)</v>", sheet) == ["-5", "81.50", "46416.75", "1000000000000", "46416"]
    assert "<f>" not in sheet


def test_a_text_that_no_cell_of_excel_holds_is_cut_there_and_whole_in_csv():
    row = ["가" * 32_767, "나" * 32_768, *[None] * 4]

    assert re.findall(r"<t[^>]*>([^<]*)</t>", sheet_of(COLUMNS, [row]))[6:] == [row[0], "나" * 32_766 + "…"]
    assert read_csv(COLUMNS, [row])[1][:2] == row[:2]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_would_compute_is_a_text(text):
    assert (safe(text), plain(text)) == (f"'{text}", f"'{text}")


@given(st.text())
def test_no_text_begins_as_a_formula_does(text):
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe(text).removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize(
    "write",
    [lambda rows: sum(map(len, csv_of(COLUMNS, rows))), lambda rows: xlsx_of(COLUMNS, rows).close()],
    ids=["csv", "xlsx"],
)
def test_ten_times_the_rows_take_no_more_memory(write):
    def peak(count):
        tracemalloc.start()
        write(ROWS[number % 2] for number in range(count))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(10_000) < peak(1_000) * 1.5 + 200_000
