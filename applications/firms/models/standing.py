"""What the tax office says of a firm's business number, as it was told each time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.records import AppendOnly


class BusinessStatus(AppendOnly):
    """One answer of the tax office, or that there was none; the latest one counts, the others are history."""

    class Standing(models.TextChoices):
        ACTIVE = "active", _("In business")
        SUSPENDED = "suspended", _("Business suspended")
        ENDED = "ended", _("Business closed")
        UNCONFIRMED = "unconfirmed", _("To be confirmed")

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="standings")
    standing = models.CharField(max_length=12, choices=Standing)
    answered = models.BooleanField()  # an office that does not answer is asked again sooner
    closed_on = models.DateField(null=True)
    asked_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["firm", "-asked_at"], name="business_status_latest")]
        ordering = ["-asked_at", "-pk"]
