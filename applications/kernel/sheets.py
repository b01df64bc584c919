"""A sheet of a workbook that officers fill in: its columns, and how the rows of a file are read by them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.kernel.cells import Wrong, word_of
from applications.kernel.errors import Refused
from applications.kernel.files.reading import Unreadable, sheet_of
from applications.kernel.files.stored import Scan
from applications.kernel.queryline import folded

MOST_ROWS = 5_000


class Outcome(models.TextChoices):
    NEW = "new", _("New rows")
    CHANGED = "changed", _("Changed rows")
    SAME = "same", _("Skipped")
    WRONG = "wrong", _("Wrong")


@dataclass(frozen=True)
class Field:
    """A column of a sheet. read: (kind, text) of a cell to a value for JSON, or raises Wrong; else it is one of the options."""

    name: str
    label: str
    read: Callable | None = None
    hint: str = ""
    required: bool = True
    options: Callable | None = None  # () → [Option]
    many: bool = False  # of the options, with commas between them
    as_text: bool = False  # digits that a spreadsheet must not take for a number

    def reader(self):
        """What reads a cell: the options are asked for once."""
        return self.read or word_of(self.options(), many=self.many)


@dataclass
class Planned:
    """What a row would do: new, changed, same or wrong. before and after: {field: in words} of what would change."""

    outcome: str
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)  # [[field, sentence]]


@dataclass(frozen=True)
class Sheet:
    """lead: names of the fields that say which row it is; plan: ([(line, values)]) → [Planned], of all rows together;

    write: (ImportRow, by, note), the action for one of them.
    """

    name: str
    title: str
    lead: tuple
    fields: tuple
    plan: Callable
    write: Callable

    def titles(self):
        """Its title in each language: a template that was taken in one is read in the other."""
        return [str(one) for one in _in_each_language(self.title)]


def _in_each_language(label):
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield str(label)


def rows_of(stored, sheet):
    """[(line, values, faults)] of the file. Raises Refused where it is another kind of workbook."""
    if stored.scan == Scan.INFECTED:
        raise Refused(_("This file holds a virus. It is not given out."))
    try:
        with storages["default"].open(stored.path) as content:
            found = sheet_of(content, sheet.titles(), MOST_ROWS + 1)
    except Unreadable:
        raise Refused(
            _("The workbook is broken, or holds far more than such a list. Please begin with our template.")
        )
    if found["rows"] is None:
        raise Refused(
            _("There is no sheet “%(title)s” in the workbook, only: %(found)s. Please use our template.")
            % {"title": sheet.title, "found": ", ".join(name[:40] for name in found["sheets"])}
        )
    if found["merged"]:
        raise Refused(
            _("Some cells are merged: %(cells)s. Please split them.") % {"cells": ", ".join(found["merged"])}
        )
    if found["more"]:
        raise Refused(
            _("There are more than %(most)s rows. Please split the file.") % {"most": f"{MOST_ROWS:,}"}
        )
    if not found["rows"]:
        raise Refused(_("The sheet is empty."))
    (_line, head), *rows = found["rows"]
    columns = _columns_of(head, sheet)
    if not rows:
        raise Refused(_("There is no row under the headings."))
    readers = {one.name: one.reader() for one in sheet.fields}
    return [(line, *_values_of(cells, columns, readers, sheet)) for line, cells in rows]


def _columns_of(head, sheet):
    """{column: Field} of the headings, in any order and in any of our languages. Raises Refused."""
    names = {folded(label).rstrip("*"): one for one in sheet.fields for label in _in_each_language(one.label)}
    columns, strange = {}, []
    for column, _kind, text in head:
        known = names.get(folded(text).rstrip("*"))
        if known is None or known in columns.values():
            strange.append(text.strip()[:40])
        else:
            columns[column] = known
    missing = [str(one.label) for one in sheet.fields if one not in columns.values()]
    reasons = []
    if strange:
        reasons.append(
            _("Headings that we do not know, or that stand there twice: %(what)s.")
            % {"what": ", ".join(strange)}
        )
    if missing:
        reasons.append(_("Headings that are missing: %(what)s.") % {"what": ", ".join(missing)})
    if reasons:
        raise Refused(*reasons)
    return columns


def _values_of(cells, columns, readers, sheet):
    """(values, faults) of a row."""
    values, faults = {}, []
    for column, kind, text in cells:
        if column not in columns:
            faults.append(["", gettext("There is something in a column without a heading.")])
            continue
        known = columns[column]
        try:
            values[known.name] = readers[known.name](kind, text)
        except Wrong as wrong:
            values[known.name] = text[:100] if kind != "f" else ""
            faults.append([known.name, str(wrong)])
    faults += [
        [one.name, gettext("Please fill this in.")]
        for one in sheet.fields
        if one.required and one.name not in values
    ]
    return values, faults
