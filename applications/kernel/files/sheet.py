"""Reads one sheet of a workbook (XLSX) from standard input and writes it as JSON: a process of its own, started by reading.py.

It answers {"sheets": [titles], "rows": [[line, [[column, kind, text] …]] …], "merged": [ranges], "more": bool}; rows is null
where no sheet has the title. kind: t text, n number, d date, b yes or no, e error, f formula. It knows nothing of Django.
"""

import json
import re
import resource
import sys
import zipfile
from datetime import date, timedelta
from itertools import islice
from posixpath import join, normpath
from xml.etree import ElementTree

MAX_MEMORY = 512 * 1024 * 1024
MAX_SECONDS = 20
MAX_UNPACKED = 64 * 1024 * 1024
MAX_COLUMNS = 100
MAX_MERGED = 10
MAX_SERIAL = 2_958_465  # 9999-12-31
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DATES = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}  # formats that every programme knows by number
NO_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # what is said in a format and forms nothing
BEGINS = {"0": date(1899, 12, 30), "1": date(1904, 1, 1)}


class TooMuch(Exception):
    """More than such a workbook ever holds."""


def sheets_of(archive):
    """([(title, part)], the day before the first one) of a workbook."""
    parts = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.parse(archive.open("xl/_rels/workbook.xml.rels")).getroot()
    }
    book = ElementTree.parse(archive.open("xl/workbook.xml")).getroot()
    properties = book.find(f"{MAIN}workbookPr")
    later = properties is not None and properties.get("date1904") in ("1", "true")
    found = [
        (sheet.get("name", ""), normpath(join("xl", parts[sheet.get(RELATION)])).lstrip("/"))
        for sheet in book.iter(f"{MAIN}sheet")
        if sheet.get(RELATION) in parts
    ]
    return found, BEGINS["1" if later else "0"]


def texts_of(archive):
    """The texts that cells name by number."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    found = []
    for _event, element in ElementTree.iterparse(archive.open("xl/sharedStrings.xml")):
        if element.tag == f"{MAIN}si":
            found.append(text_in(element))
            element.clear()
    return found


def text_in(element):
    """Its text, of all its runs; how it is read aloud is none of it."""
    runs = [element, *element.findall(f"{MAIN}r")]
    return "".join(run.findtext(f"{MAIN}t") or "" for run in runs)


def date_styles_of(archive):
    """Numbers of the styles that show a number as a date."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.parse(archive.open("xl/styles.xml")).getroot()
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{MAIN}numFmt")}
    found = set()
    for place, style in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        number = style.get("numFmtId", "0")
        code = NO_FORMAT.sub("", codes.get(number, "")).lower()
        if int(number) in DATES or "y" in code or "d" in code:
            found.add(str(place))
    return found


def column_of(reference):
    """The number of the column of a cell, from 0: "AB12" is 27."""
    number = 0
    for letter in re.match("[A-Z]*", reference)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_of(cell, texts, date_styles, begin):
    """(kind, text) of a cell, or None where it is empty."""
    if cell.find(f"{MAIN}f") is not None:
        return "f", ""
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
    if kind == "inlineStr":
        inside = cell.find(f"{MAIN}is")
        value = "" if inside is None else text_in(inside)
    elif kind == "s" and value is not None:
        value = texts[int(value)]
    if value is None or not value.strip():
        return None
    if kind in ("s", "str", "inlineStr"):
        return "t", value
    if kind == "d":
        return "d", value[:10]
    if kind == "n" and cell.get("s") in date_styles and 0 < float(value) <= MAX_SERIAL:
        return "d", (begin + timedelta(days=int(float(value)))).isoformat()
    return {"b": "b", "e": "e"}.get(kind, "n"), value


def rows_of(archive, part, begin, most):
    """(rows that are not empty, ranges that are merged, whether there are more rows than are read)."""
    texts, date_styles = texts_of(archive), date_styles_of(archive)
    rows, merged, line, more = [], [], 0, False
    for _event, element in ElementTree.iterparse(archive.open(part)):
        if element.tag == f"{MAIN}row":
            line = int(element.get("r", line + 1))
            cells, column = [], -1
            for cell in element.iterfind(f"{MAIN}c"):
                column = column_of(cell.get("r", "")) if cell.get("r") else column + 1
                if column < MAX_COLUMNS and (found := cell_of(cell, texts, date_styles, begin)):
                    cells.append([column, *found])
            more = more or bool(cells and len(rows) == most)
            if cells and not more:
                rows.append([line, cells])
            element.clear()
        elif element.tag == f"{MAIN}mergeCell":
            merged.append(element.get("ref", ""))
    return rows, merged[:MAX_MERGED], more


def sheet_of(file, titles, most):
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise TooMuch
        sheets, begin = sheets_of(archive)
        part = next((part for title, part in sheets if title in titles), None)
        names = [title for title, _part in islice(sheets, 20)]
        if part is None:
            return {"sheets": names, "rows": None, "merged": [], "more": False}
        rows, merged, more = rows_of(archive, part, begin, most)
        return {"sheets": names, "rows": rows, "merged": merged, "more": more}


def main(titles, most):
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    with open(0, "rb", closefd=False) as file:
        json.dump(sheet_of(file, json.loads(titles), int(most)), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
