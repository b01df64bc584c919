"""Reads of decisions: the ranking, and what a firm may know of its result."""

import hashlib
import json

from applications.decision.models import Place, Proposal
from applications.decision.rules import Candidate
from applications.intake.models import Application, Status

TIE_KEYS = ("tie_1", "tie_2", "tie_3", "tie_4")


def ranking(call):
    """The reviewed applications of a call, best first, with all that the ranking shows: one query."""
    return (
        Application.objects.filter(call=call, status=Status.REVIEWED, final_score__isnull=False)
        .select_related("firm", "field")
        .order_by("-final_score", *(f"-{key}" for key in TIE_KEYS), "pk")
    )


def candidate(application):
    return Candidate(
        pk=application.pk,
        final=application.final_score,
        base=application.base_score,
        ties=tuple(getattr(application, key) for key in TIE_KEYS),
        field=application.field_id,
        grant_krw=application.requested_krw or 0,
        failings=tuple(application.failings),
    )


def still_open(call):
    """Numbers of applications that are not through screening and review."""
    waiting = (Status.SUBMITTED, Status.RETURNED, Status.IN_REVIEW)
    return list(
        Application.objects.filter(call=call, status__in=waiting).order_by("number").values_list("number", flat=True)
    )


def fingerprint(call):
    """A hash of all that a list is drawn from: it changes when a score, a status or an amount does."""
    rows = (
        Application.objects.filter(call=call)
        .exclude(status=Status.DRAFT)
        .order_by("pk")
        .values_list("pk", "status", "final_score", "base_score", *TIE_KEYS, "requested_krw", "field_id", "failings")
    )
    return hashlib.sha256(json.dumps(list(rows), default=str).encode()).hexdigest()


def in_force(call):
    """The proposal of a call that is proposed, approved or published, if there is one."""
    return Proposal.objects.filter(call=call).exclude(status=Proposal.Status.REPLACED).first()


def published_place(application, *, now):
    """What the list says of this application, once its instant has come; None before."""
    return (
        Place.objects.filter(
            application=application,
            proposal__status__in=(Proposal.Status.APPROVED, Proposal.Status.PUBLISHED),
            proposal__publish_at__lte=now,
        )
        .select_related("proposal")
        .first()
    )
