"""What stands in a document: text of real documents, resident registration numbers, and documents that are none."""

import io
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter

from applications.kernel.files import kind_of, reading
from applications.kernel.files.examining import examine
from applications.kernel.files.stored import FileText, StoredFile
from applications.kernel.files.tasks import examine_files
from tests import fixtures
from tests.world import pdf, received

LINES = ("사업계획서", "대표 홍길동 900101-1234567", "두 번째 문단", "연락처 02-000-0000")


def docx(lines=LINES):
    """A document of Word, as small as one can be, the last line in a cell of a table."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = [f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines]
    paragraphs[-1] = f"<w:tbl><w:tr><w:tc>{paragraphs[-1]}</w:tc></w:tr></w:tbl>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", f'<w:document xmlns:w="{word}">{"".join(paragraphs)}</w:document>')
    return packed.getvalue()


def two_pages(lines=LINES):
    """A PDF whose second page is that of these lines."""
    writer = PdfWriter()
    for content in (fixtures.pdf(("첫 쪽",)), fixtures.pdf(lines)):
        writer.append(PdfReader(io.BytesIO(content)))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("make", "kind", "place"), [(two_pages, "pdf", 2), (fixtures.hwp, "hwp", 2), (fixtures.hwpx, "hwpx", 2), (docx, "docx", 2)],
    ids=["pdf", "hwp", "hwpx", "docx"],
)  # fmt: skip
def test_the_text_of_a_real_document_and_where_a_resident_number_stands(make, kind, place):
    content = io.BytesIO(make(LINES))

    parts = reading.parts_of(content, kind)

    assert kind_of(content) == kind
    assert "\n".join(parts).replace("첫 쪽\n", "").split("\n") == list(LINES)
    assert reading.places_of(parts) == [place]
    assert "900101" not in "\n".join(map(reading.masked, parts))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("900101-1234567", True),
        ("9001011234567", True),
        ("900101 - 1234567", True),
        ("900101 1234567", True),
        ("대표자900101-1234567입니다", True),
        ("040229-3234567", True),  # a leap day of 2004
        ("040229-1234567", True),  # and of 1904
        ("030229-3234567", False),  # 2003 had none
        ("000229-4234567", True),  # 2000 had one
        ("000229-1234567", False),  # 1900 had none
        ("901301-1234567", False),
        ("900132-1234567", False),
        ("900101-9234567", False),
        ("900101-0234567", False),
        ("900101-123456", False),
        ("900101-12345678", False),
        ("1900101-1234567", False),
        ("110-81-00062", False),
    ],
)
def test_a_resident_number_is_a_day_and_a_digit_of_its_century(text, is_one):
    assert reading.places_of([text]) == ([1] if is_one else [])
    assert (reading.MASK in reading.masked(text)) is is_one


def test_a_pdf_that_asks_for_a_password_is_refused_and_one_that_is_only_protected_is_not(english):
    from_the_tax_office = io.BytesIO(fixtures.locked_pdf(user="", lines=LINES))

    assert kind_of(from_the_tax_office) == "pdf"
    assert reading.parts_of(from_the_tax_office, "pdf") == ["\n".join(LINES)]
    with pytest.raises(Exception, match="locked with a password"):
        kind_of(io.BytesIO(fixtures.locked_pdf()))


def test_a_document_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.01)

    with pytest.raises(reading.Unreadable):
        reading.parts_of(io.BytesIO(fixtures.pdf()), "pdf")


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnoise", b"%PDF-1.4\n" + b"[" * 200_000])
def test_a_broken_document_is_unreadable_and_breaks_nothing(db, content):
    stored = received(pdf(content=content))

    examine(stored)

    stored.refresh_from_db()
    assert (stored.text_state, stored.resident_at, stored.taken_at) == ("unreadable", [], None)


def test_the_timetable_reads_what_has_come_and_keeps_no_resident_number(db):
    stored = received(pdf(content=fixtures.pdf(LINES)))
    picture = received(pdf(content=fixtures.pdf(())))
    assert (stored.text_state, FileText.objects.count()) == ("reading", 0)

    examine_files()

    stored.refresh_from_db()
    picture.refresh_from_db()
    assert (stored.text_state, stored.resident_at, picture.text_state) == ("read", [1], "empty")
    assert stored.text.parts == ["사업계획서\n대표 홍길동 ******-*******\n두 번째 문단\n연락처 02-000-0000"]
    assert StoredFile.objects.to_examine(stored.stored_at).count() == 0


def test_the_same_bytes_are_read_once(db, monkeypatch):
    first, second = (received(pdf(content=fixtures.pdf(LINES))) for _copy in range(2))
    examine(first)
    monkeypatch.setattr(reading.sys, "executable", "/nonexistent")

    examine(second)

    second.refresh_from_db()
    assert (second.text_state, second.resident_at, second.text.text) == ("read", [1], first.text.text)
