"""Uploaded papers: what a file really is, whatever it is called, and how it leaves the house."""

import hashlib
import io
import unicodedata
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from hwpx import HwpxDocument
from hwpx.hwp5.cfb import build_compound_file
from hwpx.hwp5.writer import write_hwp5
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import (
    MAX_FILE_BYTES,
    MAX_PACKED_ENTRIES,
    MAX_UNPACKED_BYTES,
    TYPES,
    StoredFile,
    accepted,
    clean_name,
    download,
    kind_of,
    named_as,
)
from tests.world import received


def archive(entries, **options):
    """A ZIP with these entries, in order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return packed.getvalue()


def office(folder, **more):
    return archive(
        {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<x/>", f"{folder}/document.xml": "<x/>", **more}
    )


def real_pdf():
    page = io.BytesIO()
    canvas = Canvas(page)
    canvas.drawString(72, 720, "Plan")
    canvas.save()
    return page.getvalue()


def real_hwpx():
    document = HwpxDocument.new()
    document.add_paragraph("사업계획서")
    saved = io.BytesIO()
    document.save_to_stream(saved)
    return saved.getvalue()


def entries_of(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def real_hwp():
    return write_hwp5(entries_of(real_hwpx()))


def picture(format):
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, format)
    return drawn.getvalue()


def compound(**streams):
    return build_compound_file(list(streams.items()))


def locked_zip():
    """A ZIP whose one entry says that it is encrypted (bit 0 of its flags, twice)."""
    packed = bytearray(archive({"plan.pdf": b"secret"}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def bomb():
    """A small ZIP that says of itself that it unpacks to more than we take."""
    packed = bytearray(archive({"zeros.txt": b"0" * 1000}))
    at = packed.index(b"PK\x01\x02") + 24
    packed[at : at + 4] = (MAX_UNPACKED_BYTES + 1).to_bytes(4, "little")
    return bytes(packed)


def long_directory():
    """A list of 100,000 entries that point nowhere."""
    entries = (b"PK\x01\x02" + b"\0" * 24 + b"\x01\0" + b"\0" * 16 + b"a") * 100_000
    end = b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff" + len(entries).to_bytes(4, "little") + b"\x1e\0\0\0\0\0"
    return b"PK\x03\x04".ljust(30, b"\0") + entries + end


HEADER = "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n"
FIELD = 'var ComboBox1 = Document.XHwpFormComboBoxs.ItemFromName("ComboBox1");\r\n'
SOURCE = "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n\r\nfunction OnDocument_Open()\r\n{\r\n\t//todo : \r\n}\r\n"


def with_scripts(source, *, header=HEADER, name="sourceScripts", encoding="utf-16-le"):
    """A document of Hangul with its two scripts; every document that Hangul saves has them."""
    scripts = {"Scripts/headerScripts": header, f"Scripts/{name}": source}
    return archive(entries_of(real_hwpx()) | {name: text.encode(encoding) for name, text in scripts.items()})


def locked_pdf(password="secret"):
    page = io.BytesIO()
    canvas = Canvas(page, encrypt=StandardEncryption(password, ownerPassword="owner"))
    canvas.drawString(72, 720, "Plan")
    canvas.save()
    return page.getvalue()


def acting_pdf(change, **encryption):
    """A PDF with what a writer of the format puts into it."""
    writer = PdfWriter(clone_from=io.BytesIO(real_pdf()))
    change(writer)
    if encryption:
        writer.encrypt(**encryption)
    saved = io.BytesIO()
    writer.write(saved)
    return saved.getvalue()


def that_opens(action):
    """What makes a PDF do this when it is opened."""
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): action(writer)})


def launching(_writer):
    return DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")}
    )


def scripted(_writer):
    return DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )


with_script = that_opens(scripted)


def going(writer):
    return ArrayObject([writer.pages[0].indirect_reference, NameObject("/Fit")])


def packed_pdf(*objects):
    """A PDF of these objects, numbered from 1, as newer writers make it: all of them packed into one stream."""
    places = [sum(len(one) + 1 for one in objects[:place]) for place in range(len(objects))]
    index = " ".join(f"{number} {place}" for number, place in enumerate(places, 1)).encode() + b" "
    body = zlib.compress(index + b"\n".join(objects) + b"\n")
    count, text = len(objects), io.BytesIO()
    text.write(b"%PDF-1.7\n")
    packed_at = text.tell()
    text.write(b"%d 0 obj<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\n"
               % (count + 1, count, len(index), len(body), body))  # fmt: skip
    table_at = text.tell()
    rows = [b"\x00\x00\x00\x00\x00\xff"]
    rows += [b"\x02" + (count + 1).to_bytes(4, "big") + bytes([place]) for place in range(count)]
    rows += [b"\x01" + at.to_bytes(4, "big") + b"\x00" for at in (packed_at, table_at)]
    table = zlib.compress(b"".join(rows))
    text.write(b"%d 0 obj<</Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\n"
               % (count + 2, count + 3, len(table), table))  # fmt: skip
    text.write(b"startxref\n%d\n%%%%EOF\n" % table_at)
    return text.getvalue()


PAGES = (b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>")


def with_remark(packed, remark):
    """The same ZIP with a remark that says where it ends."""
    return packed[:-2] + len(remark).to_bytes(2, "little") + remark


def unlisted():
    """A ZIP whose list names its second entry alone."""
    packed = archive({"a.txt": b"x", "b.txt": b"y"})
    first = packed.index(b"PK\x01\x02")
    second, end = packed.index(b"PK\x01\x02", first + 1), packed.index(b"PK\x05\x06")
    length, place = (end - second).to_bytes(4, "little"), first.to_bytes(4, "little")
    return packed[:first] + packed[second:end] + b"PK\x05\x06\0\0\0\0\1\0\1\0" + length + place + b"\0\0"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (real_pdf, "pdf"),
        (real_hwp, "hwp"),
        (real_hwpx, "hwpx"),
        (lambda: office("word"), "docx"),
        (lambda: office("xl"), "xlsx"),
        (lambda: office("ppt"), "pptx"),
        (lambda: picture("PNG"), "png"),
        (lambda: picture("JPEG"), "jpg"),
        (lambda: archive({"사진/하나.png": picture("PNG")}), "zip"),
        (lambda: with_scripts(SOURCE), "hwpx"),
        (lambda: with_scripts("\ufeff" + SOURCE, header=HEADER + FIELD, name="sourceScripts.js"), "hwpx"),
        (lambda: with_scripts(SOURCE, encoding="utf-8"), "hwpx"),
        (lambda: with_scripts(""), "hwpx"),
        (lambda: locked_pdf(""), "pdf"),
        (lambda: archive({"plan.pdf": locked_pdf("")}), "zip"),
        (lambda: with_remark(archive({"a.txt": b"x"}), b"packed by a programme"), "zip"),
        (lambda: picture("JPEG") + b"\xff\xd8 the film of a phone", "jpg"),
    ],
)
def test_a_real_file_is_known_by_its_content(make, kind):
    assert kind_of(io.BytesIO(make())) == kind


ALL = "PDF, HWP, HWPX, DOCX, XLSX, PPTX, PNG, JPG, ZIP"
NOT_ACCEPTED = (
    "By its content this file is none of the kinds that we accept here, whatever its name ends in; it may be damaged. "
    f"Please open it, and save it as one of these: {ALL}."
)


def really(what, kinds=ALL):
    return (
        f"By its content this file is {what}, whatever its name ends in. "
        f"Please save it as one of these kinds, or choose another file: {kinds}."
    )


DAMAGED = "The file is damaged and cannot be read."
LOCKED = "The document is locked with a password. Please save it without one."
ACTING = "The PDF holds a script or a program, or starts one. Please save it anew without it: print it as a PDF, for instance."
MACROS = "The document holds macros. Please save it without them."
TWO = "The file is two kinds of file in one. Please save it anew as one of them."
NESTED = "There is an archive within the archive. Please unpack it first."
BESIDE = "Something stands before or behind the contents of the file. Please save or pack it anew."
HWP_LOCKED, HWP_SCRIPT, HWP_DRM = (
    b"HWP Document File".ljust(36, b"\0") + bytes([flags]) + b"\0\0\0" for flags in (0b10, 0b1000, 0b10000)
)


NO_PAPERS = {
    "a programme": (lambda: b"MZ\x90\x00" + b"\0" * 60, really("a programme")),
    "nothing": (lambda: b"", NOT_ACCEPTED),
    "a page": (lambda: b"<html><script>alert(1)</script>", really("a web page")),
    "a page after a space": (lambda: b"\xef\xbb\xbf\n<!DOCTYPE html><title>x</title>", really("a web page")),
    "hangul of 1997": (lambda: b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05", really("a document of Hangul 3.0 or older (old HWP)")),
    "xml": (lambda: b"<?xml version='1.0'?><HWPML/>", really("an XML text")),
    "rtf": (lambda: b"{\\rtf1 x}", really("an RTF text")),
    "a drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_ACCEPTED),
    "rar": (lambda: b"Rar!\x1a\x07\x00", really("an archive that is not a ZIP")),
    "gif": (lambda: b"GIF89a", NOT_ACCEPTED),
    "not at once a pdf": (lambda: b"\n%PDF-1.7", NOT_ACCEPTED),
    "an empty compound": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, DAMAGED),
    "noise": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5000, DAMAGED),
    "half an hwp": (lambda: real_hwp()[:600], DAMAGED),
    "noise after pk": (lambda: b"PK\x03\x04" + b"\xff" * 100, DAMAGED),
    "half a hwpx": (lambda: real_hwpx()[:-30], DAMAGED),
    "a compound of something else": (lambda: compound(Mail=b"x"), NOT_ACCEPTED),
    "old office": (lambda: compound(WordDocument=b"old"), "Old Office files are not accepted. Please save the document as PDF, HWPX or DOCX."),
    "locked hwp": (lambda: compound(FileHeader=HWP_LOCKED), LOCKED),
    "locked office": (lambda: compound(EncryptionInfo=b"x", EncryptedPackage=b"x"), LOCKED),
    "locked hwpx": (lambda: archive({**entries_of(real_hwpx()), "META-INF/manifest.xml": b"<odf:encryption-data/>"}), LOCKED),
    "locked zip": (locked_zip, "The file is locked with a password. Please save it without one."),
    "a bomb": (bomb, "The file holds too much when it is unpacked."),
    "too many entries": (lambda: archive({f"{n}": b"" for n in range(MAX_PACKED_ENTRIES + 1)}), "The file holds too much when it is unpacked."),
    "a long directory": (long_directory, "The file holds too much when it is unpacked."),
    "out of the folder": (lambda: archive({"../../etc/passwd": b""}), "The file holds names that lead outside it."),
    "from the root": (lambda: archive({"/etc/passwd": b""}), "The file holds names that lead outside it."),
    "out by backslashes": (lambda: archive({"a\\..\\..\\b": b""}), "The file holds names that lead outside it."),
    "on a drive": (lambda: archive({"C:\\Windows\\a.dll": b""}), "The file holds names that lead outside it."),
    "macros of excel 4": (lambda: office("xl", **{"xl/macrosheets/sheet1.xml": "x"}), MACROS),
    "docm renamed": (lambda: archive({"[Content_Types].xml": '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>', "word/document.xml": "<x/>"}), MACROS),
    "hwp with a script": (lambda: compound(FileHeader=HWP_SCRIPT), MACROS),
    "hwp under drm": (lambda: compound(FileHeader=HWP_DRM), LOCKED),
    "a picture and an archive": (lambda: picture("JPEG") + archive({"a.txt": b"x"}), TWO),
    "a pdf and an archive": (lambda: real_pdf() + archive({"a.txt": b"x"}), TWO),
    "a picture and a pdf": (lambda: picture("PNG")[:40] + real_pdf(), TWO),
    "an archive in an archive": (lambda: archive({"photos.zip": archive({"a.png": picture("PNG")})}), NESTED),
    "an archive under another name": (lambda: archive({"photos.jpg": archive({"a.png": picture("PNG")})}), NESTED),
    "rar in an archive": (lambda: archive({"a.rar": b"Rar!\x1a\x07\x00"}), NESTED),
    "gz in an archive": (lambda: archive({"a.gz": b"\x1f\x8b\x08"}), NESTED),
    "a programme in an archive": (lambda: archive({"plan.pdf": b"MZ\x90"}), "The archive holds a programme. Please take it out."),
    "macros in an archive": (lambda: archive({"a.docx": office("word", **{"word/vbaProject.bin": "x"})}), MACROS),
    "a locked document in an archive": (lambda: archive({"a.hwp": compound(FileHeader=HWP_LOCKED)}), LOCKED),
    "a script in an hwpx": (lambda: with_scripts(SOURCE.replace("//todo : ", "Run('calc');", 1)), MACROS),
    "a script in the head of an hwpx": (lambda: with_scripts(SOURCE, header=HEADER + "var shell = new ActiveXObject('x');"), MACROS),
    "a script in a remark that jscript runs": (lambda: with_scripts("/*@cc_on Run('calc'); @*/"), MACROS),
    "a script behind a line that ends otherwise": (lambda: with_scripts("//todo \u2028Run('calc');"), MACROS),
    "a script behind two slashes in a text": (lambda: with_scripts("var a = '//'; Run('calc');"), MACROS),
    "a script in other letters": (lambda: with_scripts("Run('calc');", encoding="utf-8"), MACROS),
    "a script behind much that is empty": (lambda: with_scripts(" " * 100_000 + "Run('calc');"), MACROS),
    "a script of another name": (lambda: archive(entries_of(real_hwpx()) | {"BinData/a.JS": b"Run('calc');"}), MACROS),
    "a picture and a rar": (lambda: picture("JPEG") + b"Rar!\x1a\x07\x01\x00" + b"\0" * 99, TWO),
    "a picture and a 7z": (lambda: picture("PNG") + b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 99, TWO),
    "a pdf and a rar": (lambda: real_pdf() + b"Rar!\x1a\x07\x00", TWO),
    "a picture, an archive and a byte": (lambda: picture("PNG") + archive({"a.txt": b"x"}) + b"\0", TWO),
    "a picture, an archive and much more": (lambda: picture("JPEG") + archive({"a.txt": b"x"}) + b"\0" * 300_000, TWO),
    "a pdf, an archive and a byte": (lambda: real_pdf() + archive({"a.txt": b"x"}) + b"\n", TWO),
    "a pdf and an archive that ends like a pdf": (lambda: real_pdf() + with_remark(archive({"a.txt": b"x"}), b"%%EOF"), TWO),
    "a sign across two pieces": (lambda: picture("PNG").ljust(256 * 1024 - 3, b"\0") + b"Rar!\x1a\x07\x00", TWO),
    "an archive and a byte": (lambda: archive({"a.txt": b"x"}) + b"\0", BESIDE),
    "an archive behind an archive": (lambda: archive({"a.txt": b"x"}) + archive({"b.txt": b"y"}), BESIDE),
    "an hwpx and a byte": (lambda: real_hwpx() + b"\n", BESIDE),
    "an archive that begins with what it does not list": (lambda: unlisted(), BESIDE),
    "a locked pdf": (locked_pdf, LOCKED),
    "a locked pdf in an archive": (lambda: archive({"plan.pdf": locked_pdf()}), LOCKED),
    "a picture and an archive in an archive": (lambda: archive({"a.png": picture("PNG") + archive({"a.txt": b"x"})}), TWO),
    "more encrypted pdf than are opened": (lambda: archive({f"{n}.pdf": b"%PDF-1.4 /Encrypt" for n in range(42)}), "The file holds too much when it is unpacked."),
    "a pdf with a script": (lambda: acting_pdf(with_script), ACTING),
    "a pdf with a script in an archive": (lambda: archive({"plan.pdf": acting_pdf(with_script)}), ACTING),
    "a pdf with a script that is encrypted": (lambda: acting_pdf(with_script, user_password="", owner_password="o", algorithm="AES-256"), ACTING),
    "a pdf with a script of another spelling": (lambda: acting_pdf(with_script).replace(b"/JS ", b"/J#53 ").replace(b"/JavaScript", b"/Java#53cript"), ACTING),
    "a pdf that packs its script": (lambda: packed_pdf(b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", *PAGES, b"<</S/JavaScript/JS(app.alert(1))>>"), ACTING),
    "a pdf with a script behind an attachment that is none": (lambda: packed_pdf(b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>", *PAGES, b"<</Type/EmbeddedFile>>", b"<</S/JavaScript/JS(app.alert(1))>>"), ACTING),
    "a pdf that starts a program": (lambda: acting_pdf(that_opens(launching)), ACTING),
    "a pdf that holds a program": (lambda: acting_pdf(lambda writer: writer.add_attachment("plan.pdf", b"MZ\x90\x00")), ACTING),
    "macros": (lambda: office("word", **{"word/vbaProject.bin": "x"}), MACROS),
}  # fmt: skip


@pytest.mark.parametrize(("make", "reason"), NO_PAPERS.values(), ids=NO_PAPERS)
def test_what_is_no_paper_is_refused_with_a_plain_reason(english, make, reason):
    with pytest.raises(Refused) as refusal:
        kind_of(io.BytesIO(make()))

    assert str(refusal.value) == reason


def test_an_archive_may_hold_documents_and_a_pdf_an_attached_document():
    documents = {
        "a.docx": office("word"),
        "b.hwp": real_hwp(),
        "c.hwpx": real_hwpx(),
        "d.pdf": real_pdf(),
        "e.txt": b"x",
    }
    with_attachment = real_pdf() + office("xl") + b"\nendstream endobj\n%%EOF\n"

    assert kind_of(io.BytesIO(archive(documents))) == "zip"
    assert kind_of(io.BytesIO(with_attachment)) == "pdf"


@pytest.mark.parametrize(
    "make",
    [
        lambda: acting_pdf(that_opens(going)),
        lambda: acting_pdf(lambda writer: writer.add_attachment("table.csv", b"a,b")),
        lambda: packed_pdf(b"<</Type/Catalog/Pages 2 0 R>>", *PAGES),
        lambda: typst.compile(b"Plan"),
    ],
    ids=["opens at a page", "has a table attached", "is packed", "is set by typst"],
)
def test_a_pdf_that_does_nothing_by_itself_is_taken(make):
    assert kind_of(io.BytesIO(make())) == "pdf"


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_no_bytes_at_all_break_the_look_at_a_file(content, head):
    try:
        kind = kind_of(io.BytesIO(head + content))
    except Refused:
        kind = None
    assert kind is None or kind in TYPES


def test_an_entry_that_tells_the_kind_is_read_no_further_than_needed():
    """Its check sum is wrong: whoever read a bomb of this name to its end would say that it is damaged."""
    packed = bytearray(archive({"mimetype": b"0" * 1_000_000}))
    packed[packed.index(b"PK\x01\x02") + 16] ^= 1

    assert kind_of(io.BytesIO(packed)) == "zip"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("사업계획서 (최종).pdf", "사업계획서 (최종).pdf"),
        (unicodedata.normalize("NFD", "사업계획서.hwp"), "사업계획서.hwp"),
        ("계획\u202efdp.exe", "계획fdp.exe"),
        ("a\u200bb\ufeff.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\계획.pdf", "계획.pdf"),
        ("..", "file"),
        ("", "file"),
        (" .pdf. ", "pdf"),
        ("\ud800.pdf", "pdf"),
        ("가" * 300 + ".pdf", "가" * 196 + ".pdf"),
        ("a" * 300, "a" * 200),
    ],
)
def test_a_name_is_kept_as_people_see_it(typed, kept):
    assert clean_name(typed) == kept


@given(st.text())
def test_every_name_fits_and_survives_a_second_cleaning(name):
    kept = clean_name(name)

    assert 0 < len(kept) <= 200
    assert not {"/", "\0", "\r", "\n"} & set(kept)


@pytest.mark.parametrize(
    ("name", "kind", "named"),
    [
        ("plan.pdf", "pdf", "plan.pdf"),
        ("PLAN.PDF", "pdf", "PLAN.PDF"),
        ("photo.jpeg", "jpg", "photo.jpeg"),
        ("plan.html", "pdf", "plan.html.pdf"),
        ("plan", "hwp", "plan.hwp"),
    ],
)
def test_a_file_leaves_with_the_ending_of_what_it_is(name, kind, named):
    assert named_as(name, kind) == named


def test_a_stored_file_is_described_as_it_is(db):
    content = real_pdf()

    with clock.at(clock.kst(2026, 12, 10, 12)):
        stored = received(SimpleUploadedFile(unicodedata.normalize("NFD", "계획.pdf"), content, "text/html"))

    stored.refresh_from_db()
    assert (stored.name, stored.kind, stored.size) == ("계획.pdf", "pdf", len(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.stored_at == datetime(2026, 12, 10, 3, tzinfo=UTC)
    assert stored.path == f"{stored.key.hex[:2]}/{stored.key.hex}"


def refused_without_trace(upload, settings, **limits):
    with pytest.raises(Refused) as refusal:
        accepted(upload, **limits)

    assert StoredFile.objects.count() == 0
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    (reason,) = refusal.value.reasons
    assert reason.field == "file"
    return str(reason)


def test_g18_a_programme_named_pdf_is_refused_and_leaves_nothing(db, settings, english):
    upload = SimpleUploadedFile("a.pdf", b"MZ\x90\x00" + b"\0" * 200, "application/pdf")

    assert refused_without_trace(upload, settings) == really("a programme")


def test_an_empty_file_and_a_kind_not_wanted_here_are_refused(db, settings, english):
    assert refused_without_trace(SimpleUploadedFile("a.pdf", b""), settings) == "The file is empty."
    reason = refused_without_trace(
        SimpleUploadedFile("a.png", picture("PNG")), settings, kinds=("pdf", "hwpx")
    )
    assert reason == really("PNG", "PDF, HWPX")


def test_thirty_mebibytes_are_taken_and_one_byte_more_is_not(db, settings, english):
    most = b"%PDF-".ljust(MAX_FILE_BYTES, b"0")

    reason = refused_without_trace(SimpleUploadedFile("a.pdf", most + b"0"), settings)
    stored = received(SimpleUploadedFile("a.pdf", most))

    assert reason == "The file is larger than 30 MB."
    assert stored.size == 31_457_280


def test_g22_a_download_is_an_attachment_of_the_type_that_we_found(db):
    polyglot = b"%PDF-1.4\n<html><script>alert(1)</script></html>"
    stored = received(SimpleUploadedFile('계획 "1".html', polyglot, "text/html"))

    response = download(stored)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%EA%B3%84%ED%9A%8D%20%221%22.html.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content) == polyglot
    response.close()
