"""Reads of review: progress of a call, the reviewers and what stands against them."""

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from applications.accounts.models import Role, User
from applications.calls.models import Criterion
from applications.firms.models import Member
from applications.intake.models import Application, Status
from applications.review import rules
from applications.review.models import Assignment


def criteria_of(stage):
    return list(Criterion.objects.filter(group__stage=stage).select_related("group"))


def counted(application):
    """The sheets that make the score: handed in, declared free of conflict, not excluded."""
    return Assignment.objects.filter(
        application=application,
        status=Assignment.SheetStatus.HANDED_IN,
        declaration=Assignment.Declaration.CLEAR,
    )


def progress(application):
    """For each stage of the call: (sheets that count, how many were asked and stand in no conflict)."""
    panel = (
        application.assignments.exclude(declaration=Assignment.Declaration.CONFLICT)
        .exclude(status=Assignment.SheetStatus.EXCLUDED)
        .values("stage")
        .annotate(sheets=Count("pk", filter=Q(status=Assignment.SheetStatus.HANDED_IN)), asked=Count("pk"))
    )
    found = {row["stage"]: (row["sheets"], row["asked"]) for row in panel.order_by()}
    return [found.get(stage, (0, 0)) for stage in application.call.stages.values_list("pk", flat=True)]


def desk():
    """Applications in review or reviewed, with how many sheets were asked for (counted for the shown rows only)."""
    assignments = Assignment.objects.filter(application=OuterRef("pk")).order_by()
    return (
        Application.objects.filter(status__in=(Status.IN_REVIEW, Status.REVIEWED))
        .select_related("firm", "field")
        .only(
            "key",
            "number",
            "status",
            "submitted_at",
            "sheets",
            "final_score",
            "spread",
            "firm__name",
            "field__name",
            "field__name_en",
        )
        .annotate(
            asked=number_of(assignments.exclude(declaration="conflict")),
            stepped_back=number_of(assignments.filter(declaration="conflict")),
        )
    )


def number_of(assignments):
    counted = assignments.values("application").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def own(user):
    """A reviewer's work: open sheets first, conflicts left out."""
    return Assignment.objects.visible_to(user).select_related(
        "application__firm", "application__call", "application__field", "stage"
    )


def to_be_declared(user):
    """Applications in review of which a reviewer has not said whether there is a conflict."""
    return own(user).filter(application__status=Status.IN_REVIEW, status="open", declaration="none")


def to_be_handed_in(user):
    """A reviewer's open sheets of applications in review."""
    return own(user).filter(application__status=Status.IN_REVIEW, status="open", declaration="clear")


def what_bars(application, reviewers):
    """{reviewer id: [conflict codes]} from our own data, in two queries for any number of reviewers."""
    member_emails = list(
        Member.objects.filter(firm=application.firm_id).values_list(F("user__email"), flat=True)
    )
    affiliations = {reviewer.reviewer_profile.affiliation_number for reviewer in reviewers} - {""}
    numbers = set(
        Application.objects.filter(call=application.call_id, firm__business_number__in=affiliations)
        .exclude(status__in=(Status.DRAFT, Status.WITHDRAWN))
        .values_list("firm__business_number", flat=True)
    )
    return {
        reviewer.pk: rules.conflicts(
            firm=application.firm,
            profile=reviewer.reviewer_profile,
            email=reviewer.email,
            member_emails=member_emails,
            applicant_numbers=numbers,
        )
        for reviewer in reviewers
    }


def reviewers():
    """All active reviewers with a profile, those with the least work first."""
    return (
        User.objects.filter(role=Role.REVIEWER, is_active=True, reviewer_profile__isnull=False)
        .select_related("reviewer_profile")
        .prefetch_related("reviewer_profile__technologies")
        .annotate(load=Count("assignments", filter=Q(assignments__status="open")))
        .order_by("load", "pk")
    )
