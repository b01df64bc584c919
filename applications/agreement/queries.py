"""Reads of agreements: which selected projects wait for one."""

from applications.agreement.models import Agreement, Signature
from applications.decision.models import Place
from applications.intake.models import Application, Status


def waiting_for_draft():
    """Selected R&D applications without an agreement, oldest first."""
    return (
        Application.objects.filter(status=Status.SELECTED, call__programme__kind="rnd", agreement=None)
        .select_related("firm", "call")
        .order_by("submitted_at", "pk")
    )


def to_be_signed():
    """Offered agreements that wait for the signature of the agency."""
    return offered().exclude(signatures__side=Signature.Side.AGENCY)


def offered():
    """Offered agreements on what was not given up since: then nothing is signed any more."""
    found = Agreement.objects.filter(status=Agreement.Status.OFFERED)
    return found.exclude(application__status=Status.GIVEN_UP)


def unsigned_in_time(today):
    """Offered agreements whose last day for signatures is past (Agreement.is_overdue)."""
    return offered().filter(sign_by__lt=today)


def selection_of(application):
    """The notice that told the firm it is selected: when, with which grant and under which conditions; None before it."""
    found = application.result_notices.select_related("place").filter(place__result=Place.Result.SELECTED)
    return found.first()


def terms_of(application):
    """What the committee decided on this project beside its selection: {asked_krw, conditions, reason}, or None."""
    selection = selection_of(application)
    return selection and selection.facts.get("committee")


def conditions_of(application):
    """The conditions of its selection, "" where there are none."""
    return (terms_of(application) or {}).get("conditions", "")
