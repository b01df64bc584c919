"""Hashes of what a list was cut from and tells: where one has changed, an approval holds no more."""

import hashlib
import json

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Sum, Value, When
from django.db.models.functions import MD5

from applications.decision import deliberated
from applications.decision.models import Place
from applications.decision.outcomes import Opinion
from applications.intake.models import TIE_COLUMNS, Application, Status
from applications.intake.models.checks import Adjustment
from applications.review import meeting
from applications.review.models import Assignment

KEYS = ("final_score", *TIE_COLUMNS)


def of_call(call):
    """A hash of all that a list is cut from: it changes when a score, a status or an amount does, or the meeting of the committee that counts.

    That an agreement comes into force changes nothing of a list.
    """
    _is_open, closed = deliberated.standing(call)
    return hash_of([list(standing_of(call)), closed])


def of_list(call, scheduled=None):
    """A hash of the same with all that its firms are told: bonus and penalty with their grounds (each decision on one is a row of its own), opinions,
    the sheets that their means are taken of, and the title of the call.

    scheduled: the list that has its instant: who has left it since counts as it stood.
    What the committee decides is told apart (deliberating.outdated): its minutes do not change once they are closed.
    """
    given = Adjustment.objects.filter(application__call=call).aggregate(Max("pk"), Count("pk"))
    heard = meeting.concluded().filter(application__call=call).aggregate(Count("pk"), Sum("version"))
    opinions = Opinion.objects.filter(application__call=call).order_by("pk")
    told = opinions.values_list("application", MD5("text"), MD5("to_improve"))
    # Points that come to the same total are told by group.
    sheets = Assignment.objects.filter(application__call=call, handed_in_at__isnull=False)
    handed_in = sheets.aggregate(Max("handed_in_at"), Count("pk"))
    return hash_of([list(standing_of(call, scheduled)), given, heard, list(told), handed_in, call.title])


def hash_of(facts):
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


def standing_of(call, scheduled=None):
    """What a list is cut from: a row of plain values for each application. scheduled: as in of_list."""
    stands = [When(status=Status.AGREED, then=Value(Status.SELECTED))]
    if scheduled:
        # Nobody who had left stood on the list when its instant was set: it was not stale then.
        named = Exists(Place.objects.filter(proposal=scheduled, application=OuterRef("pk")))
        stands += [
            When(Q(named, status=Status.WITHDRAWN), then=Value(Status.REVIEWED)),
            When(Q(named, status=Status.GIVEN_UP), then=F("give_up__was")),
        ]
    return (
        Application.objects.filter(call=call)
        .exclude(status=Status.DRAFT)
        .annotate(stands=Case(*stands, default="status"))
        .order_by("pk")
        .values_list(
            "pk", "stands", "sheets", *KEYS, "base_score", "requested_krw", "field_id", "region_id", "failings",
        )
    )  # fmt: skip
