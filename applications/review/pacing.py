"""How long a sheet usually takes: reckoned from the instants at which sheets were declared, saved and handed in (docs/domain.md, scoring)."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median

from django.db import transaction
from django.db.models import F, Q

from applications.calls.stages import Stage
from applications.kernel import clock
from applications.review import queries
from applications.review.models import Assignment, SheetEvent
from applications.review.paces import Pace

PAUSE = timedelta(minutes=30)  # whoever leaves the sheet alone for longer does something else
SHEETS, PEOPLE = 5, 3  # of fewer the number would tell of one of them
LATEST = 200  # sheets that are looked at: the work of measuring does not grow with the call
ROUND = 5  # minutes
EVERY = timedelta(days=1)  # so that it does not tell when somebody else has handed in
Kind = SheetEvent.Kind


def worked(instants):
    """The time between these instants, in order, without pauses."""
    gaps = (later - earlier for earlier, later in pairwise(instants))
    return sum((gap for gap in gaps if gap <= PAUSE), timedelta())


def usual(times):
    """The median of these times in minutes, to the nearest five; None where they are too few, of too few people, or next to nothing.

    times: [(id of the reviewer, timedelta)], one for each sheet.
    """
    if len(times) < SHEETS or len({who for who, _time in times}) < PEOPLE:
        return None
    minutes = median(time.total_seconds() for _who, time in times) / 60
    return int(minutes / ROUND + 0.5) * ROUND or None


def to_measure(now):
    """Stages under review that were not measured for a day."""
    found = Stage.objects.filter(pk__in=queries.in_review().values("stage"))
    return found.filter(Q(pace=None) | Q(pace__measured_at__lte=now - EVERY)).order_by("pk")


@transaction.atomic
def measure(stage):
    """Write how long the latest sheets of a stage took."""
    sheets = Assignment.objects.standing().filter(stage=stage, total__isnull=False)
    latest = dict(sheets.order_by("-handed_in_at").values_list("pk", "reviewer")[:LATEST])
    events = SheetEvent.objects.filter(
        assignment__in=latest,
        kind__in=(Kind.DECLARED, Kind.SAVED, Kind.HANDED_IN),
        at__lte=F("assignment__handed_in_at"),
    )
    instants = defaultdict(list)
    for sheet, at in events.order_by("assignment", "ordinal").values_list("assignment", "at"):
        instants[sheet].append(at)
    minutes = usual([(latest[sheet], worked(found)) for sheet, found in instants.items()])
    facts = {"minutes": minutes, "measured_at": clock.now()}
    Pace.objects.update_or_create(stage=stage, defaults=facts)
