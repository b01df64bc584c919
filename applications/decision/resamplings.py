"""The table of how firm a cut is: one working out for one call, beside the official list."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from applications.calls.models import Call
from applications.kernel import clock
from applications.kernel.leasing import LONG_LEASE, MOST_TRIES, free
from applications.review.models import STAFF

WAITS = Q(made_at=None, stopped_at=None)


class ResamplingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who see the ranking."""
        return self if user.is_authenticated and user.role in STAFF else self.none()

    def to_carry_on(self, now):
        """Those that nobody works at yet; the earliest first."""
        return self.filter(WAITS, free(now, LONG_LEASE)).order_by("pk")


class Resampling(models.Model):
    """How often each application of a call is selected when its sheets are drawn again; it changes no score and no list."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="resamplings")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    seed = models.PositiveIntegerField()
    draws = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)  # of what it was worked out from
    result = models.JSONField(default=dict)  # resampling.worked_out
    made_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = ResamplingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=WAITS, name="resampling_one_waits"),
            models.CheckConstraint(
                condition=Q(made_at=None) | Q(stopped_at=None), name="resampling_made_or_stopped"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="resampling_percent"),
        ]
        indexes = [
            models.Index(fields=["call", "-id"], name="resampling_latest"),
            models.Index(fields=["id"], name="resampling_waits", condition=WAITS),
        ]

    @property
    def is_given_up(self):
        """Not stopped by anybody, but tried in vain."""
        return self.stopped_at is not None and self.tries >= MOST_TRIES

    @property
    def is_at_work(self):
        return self.made_at is None and self.stopped_at is None
