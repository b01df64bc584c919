"""What stands in a cell of a workbook, read as people meant it: numbers as text, dates as text, NFD. Pure; a wrong cell says why."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from applications.kernel.queryline import folded

HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
DAY = re.compile(r"([0-9]{4})\s*[-./]\s*([0-9]{1,2})\s*[-./]\s*([0-9]{1,2})\s*\.?")


class Wrong(Exception):
    """What is wrong with a cell, in a sentence for a person."""


def _said(kind, text):
    """The text of a cell that may hold text at all."""
    if kind == "f":
        raise Wrong(_("This cell holds a formula. Please paste its value instead."))
    if kind == "e":
        raise Wrong(_("This cell holds an error of the spreadsheet."))
    if kind == "b":
        raise Wrong(_("This cell holds TRUE or FALSE; something else belongs here."))
    return unicodedata.normalize("NFC", text).strip()


def line(longest):
    """A reader of one line of text; a whole number loses the “.0” that spreadsheets give it."""

    def read(kind, text):
        said = " ".join(_said(kind, text).split()) if kind == "t" else _said(kind, text)
        if kind == "n":
            said = _plain(said)
        if any(unicodedata.category(character) in HIDDEN for character in said):
            raise Wrong(_("There is a character in it that cannot be seen. Please type it anew."))
        if len(said) > longest:
            raise Wrong(_("Please write at most %(most)d characters.") % {"most": longest})
        return said

    return read


def digits(count, wrong, *, fill=0):
    """A reader of a number that has so many digits, with or without hyphens. wrong: what is said of any other.

    fill: zeros in front that a spreadsheet may have taken away.
    """

    def read(kind, text):
        said = _plain(_said(kind, text)) if kind == "n" else _said(kind, text)
        bare = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", said))
        if kind == "n" and len(bare) >= count - fill:
            bare = bare.zfill(count)
        if not re.fullmatch(rf"[0-9]{{{count}}}", bare):
            raise Wrong(str(wrong))
        return bare

    return read


def whole(most):
    """A reader of a whole number; thousands separators and 원 or 명 behind it may be there."""

    def read(kind, text):
        said = _said(kind, text)
        bare = re.sub(r"[,\s]|[원명]$", "", unicodedata.normalize("NFKC", said))
        try:
            number = Decimal(bare)
        except InvalidOperation:
            number = None
        if kind == "d" or number is None or not number.is_finite() or number != number.to_integral_value():
            raise Wrong(_("Please enter a whole number."))
        if not 0 <= number <= most:
            raise Wrong(_("This number is too large or below zero."))
        return int(number)

    return read


def day(kind, text):
    """A date, as a date of the spreadsheet or typed: 2004-03-02, 2004. 3. 2., 20040302."""
    said = unicodedata.normalize("NFKC", _said(kind, text))
    if kind == "n":
        said = _plain(said)
    found = DAY.fullmatch(said) or re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})", said)
    try:
        read = date(*map(int, found.groups())) if found else None
    except ValueError:
        read = None
    if read is None or not 1900 <= read.year <= 2099:
        raise Wrong(_("Please enter a date such as 2004-03-02."))
    return read.isoformat()


def _plain(number):
    """The text of a number without the point or the exponent that a spreadsheet keeps it with."""
    try:
        read = Decimal(number)
    except InvalidOperation:
        return number
    return (
        f"{read:.0f}"
        if read.is_finite() and abs(read) < 10**15 and read == read.to_integral_value()
        else number
    )


def word_of(options, *, many=False):
    """A reader of one of these choices (kernel.lists.Option) by any of its names: cleans to its code.

    many: of some of them, with commas between them; cleans to their codes.
    """
    codes = {name: option.code for option in options for name in option.names()}

    def one(said):
        found = codes.get(folded(said))
        if found is None:
            raise Wrong(_("“%(what)s” is none of the words that may stand here.") % {"what": said[:60]})
        return found

    def read(kind, text):
        said = _said(kind, text)
        if not many:
            return one(said)
        return sorted({one(part) for part in re.split("[,;\n]", said) if part.strip()})

    return read
