"""A file that arrives in pieces: it goes on where it stopped when the line was cut."""

import hashlib
import re
import uuid
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.errors import Reason, Refused
from applications.kernel.files.kinds import MAX_FILE_BYTES
from applications.kernel.files.stored import refuse_size

PIECE_BYTES = 1024 * 1024
KEPT = timedelta(days=1)  # an upload that nobody goes on with
MOST_AT_ONCE = 20  # of one person
ENDED = Reason(_("This upload has ended. Please choose the file again."), "file")


class Upload(models.Model):
    """A file on its way in: of one person, to one place; received tells how much of it is here.

    place: what it is for, in the words of the room that takes it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)  # as the person's own machine counted it
    received = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place", "sha256"], name="upload_once")]
        indexes = [models.Index(fields=["begun_at"], name="upload_by_age")]

    @property
    def folder(self):
        """Where its pieces are, each under the number of its first byte."""
        return f"arriving/{self.key.hex}"


@transaction.atomic
def begin(*, person, place, name, size, sha256, limit=MAX_FILE_BYTES) -> Upload:
    """Begin an upload, or go on with the same file that was begun at the same place. limit: in bytes."""
    refuse_size(size, limit)
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refused(Reason(_("The file could not be read. Please choose it again."), "file"))
    # One after the other: the limit counts them all.
    get_user_model().objects.select_for_update(no_key=True).get(pk=person.pk)
    upload = Upload.objects.filter(person=person, place=place, sha256=sha256).first()
    if upload:
        if upload.size != size:  # the same bytes are not longer today
            raise Refused(Reason(_("The file could not be read. Please choose it again."), "file"))
        return upload
    if Upload.objects.filter(person=person).count() >= MOST_AT_ONCE:
        raise Refused(
            Reason(_("%(count)d files are on their way already. Please wait for them or cancel some.")
                   % {"count": MOST_AT_ONCE}, "file")
        )  # fmt: skip
    return Upload.objects.create(person=person, place=place, name=name[:255], size=size, sha256=sha256)


@transaction.atomic
def add_piece(upload, *, offset, content) -> Upload:
    """Write the next piece down; one that belongs elsewhere is left, and `received` tells what is due."""
    upload = held(upload)
    if offset != upload.received or upload.received + len(content) > upload.size or not content:
        return upload
    path = f"{upload.folder}/{offset}"
    storages["default"].delete(path)  # one that was written when the power went
    storages["default"].save(path, ContentFile(content))
    upload.received += len(content)
    upload.save(update_fields=["received"])
    return upload


def held(upload):
    """The upload as it is now, held until the transaction ends. Raises Refused where there is none any more."""
    found = Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).first()
    if found is None:
        raise Refused(ENDED)
    return found


@contextmanager
def whole(upload, last=b""):
    """The file when all of it is here and it is the one that was announced. Raises Refused.

    last: its last piece, where that is not written down.
    """
    if upload.received + len(last) != upload.size:
        raise Refused(Reason(_("The file is not here in full yet."), "file"))
    with File(TemporaryFile(), name=upload.name) as file:
        try:
            while file.tell() < upload.received:
                with storages["default"].open(f"{upload.folder}/{file.tell()}") as piece:
                    if not file.write(piece.read(PIECE_BYTES)):
                        break  # the hash tells
        except FileNotFoundError:
            raise Refused(ENDED)
        file.write(last)
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != upload.sha256:
            raise Refused(Reason(_("The file was damaged on its way. Please upload it again."), "file"))
        file.seek(0)
        yield file


@transaction.atomic
def drop(upload):
    """Let go of an upload: it has become a paper, or nobody wants it any more."""
    transaction.on_commit(partial(_clear, upload.folder), robust=True)
    upload.delete()


def _clear(folder):
    try:
        _folders, pieces = storages["default"].listdir(folder)
    except FileNotFoundError:  # no piece has come
        return
    for piece in pieces:
        storages["default"].delete(f"{folder}/{piece}")
    storages["default"].delete(folder)  # empty; a bucket has none


def sweep(now):
    """Let go of what nobody has gone on with for a day."""
    for upload in Upload.objects.filter(begun_at__lt=now - KEPT)[:500]:
        drop(upload)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes no more of a file in a form than may come; its size tells the form that there was more."""

    def receive_data_chunk(self, raw_data, start):
        if start <= MAX_FILE_BYTES:
            super().receive_data_chunk(raw_data, start)
