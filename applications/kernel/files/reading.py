"""What stands in a document: its text, and the resident registration numbers in it that should not be there."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile

READABLE = ("pdf", "hwp", "hwpx", "docx")
SECONDS = 30  # a process that hangs without working ends too; see extract.py
NUMBER = re.compile(r"(?<![0-9])([0-9]{6})(?: ?[-‐‑–—−] ?| )?([1-8])[0-9]{6}(?![0-9])")
CENTURIES = {"1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000}
MASK = "******-*******"


class Unreadable(Exception):
    """The document is broken, or takes more time or memory than we give."""


def parts_of(content, kind):
    """The pages of a PDF, or the paragraphs of another document; None where it asks for a password.

    content: a binary file object. Reads in a process of its own. Raises Unreadable.
    """
    return _ask(content, kind, "text")


def acts_of(content):
    """What a PDF does by itself (extract.py: acts_of_pdf), the first of it; None where it asks for a password. One that cannot be
    read at all does nothing."""
    try:
        return _ask(content, "acts", "first")
    except Unreadable:
        return []


def sheet_of(content, titles, most):
    """The rows of the sheet of a workbook that has one of these titles, as JSON; sheet.py says how they look.

    most: rows that are read. Reads in a process of its own. Raises Unreadable.
    """
    return _run(content, "sheet.py", json.dumps(titles), str(most))


def _ask(content, kind, act):
    return _run(content, "extract.py", kind, act)


def _run(content, script, *words):
    with TemporaryFile() as file:  # what was sent may be in memory or stand at another place
        content.seek(0)
        while piece := content.read(64 * 1024):
            file.write(piece)
        file.seek(0)
        command = [sys.executable, "-I", str(Path(__file__).with_name(script)), *words]
        try:
            done = subprocess.run(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  timeout=SECONDS, check=True)  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as failed:
            raise Unreadable(words[0]) from failed
    return json.loads(done.stdout)


def is_resident_number(found):
    """Six digits that are a day of the century that the seventh names."""
    day, first = found.groups()
    try:
        date(CENTURIES[first] + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError:
        return False
    return True


def places_of(parts):
    """Numbers, from 1, of the parts in which a resident registration number stands."""
    return [
        place for place, part in enumerate(parts, 1) if any(map(is_resident_number, NUMBER.finditer(part)))
    ]


def masked(text):
    """The text with every resident registration number hidden."""
    return NUMBER.sub(lambda found: MASK if is_resident_number(found) else found[0], text)
