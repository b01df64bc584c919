"""The table of how severe reviewers are: one working out for one call, beside the official scores."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications.calls.models import Call
from applications.kernel import clock
from applications.kernel.leasing import LONG_LEASE, free
from applications.review.models import STAFF

WAITS = Q(made_at=None, failed_at=None)


class CalibrationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who see all sheets."""
        return self if user.is_authenticated and user.role in STAFF else self.none()

    def to_carry_on(self, now):
        """Those that nobody works at yet; the earliest first."""
        return self.filter(WAITS, free(now, LONG_LEASE)).order_by("pk")


class Calibration(models.Model):
    """What a model says of the reviewers of a call at one moment; it changes no score."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="calibrations")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)  # calibrating.worked_out
    failed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None) | Q(failed_at=None), name="calibration_made_or_failed"
            )
        ]
        indexes = [
            models.Index(fields=["call", "-id"], name="calibration_latest"),
            models.Index(fields=["id"], name="calibration_waits", condition=WAITS),
        ]
