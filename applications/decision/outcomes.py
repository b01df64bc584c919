"""Tables of what a firm is told of its result: the opinion of the panel, the notice as it was given, and giving up."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.decision.models import Place
from applications.intake.models import Application
from applications.kernel import calendar, clock
from applications.kernel.clocks import legal_clock
from applications.kernel.records import AppendOnly


class Opinion(models.Model):
    """What the panel says of a plan as a whole, in words that tell nobody who wrote what (G37); fixed with the notice."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="opinion")
    text = models.TextField(_("opinion of the panel"))
    to_improve = models.TextField(_("what to improve"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="opinion_has_text")]


class ResultNotice(AppendOnly):
    """One result as a firm was told it, with all that it may read: written at publication, never changed, never recomputed.

    A further list gives a notice to those whose place it changes only; the last one of an application counts.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="result_notices")
    place = models.OneToOneField(Place, models.PROTECT, related_name="notice")
    delivered_at = models.DateTimeField()  # when it stood in the inbox of the firm's people
    appeal_ends_at = models.DateTimeField()  # exclusive
    facts = models.JSONField()  # disclosing.facts_of

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(appeal_ends_at__gt=F("delivered_at")), name="notice_can_be_appealed"
            )
        ]
        indexes = [models.Index(fields=["application", "-id"], name="result_notice_latest")]

    @property
    def appeal_until(self):
        """The last day to appeal."""
        return calendar.day_before(self.appeal_ends_at)

    @property
    def sign_by(self):
        """The last day to sign the agreement that follows a selection."""
        return legal_clock("agreement").last_day(self.delivered_at)


class GiveUp(AppendOnly):
    """A firm gives its selection or its place on the reserve list up, with the reason."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="give_up")
    was = models.CharField(max_length=10, choices=Place.Result)  # what it gave up
    reason = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="give_up_has_reason"),
            models.CheckConstraint(condition=~Q(was="declined"), name="give_up_of_a_place"),
        ]
