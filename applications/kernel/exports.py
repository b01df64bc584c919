"""Files of long lists: asked for, written apart by the timetable, and taken within a day by who has asked, by nobody else."""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.http import FileResponse, QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock, exporting
from applications.kernel.access import require
from applications.kernel.accesslog import log_file
from applications.kernel.errors import Refused
from applications.kernel.labels import label_of
from applications.kernel.leasing import free

logger = logging.getLogger(__name__)
KEPT = timedelta(days=1)  # a written file: whoever still needs it asks anew, and reads what is true then
ROUND = 1_000  # rows between two looks at the lease
MOST_TRIES = 3
LONGEST_NOTE = 150  # on how a list was narrowed: with the reason it fits into the log


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: a file holds what its asker may read."""
        return self.filter(asked_by=user) if user.is_authenticated else self.none()

    def to_carry_on(self, now):
        """Those that are to be written and that nobody works at; the earliest first."""
        return self.filter(free(now), state=Export.State.WRITING).order_by("pk")

    def to_drop(self, now):
        """Files whose day is over, and what those that failed may have left."""
        over = Q(state=Export.State.DONE) | Q(state=Export.State.FAILED, tries__gt=0)
        return self.filter(over, finished_at__lt=now - KEPT).defer("ids").order_by("pk")


class Export(models.Model):
    """One file of one list, as somebody has asked for it."""

    class State(models.TextChoices):
        WRITING = "writing", _("Being written")
        DONE = "done", _("Ready")
        REFUSED = "refused", _("Not written")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Removed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.CharField(max_length=20)  # the name of its list
    query = models.TextField(blank=True)
    kind = models.CharField(max_length=4)  # csv or xlsx
    columns = models.CharField(max_length=5)  # shown or all
    name = models.CharField(_("file name"), max_length=40)
    reason = models.CharField(_("reason"), max_length=350)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.WRITING)
    total = models.PositiveIntegerField()  # rows, as they were counted when it was asked for
    done = models.PositiveIntegerField(default=0)
    ids = models.JSONField(default=list)  # of the rows that it holds, for the access log
    tries = models.PositiveSmallIntegerField(default=0)  # that may have left a file
    path = models.CharField(max_length=100, blank=True)  # of the whole file
    size = models.PositiveBigIntegerField(_("size"), default=0)
    finished_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="export_own"),
            models.Index(
                fields=["id"], name="export_waits", condition=Q(state__in=["writing", "done", "failed"])
            ),
        ]

    def __str__(self):
        return self.name

    get_state_display = label_of("state", State)

    def get_absolute_url(self):
        return reverse("portal:export", args=[self.key])

    def path_of(self, turn):
        """Where one of the tries puts the file: known beforehand, so that none is left behind by who ends in between."""
        return f"exports/{self.key.hex}-{turn}"

    @property
    def asked(self):
        """The address of the list, as the list reads it."""
        return QueryDict(self.query)

    @property
    def percent(self):
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def until(self):
        return self.finished_at + KEPT


def columns_of(asked, columns):
    """The columns of a file: those that the list shows, else all."""
    return asked.listing.columns if columns == "all" else asked.columns


def name_of(file, kind):
    """The name of a file of a list, as people keep it."""
    return f"{file.name}-{clock.today():%Y%m%d}.{kind}"


def log_taking(request, asked, ids, *, reason, total):
    """Write down that this person takes the rows of a list away, and why; where their ids are not named, how many and how narrowed."""
    listing = asked.listing
    if not listing.file.of_each:
        reason += f" ({total:,} · {asked.address() or '*'})"[:LONGEST_NOTE]
    log_file(request, listing.file.permission, listing.rows(request.user).model, ids, reason=reason)


def begin(asked, *, kind, columns, reason, total, by):
    """Have the rows that a list is asked for written into a file; total: how many there are."""
    file = asked.listing.file
    require(by, file.permission)
    return Export.objects.create(
        of=asked.listing.name, query=asked.address(), kind=kind, columns=columns, reason=reason, asked_by=by,
        total=total, name=name_of(file, kind),
    )  # fmt: skip


def carry_on(found, listing):
    """Write the file of a list from its beginning. One at a time does; who has lost the lease keeps nothing of what it wrote."""
    now, turn = clock.now(), found.tries + 1
    waits = Export.objects.to_carry_on(now).filter(pk=found.pk, tries=found.tries)
    if turn > MOST_TRIES:
        waits.update(state=Export.State.FAILED, finished_at=now, taken_at=None)
        return
    if not waits.update(tries=turn, taken_at=now, done=0):
        return
    for lost in range(1, turn):
        storages["default"].delete(found.path_of(lost))
    mine, by = Export.objects.filter(pk=found.pk, state=Export.State.WRITING, tries=turn), found.asked_by
    if not by.is_active or not by.has_perm(listing.file.permission):
        mine.update(state=Export.State.REFUSED, finished_at=now, taken_at=None)
        return
    try:
        with translation.override(by.language):
            _write(found, listing, mine, found.path_of(turn))
    except Exception:  # whatever it was, it is tried anew when the lease is over
        logger.exception("The file %s of a list is not written.", found.key)


def _write(found, listing, mine, path):
    """mine: the row, for as long as nobody else has taken it up."""
    ids = []

    def noted(rows):
        for row in rows:
            ids.append(row.pk)
            if len(ids) % ROUND == 0 and not mine.update(done=len(ids), taken_at=clock.now()):
                return
            yield row

    asked = listing.asked(found.asked, by=found.asked_by)
    columns = columns_of(asked, found.columns)
    rows = noted(asked.all_rows(listing.rows(found.asked_by), columns))
    with exporting.written(found.kind, columns, rows) as content:
        if not mine.update(done=len(ids), size=content.seek(0, 2), taken_at=clock.now()):
            return
        content.seek(0)
        storages["default"].save(path, File(content, name="export"))
    ready = {"state": Export.State.DONE, "path": path, "finished_at": clock.now(), "taken_at": None}
    if not mine.update(**ready, ids=ids if listing.file.of_each else []):
        storages["default"].delete(path)


def drop(found):
    """Let go of a file whose day is over; that it was asked for, and why, stays, and that it failed."""
    for path in {found.path, *map(found.path_of, range(1, found.tries + 1))} - {""}:
        storages["default"].delete(path)
    state = found.state if found.state == Export.State.FAILED else Export.State.DROPPED
    Export.objects.filter(pk=found.pk).update(state=state, path="", ids=[], tries=0)


def download(found, listing, *, by):
    """The file of a list, as an attachment. Raises Refused where there is none to take."""
    require(by, listing.file.permission)
    if found.state != Export.State.DONE or found.until <= clock.now():
        raise Refused(
            _("There is no such file any more, or it is not written yet. Please ask for it again."),
            about=found,
        )
    response = FileResponse(
        storages["default"].open(found.path), as_attachment=True, filename=found.name,
        content_type=exporting.TYPES[found.kind],
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
