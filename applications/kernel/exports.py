"""Files of long lists: asked for, written apart by the timetable, and taken within a day by who has asked, by nobody else."""

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
from applications.kernel.errors import Refused
from applications.kernel.labels import label_of
from applications.kernel.leasing import free

KEPT = timedelta(days=1)  # a written file: whoever still needs it asks anew, and reads what is true then
LEASE = timedelta(minutes=2)  # of one round; who has not come back by then is lost
AT_ONCE = 1_000  # rows between two looks at the lease
LONGEST_NOTE = 150  # on how a list was narrowed: with the reason it fits into the log


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: a file holds what its asker may read."""
        return self.filter(asked_by=user) if user.is_authenticated else self.none()

    def to_carry_on(self, now):
        """Those that are to be written and that nobody works at; the earliest first."""
        return self.filter(free(now, LEASE), state=Export.State.WRITING).order_by("pk")

    def to_drop(self, now):
        """Written files whose day is over."""
        return self.filter(state=Export.State.READY, finished_at__lt=now - KEPT).order_by("pk")


class Export(models.Model):
    """One file of one list, as somebody has asked for it."""

    class State(models.TextChoices):
        WRITING = "writing", _("Being written")
        READY = "done", _("Ready")
        REFUSED = "refused", _("Not written")
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
    path = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    finished_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="export_own"),
            models.Index(fields=["id"], name="export_waits", condition=Q(state__in=["writing", "done"])),
        ]

    def __str__(self):
        return self.name

    get_state_display = label_of("state", State)

    def get_absolute_url(self):
        return reverse("portal:export", args=[self.key])

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


def reason_of(asked, reason, total):
    """What the access log says of why: the reason, and where it does not name the rows how many they are and how narrowed."""
    if asked.listing.file.of_each:
        return reason
    return reason + f" ({total:,} · {asked.address() or '*'})"[:LONGEST_NOTE]


def begin(asked, *, kind, columns, reason, total, by):
    """Have the rows that a list is asked for written into a file; total: how many there are."""
    file = asked.listing.file
    require(by, file.permission)
    return Export.objects.create(
        of=asked.listing.name, query=asked.address(), kind=kind, columns=columns, reason=reason, asked_by=by,
        total=total, name=f"{file.name}-{clock.today():%Y%m%d}.{kind}",
    )  # fmt: skip


def carry_on(found, listing):
    """Write the file of a list from its beginning. Safe to run twice; one at a time does, and only a whole one is kept."""
    now, mine = clock.now(), Export.objects.filter(pk=found.pk, state=Export.State.WRITING)
    if not Export.objects.to_carry_on(now).filter(pk=found.pk).update(taken_at=now, done=0):
        return
    by = found.asked_by
    if not by.is_active or not by.has_perm(listing.file.permission):
        mine.update(state=Export.State.REFUSED, finished_at=now, taken_at=None)
        return
    ids = []

    def noted(rows):
        for row in rows:
            ids.append(row.pk)
            if len(ids) % AT_ONCE == 0:
                mine.update(done=len(ids), taken_at=clock.now())
            yield row

    with translation.override(by.language):
        asked = listing.asked(found.asked, by=by)
        columns = columns_of(asked, found.columns)
        rows = noted(asked.all_rows(listing.rows(by), columns))
        with exporting.written(found.kind, columns, rows) as content:
            size = content.seek(0, 2)
            content.seek(0)
            path = storages["default"].save(f"exports/{uuid.uuid4().hex}", File(content, name="export"))
    ready = {
        "state": Export.State.READY, "path": path, "size": size, "done": len(ids), "finished_at": clock.now(),
        "ids": ids if listing.file.of_each else [], "taken_at": None,
    }  # fmt: skip
    if not mine.update(**ready):  # somebody else was quicker
        storages["default"].delete(path)


def drop(found):
    """Let go of a written file whose day is over; that it was asked for, and why, stays."""
    if Export.objects.filter(pk=found.pk, state=Export.State.READY).update(
        state=Export.State.DROPPED, path=""
    ):
        storages["default"].delete(found.path)


def download(found, listing, *, by):
    """The file of a list, as an attachment. Raises Refused where there is none to take."""
    require(by, listing.file.permission)
    if found.state != Export.State.READY or found.until <= clock.now():
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
