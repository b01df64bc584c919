"""Reads of intake: what the screening desk and a case page show."""

from django.db.models import Count

from applications.accounts.models import User
from applications.intake.models import Application, Status


def people_of(application):
    """Who of the firm is told: its owners and editors with a living account."""
    return User.objects.filter(
        memberships__firm=application.firm_id, memberships__right__in=("owner", "editor"), is_active=True
    )


def screening(call=None):
    """What waits on the screening desk, latest arrivals first."""
    waiting = Application.objects.filter(status__in=(Status.SUBMITTED, Status.RETURNED))
    if call:
        waiting = waiting.filter(call=call)
    return waiting.select_related("firm", "field", "call")


def counts_by_status(queryset):
    """[(status, label, count)] of a queryset, in the order of the programme."""
    found = dict(queryset.order_by().values_list("status").annotate(Count("pk")))
    return [(status.value, status.label, found[status]) for status in Status if found.get(status)]


def latest_receipt(application):
    return application.submissions.order_by("-ordinal").first()
