"""Reads of intake: what the screening desk and a case page show."""

from django.db.models import Count

from applications.accounts.models import User
from applications.firms.models import Firm, Member, Right
from applications.intake.models import Application, Exclusion, Status


def in_a_list(found):
    """With what a list of applications shows, and without their long answers."""
    return found.select_related("firm", "field", "call").only(
        "key", "number", "title", "status", "submitted_at", "created_at", "firm__name", "field__name", "field__name_en",
        "call__title", "call__closes_at",
    )  # fmt: skip


def people_of(application):
    """Who of the firm is told: its owners and editors with a living account."""
    return User.objects.filter(
        memberships__firm=application.firm_id, memberships__right__in=("owner", "editor"), is_active=True
    )


def firms_applying(user):
    """Firms that this person may apply for."""
    members = Member.objects.filter(user=user, right__in=(Right.OWNER, Right.EDITOR))
    return Firm.objects.filter(pk__in=members.values("firm")).order_by("name", "pk")


def exclusions_to_confirm():
    """Applications on the screening desk whose exclusion is proposed and waits for a director."""
    return Application.objects.filter(
        status__in=(Status.SUBMITTED, Status.RETURNED),
        exclusions__in=Exclusion.objects.filter(answered_at=None),
    )


def counts_by_status(queryset):
    """[(status, label, count)] of a queryset, in the order of the programme."""
    found = dict(queryset.order_by().values_list("status").annotate(Count("pk")))
    return [(status.value, status.label, found[status]) for status in Status if found.get(status)]


def latest_receipt(application):
    return application.submissions.order_by("-ordinal").first()


def held_files(application):
    """Keys of the files that the submissions of an application hold: they are kept for good."""
    snapshots = application.submissions.values_list("snapshot", flat=True)
    return {paper["key"] for snapshot in snapshots for paper in snapshot["papers"]}
