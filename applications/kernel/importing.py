"""Rows that officers bring in from a workbook: read, shown as a dry run, and written once somebody has confirmed.

A room declares a `Sheet`; what becomes of a file is kept in rows, so that the work goes on wherever it stopped.
"""

import uuid
from collections import Counter

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.kernel import audit, clock, leasing
from applications.kernel.access import require
from applications.kernel.errors import Denied, Reason, Refused
from applications.kernel.files import StoredFile, accepted, storing
from applications.kernel.files.stored import Scan
from applications.kernel.leasing import LONG_LEASE, free, hold, let_go
from applications.kernel.sheets import Outcome, rows_of

MOST_BYTES = 5 * 1024 * 1024


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who work with firms, and the auditor."""
        may = user.is_authenticated and user.role in ("officer", "director", "auditor")
        return self if may else self.none()

    def to_carry_on(self, now):
        """Those that have work to do and that nobody works at; the earliest first."""
        at_work = (Import.State.READING, Import.State.WRITING)
        return self.filter(free(now, LONG_LEASE), state__in=at_work).order_by("pk")


class Import(models.Model):
    """A workbook on its way in. Its state moves forward only, but for one step back where the data changed meanwhile."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        CHECKED = "checked", _("Dry run")
        UNREADABLE = "unreadable", _("Cannot be read")
        WRITING = "writing", _("Rows being written")
        DONE = "done", _("Written")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sheet = models.CharField(max_length=20)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    remark = models.CharField(max_length=500, blank=True)  # why it cannot be read or is to be looked at again
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    good_only = models.BooleanField(default=False)  # the rows that are wrong are left out
    looked_anew = models.BooleanField(default=False)  # once confirmed, before the first row is written
    finished_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # at the work that its state names

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sheet", "-begun_at", "-id"], name="import_latest"),
            models.Index(fields=["id"], name="import_waits", condition=Q(state__in=["reading", "writing"])),
        ]

    def __str__(self):
        return self.file.name

    def get_absolute_url(self):
        return reverse("portal:import", args=[self.key])

    @property
    def is_at_work(self):
        return self.state in (self.State.READING, self.State.WRITING)


class ImportRow(models.Model):
    """One row of the workbook: what it says, what it would do, and whether it has been done."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    values = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="import_row_once")]
        indexes = [models.Index(fields=["source", "outcome", "line"], name="import_row_by_outcome")]


def begin(sheet, *, upload, reason, by):
    """Take a workbook in; the timetable reads it. Raises Refused."""
    require(by, "import.make")
    kind = accepted(upload, kinds=("xlsx",), limit=MOST_BYTES)
    with storing() as store:
        found = Import.objects.create(sheet=sheet.name, file=store(upload, kind), reason=reason, begun_by=by)
        audit.record(
            "begin_import",
            found,
            by=by,
            after={"file": found.file.name, "sha256": found.file.sha256},
            note=reason,
        )
    return found


@transaction.atomic
def confirm(found, *, good_only, by):
    """Have the rows written; pressed twice it is the same. good_only: without those that are wrong."""
    found = Import.objects.select_for_update(no_key=True).get(pk=found.pk)
    require(by, "import.make", found)
    if found.state in (Import.State.WRITING, Import.State.DONE):
        return
    if found.state != Import.State.CHECKED:
        raise Refused(_("The file is still being read, or cannot be read."), about=found)
    counts = counts_of(found)
    if counts[Outcome.WRONG] and not good_only:
        raise Refused(
            _("Some rows are wrong. Please mend the file and upload it again, or import the good rows only."),
            about=found,
        )
    if not counts[Outcome.NEW] + counts[Outcome.CHANGED]:
        raise Refused(_("There is nothing to write in this file."), about=found)
    found.state, found.good_only, found.confirmed_by, found.remark = Import.State.WRITING, good_only, by, ""
    found.save(update_fields=["state", "good_only", "confirmed_by", "remark"])
    audit.record("confirm_import", found, by=by, after={**counts, "good_only": good_only}, note=found.reason)


def counts_of(found):
    """{outcome: rows}; an outcome without rows is 0."""
    counted = found.rows.values_list("outcome").annotate(models.Count("pk")).order_by()
    return Counter(dict(counted))


def carry_on(found, sheet):
    """Go on with the reading or the writing where it stopped. Safe to run twice; one at a time does."""
    if found.file.scan != Scan.WAITING:
        leasing.carry_on(found, lambda found: _round(found, sheet), state=Import.State.FAILED)


def _round(found, sheet):
    with translation.override(found.begun_by.language):
        if found.state == Import.State.READING:
            _read(found, sheet)
        elif _looked_anew(found, sheet):
            _write(found, sheet)


def _read(found, sheet):
    """Read the file, and plan all its rows; what an earlier, lost round has left is made anew."""
    try:
        rows = rows_of(found.file, sheet)
    except Refused as refusal:
        with transaction.atomic():
            hold(found)
            let_go(found, state=Import.State.UNREADABLE, remark=str(refusal)[:500])
        return
    hold(found)
    planned = _planned(found, rows, sheet)
    with transaction.atomic():
        hold(found)
        found.rows.all().delete()
        ImportRow.objects.bulk_create(planned, batch_size=500)
        let_go(found, state=Import.State.CHECKED)


def _planned(found, rows, sheet):
    """The rows to be kept, each with what it would do."""
    good = [(line, values) for line, values, faults in rows if not faults]
    planned = dict(zip((line for line, _values in good), sheet.plan(good), strict=True))
    return [
        ImportRow(source=found, line=line, values=values, **_said_of(planned.get(line), faults))
        for line, values, faults in rows
    ]


def _said_of(planned, faults):
    if planned is None:
        return {"outcome": Outcome.WRONG, "faults": faults}
    return {name: getattr(planned, name) for name in ("outcome", "before", "after", "faults")}


def _looked_anew(found, sheet):
    """Whether the data is still as the dry run has found it; where it is not, somebody has to look again."""
    if found.looked_anew:
        return True
    rows = [row for row in found.rows.order_by("line") if row.outcome != Outcome.WRONG]
    changed = []
    for row, planned in zip(rows, sheet.plan([(row.line, row.values) for row in rows]), strict=True):
        said = _said_of(planned, [])
        if any(getattr(row, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(row, name, value)
            changed.append(row)
    with transaction.atomic():
        hold(found)
        ImportRow.objects.bulk_update(changed, ["outcome", "before", "after", "faults"], batch_size=500)
        if changed:
            said = gettext(
                "The data has changed since the dry run: nothing is written. Please look at it again."
            )
            let_go(found, state=Import.State.CHECKED, remark=said)
        else:
            found.looked_anew = True
            found.save(update_fields=["looked_anew"])
    return not changed


def _write(found, sheet):
    """Write each row in a transaction of its own, together with the note that it is written."""
    waiting = found.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED), written_at=None).order_by("line")
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            hold(found, tries=0)
            _write_row(found, sheet, ImportRow.objects.get(pk=pk))
    with transaction.atomic():
        hold(found)
        let_go(found, state=Import.State.DONE, finished_at=clock.now())
        audit.record("finish_import", found, by=found.confirmed_by, after=counts_of(found), note=found.reason)


def _write_row(found, sheet, row):
    """One row; what its action refuses now is wrong and stays as it was."""
    note = gettext("Imported from %(file)s, row %(line)d: %(reason)s") % {
        "file": found.file.name, "line": row.line, "reason": found.reason,
    }  # fmt: skip
    try:
        with transaction.atomic():
            sheet.write(row, by=found.confirmed_by, note=note)
    except (Refused, Denied) as refusal:
        reasons = getattr(refusal, "reasons", [Reason(_("You may not do this any more."))])
        row.outcome, row.faults = Outcome.WRONG, [[reason.field, str(reason)] for reason in reasons]
    else:
        row.written_at = clock.now()
    row.save(update_fields=["outcome", "faults", "written_at"])


def written(found):
    """(rows that are written, rows that are to be)."""
    to_write = found.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))
    counted = to_write.aggregate(
        whole=models.Count("pk"), done=models.Count("pk", filter=~Q(written_at=None))
    )
    return counted["done"], counted["whole"]
