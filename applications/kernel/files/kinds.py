"""What a file is: by its content, never by its name; what is dangerous is refused with a plain reason."""

import re
import shutil
import unicodedata
import zipfile
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile

import olefile
from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Refused
from applications.kernel.files.extract import PROGRAMMES
from applications.kernel.files.reading import acts_of

MAX_FILE_BYTES = 30 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_PACKED_ENTRIES = 2_000
MAX_DIRECTORY_BYTES = 512 * MAX_PACKED_ENTRIES
MAX_HEADER_BYTES = 64 * 1024

TYPES = {
    "pdf": "application/pdf",
    "hwp": "application/x-hwp",
    "hwpx": "application/hwp+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "zip": "application/zip",
}
OFFICE_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
PDF, PNG, JPG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKED = b"PK\x03\x04"
ARCHIVES = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"MSCF",
    b"egg",
    b"EGGA",
    b"ALZ\x01",
)
# What programmes look for behind anything else, long enough to stand nowhere by chance: the end of a ZIP, the beginning of others.
ZIP_END = b"PK\x05\x06\0\0\0\0"
BEHIND = (
    ZIP_END,
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"MSCF\0\0\0\0",
    b"EGGA\0\x01",
    b"ALZ\x01\x0a\0\0\0",
)
MOST_OPENED = 40  # PDF of one archive that are opened to see whether they ask for a password, and what they do by themselves
# What may be an act of a PDF, or hide one: packed objects, names that are written in digits, and everything in an encrypted one.
ACTS = re.compile(
    rb"/(?:JS|JavaScript|Launch|EmbeddedFile|ObjStm|Encrypt)(?![A-Za-z])|/[A-Za-z]*#[0-9A-Fa-f]{2}"
)
LONGEST_ACT = 64
# What Hangul writes into every document by itself: the scripts of a document and of its form fields, with nothing in them.
# A remark that begins with @ is none: JScript runs it.
REMARK = re.compile(r"/\*(?!@).*?\*/|//(?!@)[^\r\n\u2028\u2029]*", re.DOTALL)
IDLE = re.compile(
    r"var\s+Documents\s*=\s*XHwpDocuments\s*;|var\s+Document\s*=\s*Documents\.Active_XHwpDocument\s*;"
    r"|var\s+\w+\s*=\s*Document\.XHwpForm\w+\.ItemFromName\(\"[^\"]*\"\)\s*;|function\s+\w+\s*\([\w\s,]*\)\s*{\s*}|\s+"
)
SCRIPT = re.compile(r"scripts[/\\].|.*\.js$", re.IGNORECASE | re.DOTALL)
HWP_LOCKED = 1 << 1 | 1 << 4 | 1 << 8 | 1 << 10  # password, DRM, encrypted by a certificate, DRM by one
HWP_SCRIPT = 1 << 3
MACROS = _("The document holds macros. Please save it without them.")
ACTING = _(
    "The PDF holds a script or a program, or starts one. Please save it anew without it: print it as a PDF, for instance."
)
LOCKED = _("The document is locked with a password. Please save it without one.")
TWO = _("The file is two kinds of file in one. Please save it anew as one of them.")
DAMAGED = _("The file is damaged and cannot be read.")
NESTED = _("There is an archive within the archive. Please unpack it first.")
TOO_MUCH = _("The file holds too much when it is unpacked.")
FOREIGN = [  # what people send in good faith: what it is called, and how it begins
    (_("a document of Hangul 3.0 or older (old HWP)"), (b"HWP Document File V",)),
    (_("an archive that is not a ZIP"), ARCHIVES),
    (_("a programme"), PROGRAMMES),
    (_("a web page"), (b"<!doctype html", b"<html")),
    (_("an XML text"), (b"<?xml",)),
    (_("an RTF text"), (b"{\\rtf",)),
]
OLD_OFFICE = ("WordDocument", "Workbook", "Book", "PowerPoint Document")  # parts of a compound file


def clean_name(name: str) -> str:
    """The name as people see it: NFC, no path, no control or direction characters, at most 200 characters."""
    name = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs")).strip(
        " ."
    )
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: 199 - len(ending)]}.{ending}"
    return name[:200] or "file"


def named_as(name: str, kind: str) -> str:
    """The name with the ending of what the file really is: a page of a browser never leaves as one."""
    ending = name.rpartition(".")[2].lower()
    return name if ending == kind or (kind == "jpg" and ending == "jpeg") else f"{name}.{kind}"


def kind_of(content, kinds=tuple(TYPES)) -> str:
    """The kind of a file by its content, one of these kinds. Raises Refused with a plain reason.

    content: a seekable binary file object; it is read in pieces, never as a whole.
    """
    kind = _found(content, kinds)
    if kind not in kinds:
        raise Refused(_is_really(kind.upper(), kinds))
    return kind


def _is_really(what, kinds):
    """What a file is, and what is taken in its place: people know no more than its name."""
    return _(
        "By its content this file is %(what)s, whatever its name ends in. "
        "Please save it as one of these kinds, or choose another file: %(kinds)s."
    ) % {"what": what, "kinds": ", ".join(kinds).upper()}


def _nothing_we_know(kinds):
    return _(
        "By its content this file is none of the kinds that we accept here, whatever its name ends in; "
        "it may be damaged. Please open it, and save it as one of these: %(kinds)s."
    ) % {"kinds": ", ".join(kinds).upper()}


def _found(content, kinds=tuple(TYPES), *, within=False):
    content.seek(0)
    head = content.read(1024)
    if head.startswith(PDF):
        _refuse_two_in_one(content, head)
        if _may_act(content):
            acts = acts_of(content)
            if acts is None:
                raise Refused(LOCKED)
            if acts:
                raise Refused(ACTING)
        return "pdf"
    for kind, sign in (("png", PNG), ("jpg", JPG)):
        if head.startswith(sign):
            _refuse_two_in_one(content, head)
            return kind
    if head.startswith(OLE):
        return _kind_of_ole(content, kinds)
    if head.startswith(PACKED):
        return _kind_of_zip(content, within=within)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for what, signs in FOREIGN:
        if head.startswith(signs) or text.startswith(signs):
            raise Refused(_is_really(what, kinds))
    raise Refused(_nothing_we_know(kinds))


def _places(content, signs):
    """(sign, where it stands) of these signs in a file, which is read in pieces."""
    at, before = 0, b""
    while content.seek(at) == at and (piece := content.read(256 * 1024)):
        text = before + piece
        for sign in signs:
            start = text.find(sign)
            while start >= 0:
                yield sign, at - len(before) + start
                start = text.find(sign, start + 1)
        before, at = text[1 - max(map(len, signs)) :], at + len(piece)


def _refuse_two_in_one(content, head):
    """A picture or a PDF that is an archive as well, or a picture that is a PDF: each programme sees another file."""
    is_pdf = head.startswith(PDF)
    for sign, place in _places(content, BEHIND):
        if not (is_pdf and sign == ZIP_END and _is_attached(content, place)):
            raise Refused(TWO)
    if PDF in head[5:]:
        raise Refused(TWO)


def _is_attached(content, place):
    """Whether an archive that ends here stands in a PDF as one of its parts."""
    content.seek(place + zipfile.sizeEndCentDir - 2)
    remark = int.from_bytes(content.read(2), "little")
    return content.read(remark + 20)[remark:].lstrip().startswith(b"endstream")


def _may_act(content):
    """Whether a PDF must be opened: it may do something by itself, or ask for a password."""
    at, before = 0, b""
    while content.seek(at) == at and (piece := content.read(256 * 1024)):
        if ACTS.search(before + piece):
            return True
        before, at = piece[-LONGEST_ACT:], at + len(piece)
    return False


def _kind_of_ole(content, kinds):
    content.seek(0)
    try:
        with olefile.OleFileIO(content) as ole:
            is_short = ole.exists("FileHeader") and ole.get_size("FileHeader") <= MAX_HEADER_BYTES
            header = ole.openstream("FileHeader").read() if is_short else b""
            locked = ole.exists("EncryptedPackage")
            is_office = any(map(ole.exists, OLD_OFFICE))
    except Exception as broken:  # olefile raises whatever a damaged file makes it raise
        raise Refused(DAMAGED) from broken
    properties = int.from_bytes(header[36:40], "little")
    if locked or properties & HWP_LOCKED:
        raise Refused(LOCKED)
    if not header.startswith(b"HWP Document File"):
        if not is_office:
            raise Refused(_nothing_we_know(kinds))
        raise Refused(_("Old Office files are not accepted. Please save the document as PDF, HWPX or DOCX."))
    if properties & HWP_SCRIPT:
        raise Refused(MACROS)
    return "hwp"


def _kind_of_zip(content, *, within=False):
    """within: another archive."""
    try:
        _refuse_long_directory(content)
        content.seek(0)
        with zipfile.ZipFile(content) as archive:
            _refuse_dangerous(archive.infolist())
            _refuse_beside(content, archive)
            kind = _kind_of_archive(archive)
            if kind == "zip" and within:
                raise Refused(NESTED)
            if kind == "zip":
                _refuse_what_is_inside(archive)
            return kind
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as broken:
        raise Refused(DAMAGED) from broken


def _kind_of_archive(archive):
    names = archive.namelist()
    if names[:1] == ["mimetype"] and _beginning(archive, "mimetype").strip() == b"application/hwp+zip":
        if b"encryption-data" in _entry(archive, "META-INF/manifest.xml"):
            raise Refused(LOCKED)
        if any(_is_written(archive, entry) for entry in archive.infolist() if SCRIPT.match(entry.filename)):
            raise Refused(MACROS)
        return "hwpx"
    if "[Content_Types].xml" in names:
        if b"macroenabled" in _entry(archive, "[Content_Types].xml").lower():
            raise Refused(MACROS)
        for part, kind in OFFICE_PARTS.items():
            if any(name.startswith(part) for name in names):
                return kind
    return "zip"


def _is_written(archive, entry):
    """Whether a script of an HWPX holds more than Hangul puts there by itself, which is short."""
    raw = _beginning(archive, entry)
    text = raw.decode("utf-16-le" if b"\0" in raw[:64] else "utf-8", "replace").removeprefix("\ufeff")
    return len(raw) == MAX_HEADER_BYTES or IDLE.sub("", REMARK.sub("", text)) != ""


def _beginning(archive, name, length=MAX_HEADER_BYTES):
    """As much of one entry as tells what the whole is; never a bomb."""
    with archive.open(name) as entry:
        return entry.read(length)


def _entry(archive, name):
    """An entry that may be missing, as far as one of its kind is long."""
    return _beginning(archive, name, 1024 * 1024) if name in archive.namelist() else b""


def _refuse_long_directory(content):
    """The list of entries costs memory before anything is unpacked: what zipfile would read, without reading it."""
    end = zipfile._EndRecData(content)
    if end and end[zipfile._ECD_SIZE] > MAX_DIRECTORY_BYTES:
        raise Refused(TOO_MUCH)


def _refuse_dangerous(entries):
    if len(entries) > MAX_PACKED_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Refused(TOO_MUCH)
    for entry in entries:
        path = PureWindowsPath(entry.filename)  # knows both slashes, and drives
        if path.drive or path.root or ".." in path.parts:
            raise Refused(_("The file holds names that lead outside it."))
        if entry.flag_bits & 1:
            raise Refused(_("The file is locked with a password. Please save it without one."))
        if path.name.lower() == "vbaproject.bin" or "macrosheets" in (part.lower() for part in path.parts):
            raise Refused(MACROS)


def _refuse_beside(content, archive):
    """An archive is the whole of its file: whoever reads it from the front sees what is seen from its end."""
    end = zipfile._EndRecData(content)
    ends_at = end[zipfile._ECD_LOCATION] + zipfile.sizeEndCentDir + end[zipfile._ECD_COMMENT_SIZE]
    begins_at = min((entry.header_offset for entry in archive.infolist()), default=0)
    if ends_at != content.seek(0, 2) or begins_at or archive.start_dir != end[zipfile._ECD_OFFSET]:
        raise Refused(
            _("Something stands before or behind the contents of the file. Please save or pack it anew.")
        )


def _refuse_what_is_inside(archive):
    """The files of an archive are looked at like files of their own; an archive among them is one too many."""
    opened = 0
    for entry in archive.infolist():
        with archive.open(entry) as packed, SpooledTemporaryFile(max_size=1024 * 1024) as unpacked:
            head = packed.read(8)
            if head.startswith(ARCHIVES):
                raise Refused(NESTED)
            if head.startswith(PROGRAMMES):
                raise Refused(_("The archive holds a programme. Please take it out."))
            if not head.startswith((PDF, PNG, JPG, OLE, PACKED)):
                continue
            unpacked.write(head)
            shutil.copyfileobj(packed, unpacked)
            if _found(unpacked, within=True) == "pdf":
                opened += _may_act(unpacked)
        if opened > MOST_OPENED:
            raise Refused(TOO_MUCH)
