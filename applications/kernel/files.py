"""Uploaded papers: what a file really is, where it is kept, and how it leaves the house again."""

import hashlib
import io
import unicodedata
import uuid
import zipfile
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath

import olefile
from django.core.files.storage import storages
from django.db import models, transaction
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.errors import Reason, Refused

MAX_FILE_BYTES = 30 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_PACKED_ENTRIES = 2_000
MAX_DIRECTORY_BYTES = 512 * MAX_PACKED_ENTRIES

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


class StoredFile(models.Model):
    """One file as it was received. Its bytes are never changed; a new version is a new file."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True)
    stored_at = models.DateTimeField()

    @property
    def media_type(self):
        return TYPES[self.kind]


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


def kind_of(content) -> str:
    """The kind of a file by its content, one of TYPES. Raises Refused with a plain reason.

    content: a seekable binary file object.
    """
    content.seek(0)
    head = content.read(8)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_ole(content)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(content)
    raise Refused(
        _("This is not a kind of file that we accept: %(kinds)s.") % {"kinds": ", ".join(TYPES).upper()}
    )


def _kind_of_ole(content):
    content.seek(0)
    try:
        with olefile.OleFileIO(io.BytesIO(content.read())) as ole:
            header = ole.openstream("FileHeader").read() if ole.exists("FileHeader") else b""
            locked = ole.exists("EncryptedPackage")
    except Exception as broken:  # olefile raises whatever a damaged file makes it raise
        raise Refused(_("The file is damaged and cannot be read.")) from broken
    if locked or (len(header) >= 40 and header[36] & 0b10):
        raise Refused(_("The document is locked with a password. Please save it without one."))
    if not header.startswith(b"HWP Document File"):
        raise Refused(_("Old Office files are not accepted. Please save the document as PDF, HWPX or DOCX."))
    return "hwp"


def _kind_of_zip(content):
    try:
        _refuse_long_directory(content)
        content.seek(0)
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            _refuse_dangerous(entries)
            names = [entry.filename for entry in entries]
            said = _beginning(archive, "mimetype") if names[:1] == ["mimetype"] else b""
            manifest = (
                _beginning(archive, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
            )
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as broken:
        raise Refused(_("The file is damaged and cannot be read.")) from broken
    if said.strip() == b"application/hwp+zip":
        if b"encryption-data" in manifest:
            raise Refused(_("The document is locked with a password. Please save it without one."))
        return "hwpx"
    if "[Content_Types].xml" in names:
        for part, kind in OFFICE_PARTS.items():
            if any(name.startswith(part) for name in names):
                return kind
    return "zip"


def _beginning(archive, name):
    """As much of one entry as tells what the whole is; never a bomb."""
    with archive.open(name) as entry:
        return entry.read(64 * 1024)


def _refuse_long_directory(content):
    """The list of entries costs memory before anything is unpacked: what zipfile would read, without reading it."""
    end = zipfile._EndRecData(content)
    if end and end[zipfile._ECD_SIZE] > MAX_DIRECTORY_BYTES:
        raise Refused(_("The file holds too much when it is unpacked."))


def _refuse_dangerous(entries):
    if len(entries) > MAX_PACKED_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Refused(_("The file holds too much when it is unpacked."))
    for entry in entries:
        path = PureWindowsPath(entry.filename)  # knows both slashes, and drives
        if path.drive or path.root or ".." in path.parts:
            raise Refused(_("The file holds names that lead outside it."))
        if entry.flag_bits & 1:
            raise Refused(_("The file is locked with a password. Please save it without one."))
        if path.name.lower() == "vbaproject.bin":
            raise Refused(_("The document holds macros. Please save it without them."))


def store(upload, *, kinds=tuple(TYPES), limit=MAX_FILE_BYTES) -> StoredFile:
    """Check and keep an uploaded file. Raises Refused with the reason beside the field "file".

    upload: a Django UploadedFile; kinds: what is accepted here.
    """
    try:
        if upload.size > limit:
            raise Refused(_("The file is larger than %(mib)d MB.") % {"mib": limit // 1024 // 1024})
        if upload.size == 0:
            raise Refused(_("The file is empty."))
        kind = kind_of(upload)
        if kind not in kinds:
            raise Refused(
                _("Please choose a file of these kinds: %(kinds)s.") % {"kinds": ", ".join(kinds).upper()}
            )
    except Refused as refusal:
        raise Refused(*(Reason(reason.text, "file") for reason in refusal.reasons)) from None
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    key = uuid.uuid4()
    path = f"{key.hex[:2]}/{key.hex}"
    upload.seek(0)
    try:
        return StoredFile.objects.create(
            key=key,
            name=named_as(clean_name(upload.name), kind),
            kind=kind,
            size=upload.size,
            sha256=digest.hexdigest(),
            path=storages["default"].save(path, upload),
            stored_at=clock.now(),
        )
    except BaseException:
        storages["default"].delete(path)
        raise


@contextmanager
def storing():
    """A transaction that stores files with the `store` it yields: where it fails, their objects go with their rows."""
    paths = []

    def store_here(upload, **limits):
        stored = store(upload, **limits)
        paths.append(stored.path)
        return stored

    try:
        with transaction.atomic():
            yield store_here
    except BaseException:
        for path in paths:
            storages["default"].delete(path)
        raise


def forget(stored: StoredFile):
    """Let go of a file that nothing holds any more: its row now, its object when the transaction commits."""
    transaction.on_commit(partial(storages["default"].delete, stored.path), robust=True)
    stored.delete()


def download(stored: StoredFile) -> FileResponse:
    """The file as an attachment, with the type that we found, never with the one that was claimed."""
    response = FileResponse(
        storages["default"].open(stored.path),
        as_attachment=True,
        filename=stored.name,
        content_type=stored.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
