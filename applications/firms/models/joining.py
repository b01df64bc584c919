"""Requests of people to join a firm whose number is registered already."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.kernel import clock


class JoinRequestQuerySet(models.QuerySet):
    def open(self, now):
        return self.filter(outcome="", ends_at__gt=now)

    def run_out(self, now):
        """Those that nobody has answered in their time."""
        return self.filter(outcome="", ends_at__lte=now)


class JoinRequest(models.Model):
    """A person asks to join a firm: open for 14 days, until an owner answers or the time runs out."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended without an answer")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="join_requests")
    asked_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)  # empty: nobody has answered
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "person"], condition=Q(outcome=""), name="join_request_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="join_request_to_end", condition=Q(outcome="")),
            models.Index(fields=["person", "asked_at"], name="join_request_of_person"),
        ]

    def get_absolute_url(self):
        return reverse("firms:request", args=[self.firm.key, self.key])
