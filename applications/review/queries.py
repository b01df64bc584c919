"""Reads of review: progress of a call, and the reviewers."""

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from applications.accounts.models import Role, User
from applications.calls.queries import RESULTS
from applications.calls.stages import Criterion
from applications.intake.models import Application, Status
from applications.kernel import clock
from applications.review.models import Assignment, ReviewerProfile

OF_SHEET = ("key", "reviewer", "declaration", "status", "strengths", "weaknesses", "overall", "saved_at")
OF_APPLICATION = (
    "key", "number", "status", "stage", "title", "summary", "answers", "claims", "budget", "institutions", "demand",
    "total_krw", "requested_krw", "cash_krw", "call__key", "call__revision", "call__published_at", "call__title",
    "call__scale", "call__step", "call__programme__kind", "firm__name", "firm__business_number", "field__name", "field__name_en",
)  # fmt: skip
UNDER_REVIEW = Q(stage=F("application__stage"))  # an assignment in the stage that its application is in


def criteria_of(stage):
    return list(Criterion.objects.filter(group__stage=stage).select_related("group"))


def counted(application):
    """The sheets that make the score: handed in, declared free of conflict, not excluded."""
    return Assignment.objects.filter(
        application=application,
        status=Assignment.SheetStatus.HANDED_IN,
        declaration=Assignment.Declaration.CLEAR,
    )


def decided(application):
    """{item id: the latest decision} on the bonus and penalty items of an application."""
    return {decision.item_id: decision for decision in application.adjustments.order_by("pk")}


def decisions_on(application):
    """The same with their items in the order of the call, those that say something to the firm: a penalty that was lifted does not."""
    found = {
        decision.item_id: decision
        for decision in application.adjustments.select_related("item").order_by("pk")
    }
    said = [decision for decision in found.values() if decision.item.is_bonus or decision.points]
    return sorted(said, key=lambda decision: decision.item.ordinal)


def items_of(application):
    """[(item, what the firm says shows it, the decision or None)]: the bonus it claims, and every penalty."""
    found = decided(application)
    claims = application.claims
    return [
        (item, claims.get(str(item.pk), ""), found.get(item.pk))
        for item in application.call.items.all()
        if not item.is_bonus or str(item.pk) in claims
    ]


def progress(application):
    """For each stage up to the one under review: (stage, sheets that count, how many of its panel are in no conflict)."""
    panel = (
        application.assignments.exclude(declaration=Assignment.Declaration.CONFLICT)
        .exclude(status=Assignment.SheetStatus.EXCLUDED)
        .values("stage")
        .annotate(sheets=Count("pk", filter=Q(status=Assignment.SheetStatus.HANDED_IN)), asked=Count("pk"))
    )
    found = {row["stage"]: (row["sheets"], row["asked"]) for row in panel.order_by()}
    stages = application.call.stages.filter(ordinal__lte=application.stage.ordinal)
    return [(stage, *found.get(stage.pk, (0, 0))) for stage in stages]


def desk():
    """Applications in review or reviewed, with how many sheets were asked for (counted for the shown rows only)."""
    assignments = Assignment.objects.filter(application=OuterRef("pk")).order_by()
    return Application.objects.filter(status__in=(Status.IN_REVIEW, Status.REVIEWED)).annotate(
        asked=number_of(assignments.exclude(declaration="conflict")),
        stepped_back=number_of(assignments.filter(declaration="conflict")),
    )


def in_review():
    """Applications whose review goes on; one of a cancelled call does not."""
    return Application.objects.filter(status=Status.IN_REVIEW, call__cancelled_at=None)


def number_of(assignments):
    counted = assignments.values("application").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def to_read():
    """Assignments with what the page of a sheet shows, and no more: the tables around one are wide."""
    return Assignment.objects.select_related(
        "application__call__programme", "application__firm", "application__field", "stage"
    ).only(*OF_SHEET, *(f"application__{name}" for name in OF_APPLICATION), "stage__kind")


def own(user):
    """A reviewer's work: open sheets first, conflicts left out."""
    return Assignment.objects.visible_to(user).select_related(
        "application__firm", "application__call", "application__field", "stage"
    )


def done(user):
    """What a reviewer handed in of applications whose result is published: the sheets themselves are closed to them."""
    found = Assignment.objects.filter(
        reviewer=user, status=Assignment.SheetStatus.HANDED_IN, application__status__in=RESULTS
    )
    return found.select_related("application__call").order_by("-handed_in_at", "-pk")


def to_be_declared(user):
    """Applications in review of which a reviewer has not said whether there is a conflict."""
    return own(user).filter(UNDER_REVIEW, application__in=in_review(), status="open", declaration="none")


def to_be_handed_in(user):
    """A reviewer's open sheets of applications in review."""
    return own(user).filter(UNDER_REVIEW, application__in=in_review(), status="open", declaration="clear")


def reviewers():
    """All active reviewers with a profile, those with the least work first, with the sessions of this year."""
    sat = Q(assignments__assigned_at__gte=year_begins(), assignments__declaration__in=("none", "clear"))
    return (
        User.objects.filter(role=Role.REVIEWER, is_active=True, reviewer_profile__isnull=False)
        .select_related("reviewer_profile__region")
        .prefetch_related("reviewer_profile__technologies", "reviewer_profile__fields")
        .annotate(
            load=Count("assignments", filter=Q(assignments__status="open")),
            sessions=Count("assignments__stage", filter=sat, distinct=True),
        )
        .order_by("load", "pk")
    )


def year_begins():
    return clock.kst(clock.today().year, 1, 1)


def sessions_of(reviewer, *, beside):
    """How many stages of calls a reviewer was asked for this year, not counting this one."""
    found = Assignment.objects.filter(reviewer=reviewer, assigned_at__gte=year_begins())
    return found.exclude(declaration="conflict").exclude(stage=beside).values("stage").distinct().count()


def profiles_of(reviewers):
    """The profiles of these reviewers (ids), with their people."""
    return ReviewerProfile.objects.filter(user__in=reviewers).select_related("user").order_by("pk")


def locked_application(pk):
    """An application under its lock: scores of one change one after the other, its row is locked before any sheet of it.

    Its stage is read under the lock, not joined: who waited would see the stage that it was in before.
    """
    found = Application.objects.select_for_update(of=("self",)).select_related("call", "firm", "region")
    return found.get(pk=pk)


def profile_of(reviewer):
    """The profile under its lock, so that nothing by which conflicts are found changes meanwhile; None where there is none."""
    return (
        ReviewerProfile.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(user=reviewer)
        .first()
    )
