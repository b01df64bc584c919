"""Tables of appeals (이의신청): what a firm contests, its evidence, when it arrived, and what was decided."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.stages import Stage
from applications.decision.outcomes import ResultNotice
from applications.intake.models import Application, Exclusion
from applications.kernel import calendar, clock
from applications.kernel.files import StoredFile
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.review.models import STAFF

OPEN = ("received", "proposed")


class AppealQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Its firm sees it from the first word on, staff once it has arrived; reviewers never do."""
        if not user.is_authenticated:
            return self.none()
        if user.role in STAFF:
            return self.arrived()
        if user.role == Role.APPLICANT:
            return self.filter(application__firm__members__user=user)
        return self.none()

    def arrived(self):
        return self.exclude(status=Appeal.Status.DRAFT)

    def open(self):
        """Those that wait for an answer."""
        return self.filter(status__in=OPEN)

    def late_on(self, day):
        """Those whose answer was due before this day."""
        return self.open().filter(due_on__lt=day)


class Appeal(models.Model):
    """One appeal against one decision: the notice of a result, or being ruled out. Its status moves by lifecycle.APPEAL."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being written")
        RECEIVED = "received", _("Received")
        PROPOSED = "proposed", _("Decision proposed")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")
        INADMISSIBLE = "inadmissible", _("Inadmissible")
        WITHDRAWN = "withdrawn", _("Appeal withdrawn")

    class Ground(models.TextChoices):
        ERROR = "error", _("A decisive error of the evaluation")
        MISREAD = "misread", _("What the application says was plainly misread")
        CLERICAL = "clerical", _("A clerical error of the office")
        OTHER = "other", _("Another ground")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")
        INADMISSIBLE = "inadmissible", _("Inadmissible")

    class Remedy(models.TextChoices):
        SCORE = "score", _("It is scored again by other reviewers")
        SCREEN = "screen", _("Its eligibility is checked again")
        DECIDE = "decide", _("It is decided again with the scores as they are")
        NONE = "none", _("Nothing is opened again: the firm is selected meanwhile")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(  # noqa: DJ001  none until it is handed in
        _("number of the appeal"), max_length=15, unique=True, null=True, editable=False
    )
    application = models.ForeignKey(Application, models.PROTECT, related_name="appeals")
    # What it contests: one of the two.
    notice = models.OneToOneField(ResultNotice, models.PROTECT, null=True, related_name="appeal")
    exclusion = models.OneToOneField(Exclusion, models.PROTECT, null=True, related_name="appeal")
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    ground = models.CharField(_("ground"), max_length=10, choices=Ground, blank=True)
    text = models.TextField(_("why the decision is wrong"), max_length=4000, blank=True)
    wanted = models.CharField(_("what you ask for"), max_length=500, blank=True)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()  # of the time to appeal; exclusive
    arrived_at = models.DateTimeField(null=True)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # of what was handed in
    due_on = models.DateField(_("to be answered by"), null=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    # The decision: proposed by one, confirmed by another.
    outcome = models.CharField(_("decision"), max_length=12, choices=Outcome, blank=True)
    remedy = models.CharField(_("what is opened again"), max_length=10, choices=Remedy, blank=True)
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")  # scored again from here on
    reasons = models.TextField(_("reasons"), max_length=4000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(notice=None, exclusion__isnull=False) | Q(notice__isnull=False, exclusion=None),
                name="appeal_against_one_decision",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number=None, arrived_at=None)
                | (~Q(status="draft") & Q(number__isnull=False, arrived_at__lt=F("ends_at"), due_on__isnull=False)),
                name="appeal_arrived_in_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="appeal_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["upheld", "dismissed", "inadmissible"])
                & Q(outcome=F("status"), decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reasons="")
                | ~Q(status__in=["upheld", "dismissed", "inadmissible"]) & Q(decided_by=None, decided_at=None),
                name="appeal_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(outcome="upheld") & ~Q(remedy="") | ~Q(outcome="upheld") & Q(remedy="", stage=None),
                name="appeal_remedy_when_upheld",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-arrived_at", "-id"], name="appeal_latest"),
            models.Index(fields=["due_on", "id"], name="appeal_due"),
            models.Index(fields=["application"], name="appeal_of_application"),
        ]

    def __str__(self):
        return self.number or str(_("Appeal"))

    get_status_display = label_of("status", Status)

    def get_absolute_url(self):
        return reverse("decision:appeal", args=[self.key])

    @property
    def is_open(self):
        return self.status in OPEN

    @property
    def is_late(self):
        """Its answer was due before today."""
        return self.is_open and self.due_on < clock.today()

    @property
    def firm_status(self):
        """The status as the firm reads it: that a decision is proposed is told to nobody outside."""
        return self.Status.RECEIVED if self.status == "proposed" else self.Status(self.status)

    @property
    def until(self):
        """The last day to appeal."""
        return calendar.day_before(self.ends_at)

    @cached_property
    def contested_at(self):
        """When the firm was told what it contests."""
        return self.notice.delivered_at if self.notice_id else self.exclusion.answered_at


class Evidence(models.Model):
    """A file that a firm adds to its appeal; from handing in on it stays."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="evidence")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]


class AppealAttempt(AppendOnly):
    """Somebody pressed to hand an appeal in: kept for the accepted and the refused alike, with both instants."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="attempts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    ends_at = models.DateTimeField()
