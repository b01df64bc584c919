"""Tables of the application: the draft, its papers, and the frozen submissions."""

import uuid

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call, RequiredPaper
from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.files import StoredFile
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.kernel.taxonomy import IndustryField, RootTechnology


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Supplement requested")
    INELIGIBLE = "ineligible", _("Ineligible")
    IN_REVIEW = "in_review", _("In review")
    REVIEWED = "reviewed", _("Review closed")
    SELECTED = "selected", _("Selected")
    RESERVED = "reserved", _("On the reserve list")
    DECLINED = "declined", _("Not selected")
    AGREED = "agreed", _("Agreement in force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


BEFORE_REVIEWERS = (
    Status.IN_REVIEW,
    Status.REVIEWED,
)  # what reviewers may see: until the result is published
UNDER_REVIEW = (Status.SUBMITTED, Status.IN_REVIEW, Status.REVIEWED)
SELECTED = (Status.SELECTED, Status.AGREED)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        match user.role:
            case Role.OFFICER | Role.DIRECTOR | Role.AUDITOR:
                return self.filter(submitted_at__isnull=False).exclude(status=Status.DRAFT)
            case Role.FINANCE | Role.MINISTRY:
                return self.filter(status__in=SELECTED)
            case Role.REVIEWER:  # a table of a later room: by name only
                assignments = apps.get_model("applications", "Assignment").objects
                clear = assignments.clear_for(user).filter(application=OuterRef("pk"))
                return self.filter(Exists(clear), status__in=BEFORE_REVIEWERS)
            case Role.APPLICANT:
                return self.filter(firm__members__user=user)
        return self.none()

    def in_play(self):
        """Those that were handed in and not withdrawn or ruled out."""
        return self.exclude(status__in=(Status.DRAFT, Status.WITHDRAWN, Status.INELIGIBLE))


class Application(models.Model):
    """One firm's answer to one call. Its status moves only by lifecycle.APPLICATION."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(  # noqa: DJ001  none before the first submission, and unique from then on
        _("application number"), max_length=15, unique=True, null=True, editable=False
    )
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="applications")
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    title = models.CharField(_("title of the plan"), max_length=100, blank=True)
    summary = models.CharField(_("summary"), max_length=500, blank=True)
    field = models.ForeignKey(
        IndustryField,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("new-industry field"),
    )
    technologies = models.ManyToManyField(RootTechnology, blank=True, verbose_name=_("root technologies"))
    total_krw = models.PositiveBigIntegerField(_("total cost (won)"), null=True, blank=True)
    requested_krw = models.PositiveBigIntegerField(_("grant asked for (won)"), null=True, blank=True)
    cash_krw = models.PositiveBigIntegerField(_("own share in cash (won)"), null=True, blank=True)
    answers = models.JSONField(default=dict)
    consents = models.JSONField(default=dict)  # pledge code → True
    version = models.PositiveIntegerField(default=1, editable=False)
    section_versions = models.JSONField(
        default=dict, editable=False
    )  # section → the version that last saved it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)  # of being ruled out or withdrawn
    # What the ranking reads; written by review.actions.store_score when a sheet or an adjustment changes.
    sheets = models.PositiveSmallIntegerField(default=0, editable=False)
    base_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    bonus = models.DecimalField(max_digits=4, decimal_places=1, default=0, editable=False)
    penalty = models.DecimalField(max_digits=4, decimal_places=1, default=0, editable=False)
    final_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    spread = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    tie_1 = models.DecimalField(max_digits=12, decimal_places=8, default=0, editable=False)
    tie_2 = models.DecimalField(max_digits=12, decimal_places=8, default=0, editable=False)
    tie_3 = models.DecimalField(max_digits=12, decimal_places=8, default=0, editable=False)
    tie_4 = models.PositiveSmallIntegerField(default=0, editable=False)  # 1 outside the capital area
    failings = models.JSONField(
        default=list, editable=False
    )  # names of groups under their floor, of knock-outs

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "firm"],
                condition=~Q(status__in=["draft", "withdrawn"]),
                name="application_one_per_call_and_firm",
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(number__isnull=False, submitted_at__isnull=False)
                | Q(status="withdrawn"),
                name="application_submitted_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["call", "status", "-submitted_at", "-id"], name="application_desk"),
            models.Index(fields=["status", "-submitted_at", "-id"], name="application_by_status"),
            models.Index(fields=["-submitted_at", "-id"], name="application_latest"),
            models.Index(
                fields=["call", "-final_score", "-tie_1", "-tie_2", "-tie_3", "-tie_4", "id"],
                name="application_rank",
            ),
            models.Index(fields=["firm", "-created_at"], name="application_of_firm"),
        ]

    def __str__(self):
        return self.number or self.title or str(_("Draft"))

    def get_absolute_url(self):
        return reverse("intake:detail", args=[self.key])

    get_status_display = label_of("status", Status)

    @property
    def firm_status(self):
        """What the firm reads: between screening and publication nothing but “under review”."""
        if self.status in (Status.IN_REVIEW, Status.REVIEWED):
            return _("Under review")
        return self.get_status_display()


class Document(models.Model):
    """The paper that stands in a draft at present; submissions keep what they were handed in with."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    paper = models.ForeignKey(RequiredPaper, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "paper"], name="document_one_per_paper")
        ]


class Attempt(AppendOnly):
    """Somebody pressed submit: kept for the accepted and the refused alike, with both instants."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="attempts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    closes_at = models.DateTimeField()


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(application__in=Application.objects.visible_to(user))


class Submission(AppendOnly):
    """An application as it was handed in: the whole of it, and its SHA-256."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    ordinal = models.PositiveSmallIntegerField()
    number = models.CharField(_("receipt number"), max_length=20, unique=True)  # SP-2027-0001-1
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "ordinal"], name="submission_order")]

    def get_absolute_url(self):
        return reverse("intake:receipt", args=[self.key])


class SupplementQuerySet(models.QuerySet):
    def open(self):
        """Those that the firm may still hand in; at most one of an application."""
        return self.filter(handed_in_at=None, closed_at=None)


class Supplement(models.Model):
    """One round of asking the firm to mend named papers until an instant."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements")
    ordinal = models.PositiveSmallIntegerField()
    papers = models.ManyToManyField(RequiredPaper)
    message = models.CharField(_("what is to be mended"), max_length=1000)
    due_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    handed_in_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # the desk went on without it

    objects = SupplementQuerySet.as_manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["application", "ordinal"], name="supplement_order"),
            models.CheckConstraint(condition=Q(ordinal__lte=2), name="supplement_two_rounds"),
        ]


class Exclusion(models.Model):
    """A proposal to rule an application out, confirmed or turned down by a director."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="exclusions")
    code = models.CharField(_("rule"), max_length=3)  # E01 ... E17: docs/domain.md, eligibility
    reason = models.CharField(_("reason"), max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at=None), name="exclusion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=models.F("proposed_by")),
                name="exclusion_four_eyes",
            ),
        ]


class Adjustment(AppendOnly):
    """Bonus (above zero) or penalty (below zero) points, verified by staff."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="adjustments")
    label = models.CharField(_("item"), max_length=100)
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "label"], name="adjustment_once")]
