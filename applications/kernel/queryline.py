"""The query line of a list, `field:기가캐스팅 score:>=70 "free words"`, as people type it. Pure; nothing typed is an error."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from applications.kernel import clock

LONGEST = 200  # characters of a line that are read
MOST = 12  # words and terms of one line; a person types three
PIECE = re.compile(r'([^\s:"]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+)')
ME = ("me", "나")  # what people type for themselves
SIGNS = {">=": "gte", "<=": "lte", "≥": "gte", "≤": "lte", ">": "gt", "<": "lt", "=": "exact"}
ASIDE = re.compile(r"[\s\-‐-―−]+")  # what is typed or not as one likes
SIGNED = re.compile(f"({'|'.join(SIGNS)})?(.+)", re.DOTALL)


@dataclass(frozen=True)
class Term:
    """`name:value`; typed: as it stood there, to be shown again."""

    name: str
    value: str
    typed: str


def parse(line):
    """(free words, terms) of a line, in their order."""
    words, terms = [], []
    for piece in list(PIECE.finditer(line[:LONGEST]))[:MOST]:
        name, quoted, bare, phrase, word = piece.groups()
        if name is None:
            words.append(word if phrase is None else phrase)
        else:
            terms.append(Term(name, bare if quoted is None else quoted, piece[0]))
    return [word for word in words if word], terms


def folded(text):
    """A text as it is searched: any width and case, without spaces and hyphens, so that 110-81-00062 is 1108100062.

    Korean is spaced freely, and numbers are hyphened or not; neither keeps a word from being found.
    """
    bare = ASIDE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", bare)  # marks that stood on a space now stand on a letter


def bounds(text, read):
    """[(lookup, value)] of ">=70", "<70", "70..80" or "70"; nothing where `read` makes no value of it."""
    first, dots, last = text.partition("..")
    if dots:
        ends = [("gte", read(first)), ("lte", read(last))]
    else:
        sign, rest = SIGNED.fullmatch(text).groups() if text else (None, "")
        ends = [(SIGNS[sign or "="], read(rest))]
    return [] if any(value is None for _lookup, value in ends) else ends


def number(text):
    """A number in digits, thousands separated or not; else None."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    return Decimal(plain) if re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,4})?", plain) else None


def day(text):
    """A date of our time as 2027-01-20 or 2027.1.20; else None."""
    found = re.fullmatch(
        r"(20[0-9]{2})[-.]([0-9]{1,2})[-.]([0-9]{1,2})\.?", unicodedata.normalize("NFKC", text).strip()
    )
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def instants(ends):
    """Bounds of whole Korean days as bounds of instants: after the 20th begins with the 21st."""
    begins = {lookup: clock.kst(on.year, on.month, on.day) for lookup, on in ends}
    found = []
    for lookup, start in begins.items():
        end = start + timedelta(days=1)
        found += {
            "gte": [("gte", start)], "gt": [("gte", end)], "lt": [("lt", start)], "lte": [("lt", end)],
            "exact": [("gte", start), ("lt", end)],
        }[lookup]  # fmt: skip
    return found
