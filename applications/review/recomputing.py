"""Every score computed again from the events of its sheets, and compared with what is stored."""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import Q

from applications.intake.models import BEFORE_REVIEWERS, Application, Status
from applications.intake.models.checks import Adjustment
from applications.kernel import audit
from applications.permissions import TIMETABLE
from applications.review import replay, rules
from applications.review.models import Assignment, Score, SheetEvent
from applications.review.storing import computed, stages_of

BATCH = 100  # applications that are held at once
EVENTS = 2000  # events that are read at once


@dataclass(frozen=True)
class Difference:
    """number: of the application; where: which sheet, or "" for the application itself; what: the column."""

    number: str
    where: str
    what: str
    stored: object
    computed: object
    mended: bool = False


def recompute(*, mend=False):
    """Yield a Difference for all that is stored otherwise than the events say, batch by batch.

    mend: write what the events say. A status of a sheet and a published score are told and left alone.
    """
    last, calls = (0, 0), {}
    while batch := _after(last):
        last = (batch[-1].call_id, batch[-1].pk)
        for application in batch:
            stages = _stages(application.call, calls)
            vars(application)["computed_stages"] = stages
        for application in _suspects(batch):
            yield from _settled(application.pk, mend)


def _after(last):
    """The next applications that were ever under review, by call."""
    call, pk = last
    found = Application.objects.filter(Q(call__gt=call) | Q(call=call, pk__gt=pk), stage__isnull=False)
    return list(
        found.exclude(status=Status.DRAFT).select_related("call", "stage", "region").order_by("call", "pk")
        .defer("summary", "budget", "institutions", "demand", "search_text")[:BATCH]
    )  # fmt: skip


def _stages(call, known):
    """The stages of the call that is worked at, read once."""
    if call.pk not in known:
        known.clear()
        known[call.pk] = stages_of(call)
    return known[call.pk]


def _suspects(batch):
    found = _differences(batch)
    return [application for application in batch if found.get(application.pk)]


@transaction.atomic
def _settled(pk, mend):
    """The differences of one application under its lock: what was only in motion is none."""
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call", "stage", "region")
        .get(pk=pk)
    )
    vars(application)["computed_stages"] = stages_of(application.call)
    found = _differences([application]).get(pk, [])
    if not mend:
        return [difference for difference, _write in found]
    told, written = [], {}
    for difference, write in found:
        may = write is not None and application.status in BEFORE_REVIEWERS
        if may:
            write()
            written[f"{difference.where} {difference.what}".strip()] = str(difference.computed)
        told.append(Difference(**{**vars(difference), "mended": may}))
    if written:
        audit.record("recompute", application, by=TIMETABLE, after=written)
    return told


def _differences(batch):
    """{pk of an application: [(Difference, how it is mended or None)]} of those that differ."""
    found = {}
    keys = [application.pk for application in batch]
    sheets, kept = _sheets(keys), _kept(keys)
    scores = _scores(keys)
    points = _points(keys)
    ended = _withdrawn_while_reviewed(batch)
    for application in batch:
        stages = vars(application)["computed_stages"]
        told, counted, decisions = [], [], points.get(application.pk, {})
        scored = bool(decisions) or application.status not in (Status.IN_REVIEW, Status.WITHDRAWN)
        for sheet in sheets.get(application.pk, ()):
            of_events = kept.get(sheet.pk, replay.Kept())
            stage = next(stage for stage in stages if stage.pk == sheet.stage_id)
            if stage.is_visit:  # it has no points; what it comes to is read from its findings
                scored |= of_events.scored or sheet.status != Assignment.SheetStatus.OPEN
                continue
            criteria = [criterion for group in stage.groups.all() for criterion in group.criteria.all()]
            total = of_events.total(criteria, scale=application.call.scale)
            told += _of_sheet(application, sheet, of_events, total, scores.get(sheet.pk, {}))
            scored |= of_events.scored
            if not stage.is_visit and of_events.counts(published=replay.is_published(application)):
                counted.append(rules.Sheet(sheet.stage_id, total, of_events.counted))
        stored = replay.untouched()
        if scored:
            stored = _columns(application, stages, counted, decisions, ended)
        told += [
            (Difference(application.number or "", "", column, getattr(application, column), value), _writes(application, column, value))
            for column, value in stored.items()
            if getattr(application, column) != value
        ]  # fmt: skip
        if told:
            found[application.pk] = told
    return found


def _columns(application, stages, counted, points, ended):
    """What the columns should hold; one that was withdrawn is scored as it stood when it was."""
    under_review = application.status == Status.IN_REVIEW or (
        application.status == Status.WITHDRAWN and application.pk not in ended
    )
    points = list(points.values())
    return replay.columns(
        application, computed(application, stages, counted, points, under_review=under_review)
    )


def _of_sheet(application, sheet, kept, total, scores):
    def differs(what, stored, said, write=None):
        if stored != said:
            where = f"{sheet.stage} / {sheet.reviewer.name}"
            yield Difference(application.number or "", where, what, stored, said), write

    rows = Assignment.objects.filter(pk=sheet.pk)
    yield from differs("status", str(sheet.status), str(kept.status))
    yield from differs("declaration", str(sheet.declaration), str(kept.declaration))
    yield from differs("version", sheet.version, kept.version)
    yield from differs("total", sheet.total, total, lambda: rows.update(total=total))
    yield from differs("scores", scores, kept.values, lambda: _rewrite(sheet, kept.values))


def _writes(application, column, value):
    return lambda: Application.objects.filter(pk=application.pk).update(**{column: value})


def _rewrite(sheet, values):
    sheet.scores.all().delete()
    Score.objects.bulk_create(
        Score(assignment=sheet, criterion_id=pk, value=value) for pk, value in values.items()
    )


def _sheets(keys):
    found = (
        Assignment.objects.filter(application__in=keys)
        .select_related("stage", "reviewer")
        .order_by("application", "pk")
    )
    found = found.defer("strengths", "weaknesses", "overall")
    return {pk: list(sheets) for pk, sheets in groupby(found, lambda sheet: sheet.application_id)}


def _kept(keys):
    """{assignment id: what its events come to}; a few thousand events are held at once, however many there are."""
    events = SheetEvent.objects.filter(assignment__application__in=keys).order_by("assignment", "ordinal")
    rows = events.values_list("assignment", "ordinal", "kind", "values").iterator(chunk_size=EVENTS)
    found = {}
    for assignment, ofone in groupby(rows, itemgetter(0)):
        sheet = replay.Kept()
        for _assignment, _ordinal, kind, values in ofone:
            sheet = replay.after(sheet, kind, values)
        found[assignment] = sheet
    return found


def _scores(keys):
    rows = Score.objects.filter(assignment__application__in=keys).order_by("assignment")
    found = {}
    for assignment, criterion, value in rows.values_list("assignment", "criterion", "value"):
        found.setdefault(assignment, {})[criterion] = value
    return found


def _points(keys):
    """{application: {item: its points by the latest decision}}."""
    found = {}
    for application, item, points in (
        Adjustment.objects.filter(application__in=keys)
        .order_by("pk")
        .values_list("application", "item", "points")
    ):
        found.setdefault(application, {})[item] = points
    return found


def _withdrawn_while_reviewed(batch):
    """Those that were withdrawn after their review had ended: the trace of the withdrawal says so."""
    gone = [application.pk for application in batch if application.status == Status.WITHDRAWN]
    if not gone:
        return set()
    traces = audit.AuditEntry.objects.filter(
        thing_kind="application", thing_id__in=gone, verb="withdraw", before__status=Status.REVIEWED
    )
    return set(traces.values_list("thing_id", flat=True))
