"""Files as they were received: their rows and their objects, and what may be told of them."""

import hashlib
import uuid
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import F, Q, Sum
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.errors import Reason, Refused
from applications.kernel.files.kinds import MAX_FILE_BYTES, TYPES, clean_name, kind_of, named_as
from applications.kernel.files.reading import READABLE
from applications.kernel.leasing import free

DRAWN = ("pdf", "jpg", "png")  # kinds that a browser draws
LEASE = timedelta(minutes=5)  # of one look at a file; who has not come back by then is lost


class Scan(models.TextChoices):
    UNSCANNED = "unscanned", _("Not checked for viruses")  # there is no scanner
    WAITING = "scanning", _("Being checked for viruses")
    CLEAN = "clean", _("No virus found")
    INFECTED = "infected", _("Holds a virus")


class TextState(models.TextChoices):
    NONE = "none", _("Not a document with text")
    WAITING = "reading", _("The text is being read")
    READ = "read", _("The text is read")
    EMPTY = "empty", _("No text is found in it, as in a scanned picture")
    UNREADABLE = "unreadable", _("The text cannot be read")


class StoredFileQuerySet(models.QuerySet):
    def to_examine(self, now):
        """Files that wait for the scanner or to be read, and that nobody looks at; the earliest first."""
        waits = self.filter(Q(scan=Scan.WAITING) | Q(text_state=TextState.WAITING))
        return waits.filter(free(now, LEASE)).order_by(F("taken_at").asc(nulls_first=True), "pk")


class StoredFile(models.Model):
    """One file as it was received. Its bytes are never changed; a new version is a new file.

    space: the key of whose room it takes (a firm), if any.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=100, unique=True)
    space = models.UUIDField(null=True, db_index=True)
    stored_at = models.DateTimeField()
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.UNSCANNED)
    scanned_at = models.DateTimeField(null=True)
    virus = models.CharField(max_length=200, blank=True)
    text_state = models.CharField(max_length=10, choices=TextState, default=TextState.NONE)
    resident_at = models.JSONField(default=list)  # pages or paragraphs with a resident registration number
    taken_at = models.DateTimeField(null=True)  # by who scans or reads it at present

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="file_waits",
                condition=Q(scan="scanning") | Q(text_state="reading"),
            )
        ]

    @property
    def media_type(self):
        return TYPES[self.kind]

    @property
    def is_withheld(self):
        """Nobody but its owners gets it: the scanner has not seen it yet, or has found something."""
        return self.scan in (Scan.WAITING, Scan.INFECTED)

    @property
    def is_drawn(self):
        """A browser draws it, beside what is decided on it."""
        return self.kind in DRAWN and not self.is_withheld

    @property
    def has_pages(self):
        """Places in it are pages; in other documents they are paragraphs."""
        return self.kind == "pdf"


class FileText(models.Model):
    """The text of a file, for a look at it and to search in; resident registration numbers are hidden in it."""

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="text")
    text = models.TextField()  # its pages or paragraphs, a form feed between each two
    search_text = models.TextField(default="")  # the same as it is searched (kernel/search.py)

    @property
    def parts(self):
        return self.text.split("\f")


def renamed(stored, name) -> str:
    """What to say of a file that came with this name, and whose ending was not what it is; else nothing."""
    if stored.name == clean_name(name):
        return ""
    said = _("By its content it is a file of the kind %(kind)s; it is kept under the name %(name)s.")
    return said % {"kind": stored.kind.upper(), "name": stored.name}


def accepted(upload, *, kinds=tuple(TYPES), limit=MAX_FILE_BYTES) -> str:
    """The kind of an uploaded file that may come in. Raises Refused with the reason beside the field "file".

    A PDF that may be locked is opened in a process of its own, so this stands before the transaction that holds rows.
    upload: a Django file; kinds: what is accepted here.
    """
    try:
        refuse_size(upload.size, limit)
        kind = kind_of(upload, kinds)
    except Refused as refusal:
        raise Refused(*(Reason(reason.text, "file") for reason in refusal.reasons)) from None
    return kind


def store(upload, kind, *, space=None) -> StoredFile:
    """Keep an uploaded file of this accepted kind. space: the key of whose room it takes."""
    key = uuid.uuid4()
    path, sha256 = f"{key.hex[:2]}/{key.hex}", sha256_of(upload)
    try:
        return StoredFile.objects.create(
            key=key,
            path=storages["default"].save(path, upload),
            name=named_as(clean_name(upload.name), kind),
            kind=kind,
            size=upload.size,
            sha256=sha256,
            space=space,
            stored_at=clock.now(),
            scan=Scan.WAITING if settings.CLAMD_HOST else Scan.UNSCANNED,
            text_state=TextState.WAITING if kind in READABLE else TextState.NONE,
        )
    except BaseException:
        storages["default"].delete(path)
        raise


def sha256_of(upload):
    upload.seek(0)
    return hashlib.file_digest(upload, "sha256").hexdigest()


def refuse_size(size, limit=MAX_FILE_BYTES):
    if size > limit:
        raise Refused(
            Reason(_("The file is larger than %(mib)d MB.") % {"mib": limit // 1024 // 1024}, "file")
        )
    if size <= 0:
        raise Refused(Reason(_("The file is empty."), "file"))


@contextmanager
def storing():
    """A transaction that stores files with the `store` it yields: where it fails, their objects go with their rows."""
    paths = []

    def store_here(upload, kind, **more):
        stored = store(upload, kind, **more)
        paths.append(stored.path)
        return stored

    try:
        with transaction.atomic():
            yield store_here
    except BaseException:
        for path in paths:
            storages["default"].delete(path)
        raise


def used(space):
    """Bytes of all files that take the room of this space."""
    return StoredFile.objects.filter(space=space).aggregate(bytes=Sum("size", default=0))["bytes"]


def forget(stored: StoredFile):
    """Let go of a file unless something else holds it: its row now, its object when the transaction commits."""
    try:
        stored.delete()
    except models.ProtectedError:
        return
    transaction.on_commit(partial(storages["default"].delete, stored.path), robust=True)


def given_out(stored: StoredFile):
    """Refuse what nobody but its own is shown: it holds a virus, or is still being checked. Raises Refused."""
    if stored.is_withheld:
        raise Refused(
            _("This file holds a virus. It is not given out.")
            if stored.scan == Scan.INFECTED
            else _("This file is still being checked for viruses. Please try again in a few minutes.")
        )


def download(stored: StoredFile, *, own=False, drawn=False) -> FileResponse:
    """The file as an attachment, with the type that we found, never with the one that was claimed.

    own: the person belongs to who sent it, and gets it also while nobody else does; drawn: within a page, where a browser draws
    its kind. A browser draws a PDF apart from the page; its scripts reach nothing of it.
    """
    if not own:
        given_out(stored)
    response = FileResponse(
        storages["default"].open(stored.path),
        as_attachment=not (drawn and stored.is_drawn),
        filename=stored.name,
        content_type=stored.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
