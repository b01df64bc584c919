"""Reads of how applications come in: by day, beside the round before, and minute by minute on the last day."""

from datetime import timedelta
from itertools import accumulate

from django.db.models import Avg, Count, F, Max
from django.db.models.functions import TruncDate, TruncMinute

from applications.calls.models import Call
from applications.intake.models import Application, Status, Submission
from applications.kernel.clock import KST
from applications.portal.queries import letters_waiting

LATEST = 20  # calls to choose from
MINUTES = 60
ANSWERS = timedelta(minutes=10)  # of which the time to the receipt is told


def calls_to_watch(now):
    """Published calls that have opened, those that are open first, then the latest."""
    found = list(
        Call.objects.published()
        .filter(opens_at__lte=now)
        .select_related("programme")
        .order_by("-closes_at", "-id")[:LATEST]
    )
    return sorted(found, key=lambda call: (not call.is_open_at(now), abs(call.closes_at - now)))


def round_before(call):
    """The call of the same programme that closed last before this one opened, or None."""
    earlier = Call.objects.published().filter(
        programme=call.programme_id, closes_at__lte=call.opens_at, cancelled_at=None
    )
    return earlier.order_by("-closes_at", "-id").first()


def by_days_left(call, *, today):
    """[(days before the closing day, applications handed in by the end of that day)] from the opening to this day."""
    counted = dict(
        handed_in(call)
        .annotate(day=TruncDate("submitted_at", tzinfo=KST))
        .values_list("day")
        .annotate(Count("pk"))
        .order_by()
    )
    first, closing = (instant.astimezone(KST).date() for instant in (call.opens_at, call.closes_at))
    days = [first + timedelta(days=number) for number in range((min(today, closing) - first).days + 1)]
    sums = accumulate(counted.get(day, 0) for day in days)
    return [((closing - day).days, number) for day, number in zip(days, sums, strict=True)]


def handed_in(call):
    return Application.objects.of_their_own().filter(call=call, submitted_at__isnull=False)


def drafts_of(call):
    return Application.objects.of_their_own().filter(call=call, status=Status.DRAFT)


def at_present(call, now):
    """What is watched on the last day of a call: counts, what came in each of the last minutes, how soon the receipt followed on
    average and at most (seconds, of what came by the portal in the last ten minutes), letters."""
    since = (now - timedelta(minutes=MINUTES - 1)).replace(second=0, microsecond=0)
    counted = dict(
        handed_in(call).filter(submitted_at__gte=since).annotate(minute=TruncMinute("submitted_at"))
        .values_list("minute").annotate(Count("pk")).order_by()
    )  # fmt: skip
    minutes = [since + timedelta(minutes=number) for number in range(MINUTES)]
    waited = Submission.objects.filter(
        application__call=call, application__paper_arrived_at=None, arrived_at__gt=now - ANSWERS
    ).aggregate(
        seconds=Avg(F("written_at") - F("arrived_at")), slowest=Max(F("written_at") - F("arrived_at"))
    )
    letters, oldest = letters_waiting(now)
    return {
        "drafts": drafts_of(call).count(),
        "submitted": handed_in(call).count(),
        "minutes": [(minute, counted.get(minute, 0)) for minute in minutes],
        "last_ten": sum(counted.get(minute, 0) for minute in minutes[-10:]),
        **{name: None if wait is None else wait.total_seconds() for name, wait in waited.items()},
        "letters": letters,
        "oldest": oldest,
    }
