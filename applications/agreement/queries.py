"""Reads of agreements: which selected projects wait for one."""

from applications.intake.models import Application, Status


def waiting_for_draft():
    """Selected R&D applications without an agreement, oldest first."""
    return (
        Application.objects.filter(status=Status.SELECTED, call__programme__kind="rnd", agreement=None)
        .select_related("firm", "call")
        .order_by("submitted_at", "pk")
    )
