"""Tables of proposals who reviews what: a plan for one stage of a call, and the reviews that it proposes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call
from applications.calls.stages import Stage
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.leasing import LONG_LEASE, free


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who assign reviewers, and the auditor."""
        may = user.is_authenticated and user.role in (Role.OFFICER, Role.DIRECTOR, Role.AUDITOR)
        return self if may else self.none()

    def to_carry_on(self, now):
        """Those that have work to do and that nobody works at; the earliest first."""
        at_work = (Plan.State.MAKING, Plan.State.ASSIGNING)
        return self.filter(free(now, LONG_LEASE), state__in=at_work).order_by("pk")


class Plan(models.Model):
    """A proposal who reviews what in one stage of a call; it changes nothing before somebody has it assigned."""

    class State(models.TextChoices):
        MAKING = "making", _("Being worked out")
        READY = "ready", _("Proposal")
        ASSIGNING = "assigning", _("Being assigned")
        DONE = "done", _("Assigned")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="plans")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    reviews = models.PositiveSmallIntegerField(_("reviewers of each application"))
    least = models.PositiveSmallIntegerField(_("at least for each reviewer"), default=0)
    most = models.PositiveSmallIntegerField(_("at most for each reviewer"))
    per_kind = models.JSONField(
        default=dict
    )  # {kind of reviewer: how many of it each application has at least}
    seed = models.PositiveIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.MAKING)
    percent = models.PositiveSmallIntegerField(default=0)
    summary = models.JSONField(default=dict)  # what planning.summary says of it
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # at the work that its state names

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(least__lte=F("most")), name="plan_loads_in_order"),
            models.CheckConstraint(condition=Q(reviews__gte=1), name="plan_asks_somebody"),
        ]
        indexes = [
            models.Index(fields=["call", "-id"], name="plan_latest"),
            models.Index(fields=["id"], name="plan_waits", condition=Q(state__in=["making", "assigning"])),
        ]

    def __str__(self):
        return self.call.title

    def get_absolute_url(self):
        return reverse("review:plan", args=[self.key])

    @property
    def is_at_work(self):
        return self.state in (self.State.MAKING, self.State.ASSIGNING)


class PlannedReview(models.Model):
    """One review that a plan proposes, or that stands already, and what became of it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="reviews_planned")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()  # how well they match
    stands = models.BooleanField(default=False)
    passed_over = models.JSONField(default=dict)  # {why: how many better matches} (asking.passed_over)
    assigned_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "application", "reviewer"], name="planned_once")
        ]
