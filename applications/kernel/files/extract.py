"""Reads the text of one document from standard input and writes it as JSON: a process of its own, started by reading.py.

Whatever a broken or wicked document does to the libraries below, it does to this process alone, which has little
memory and little time. It knows nothing of Django.
"""

import json
import logging
import os
import re
import resource
import sys
import unicodedata
import zipfile
from itertools import islice
from xml.etree import ElementTree

MAX_MEMORY = 1024 * 1024 * 1024
MAX_SECONDS = 20
MAX_PAGES = 500
MAX_CHARACTERS = 1_000_000
PROGRAMMES = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")  # how they begin
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXTS_OF_WORD = re.compile(r"word/(document|footnotes|endnotes|comments|header[0-9]*|footer[0-9]*)\.xml")


class Locked(Exception):
    """The document asks for a password."""


def pages_of_pdf(file):
    from pypdf import PdfReader  # noqa: PLC0415  each kind loads what it needs

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Locked
    for page in islice(reader.pages, MAX_PAGES):
        try:
            yield page.extract_text()
        except Exception:  # one page that the library stumbles over does not take the others along
            yield ""


def acts_of_pdf(file):
    """What a PDF does by itself or holds beside its pages: "script", "launch", "program"; each object is looked at, packed ones too."""
    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Locked
    places = [(number, generation) for generation, objects in reader.xref.items() for number in objects]
    for number, generation in [*places, *((number, 0) for number in reader.xref_objStm)]:
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except Exception:  # an object that nobody can read does nothing
            continue
        yield from acts_in(found)


def acts_in(found):
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            kind = one.get("/S")
            if "/JS" in one or "/JavaScript" in one or kind == "/JavaScript":
                yield "script"
            if kind == "/Launch":
                yield "launch"
            if one.get("/Type") == "/EmbeddedFile" and is_program(one):
                yield "program"
            waiting += dict.values(one)
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def is_program(attached):
    try:
        return attached.get_data().startswith(PROGRAMMES)
    except Exception:  # what nobody can unpack nobody starts
        return False


def paragraphs_of_hwp(file):
    from extract_hwp import extract_text_from_hwp5  # noqa: PLC0415

    yield from extract_text_from_hwp5(file).split("\n")


def paragraphs_of_hwpx(file):
    from extract_hwp import extract_text_from_hwpx  # noqa: PLC0415

    yield from extract_text_from_hwpx(file).split("\n")


def paragraphs_of_docx(file):
    with zipfile.ZipFile(file) as archive:
        names = filter(TEXTS_OF_WORD.fullmatch, archive.namelist())
        for name in sorted(names, key=lambda name: (name != "word/document.xml", name)):
            with archive.open(name) as part:
                yield from paragraphs_of_word(part)


def paragraphs_of_word(part):
    """Paragraphs in the order in which they end; one in a text box or a cell stands for itself."""
    open_paragraphs = []
    for event, element in ElementTree.iterparse(part, ("start", "end")):
        if element.tag == f"{WORD}p":
            if event == "start":
                open_paragraphs.append([])
            else:
                yield "".join(open_paragraphs.pop())
                element.clear()
        elif event == "end" and open_paragraphs:
            if element.tag == f"{WORD}t":
                open_paragraphs[-1].append(element.text or "")
            elif element.tag in (f"{WORD}tab", f"{WORD}br", f"{WORD}cr"):
                open_paragraphs[-1].append(" ")


READERS = {
    "acts": acts_of_pdf,
    "pdf": pages_of_pdf,
    "hwp": paragraphs_of_hwp,
    "hwpx": paragraphs_of_hwpx,
    "docx": paragraphs_of_docx,
}


def cleaned(text):
    """Composed letters and line ends; no control characters and no halves of one."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def parts_of(file, kind):
    """The pages of a PDF, or the paragraphs of another document that are not empty; cut where there are too many."""
    parts, length = [], 0
    for part in READERS[kind](file):
        text = cleaned(part)[: MAX_CHARACTERS - length]
        if text or kind == "pdf":  # an empty page counts, so that the numbers stay those of the document
            parts.append(text)
        length += len(text)
        if length >= MAX_CHARACTERS:
            break
    return parts


def main(kind, act):
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    os.nice(10)
    logging.disable()
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  what the libraries murmur of a document is nobody's to read
    with open(0, "rb", closefd=False) as file:
        try:
            parts = parts_of(file, kind) if act == "text" else list(islice(READERS[kind](file), 1))
        except Locked:
            parts = None
    json.dump(parts, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
