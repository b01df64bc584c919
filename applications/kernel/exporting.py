"""Rows as files for spreadsheets: streamed or in constant memory, and no cell begins a formula."""

import csv
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.http import FileResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from applications.kernel.clock import KST

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel reads Korean as something else
CHUNK = 500  # rows that are written at once
LONGEST_CELL = 32_767  # characters in Excel; a longer text would be left out altogether
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Taken:
    """How a list becomes a file. permission: who may take it, and the act in the access log; name: of the file; of_each: the
    log names every row, else how many there are and how the list was narrowed (where nothing but their size tells them apart).
    """

    permission: str
    name: str
    of_each: bool = True


def safe(text):
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def fitting(text):
    """A text, cut where no cell of Excel holds it whole."""
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def plain(value):
    """A value as a text file holds it: numbers as they are, instants on the Korean clock."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(KST):%Y-%m-%d %H:%M:%S}"
        case int() | Decimal() | date():
            return str(value)
    return safe(str(value))


def answer(kind, columns, rows, *, name):
    """The response with these rows as a file of this kind, "csv" or "xlsx"."""
    if kind == "xlsx":
        return FileResponse(xlsx_of(columns, rows), as_attachment=True, filename=name)
    response = StreamingHttpResponse(spoken(csv_of(columns, rows)), content_type=TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def written(kind, columns, rows):
    """A file of this kind on disk, written to its end, that is gone when it is closed."""
    if kind == "xlsx":
        return xlsx_of(columns, rows)
    with whole(".csv") as file:
        for lines in csv_of(columns, rows):
            file.write(lines.encode())
    return file


@contextmanager
def whole(suffix):
    """A file on disk that is gone when it is closed, by whoever asked for it; at once where it is not written to its end."""
    file = tempfile.TemporaryFile(suffix=suffix)  # noqa: SIM115
    try:
        yield file
    except BaseException:
        file.close()
        raise


def spoken(lines):
    """These lines in the language of now, though they are asked for later, when the page is long done."""
    language = translation.get_language()

    def one_by_one():
        while True:
            with translation.override(language):
                line = next(lines, None)
            if line is None:
                return
            yield line

    return one_by_one()


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text):
        return text


def csv_of(columns, rows):
    """The lines of a CSV file, some hundred at a time, as the rows come."""
    writer, values = csv.writer(Echo()), [column.value for column in columns]
    lines = [BOM + writer.writerow([safe(str(column.label)) for column in columns])]
    for row in rows:
        lines.append(writer.writerow([plain(value(row)) for value in values]))
        if len(lines) >= CHUNK:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def xlsx_of(columns, rows):
    """An XLSX file on disk; a row is forgotten as soon as it is written."""
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with whole(".xlsx") as file, Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(_("List")), book.add_format({"bold": True})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(columns) - 1, 18)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, safe(str(column.label)), bold)
        values = [column.value for column in columns]
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(values):
                match found := value(row):
                    case None | "":
                        pass
                    case datetime():
                        sheet.write_datetime(line, place, found.astimezone(KST).replace(tzinfo=None))
                    case date():
                        sheet.write_datetime(line, place, found, days)
                    case int() | Decimal():
                        sheet.write_number(line, place, found)
                    case _:
                        sheet.write_string(line, place, fitting(safe(str(found))))
    file.seek(0)
    return file
