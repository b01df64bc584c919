"""What people have decided at the desk: on the checklist of the screening, and on bonus and penalty items."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.calls.ruling import Item
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.records import AppendOnly


class Check(AppendOnly):
    """One decision on one rule (screening.RULES); the latest one of a rule counts, the others are history."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Met")
        FAILED = "failed", _("Not met")

    application = models.ForeignKey(Application, models.PROTECT, related_name="checks")
    code = models.CharField(max_length=3)
    outcome = models.CharField(max_length=6, choices=Outcome)
    evidence = models.CharField(_("what it was seen in"), max_length=500)
    papers = models.JSONField(default=dict)  # {code of a paper: SHA-256} that it was decided on
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="check_has_evidence"),
            models.CheckConstraint(condition=Q(code__regex=r"^E(0[1-9]|1[0-7])$"), name="check_of_a_rule"),
        ]
        indexes = [models.Index(fields=["application", "code", "-id"], name="check_latest")]
        ordering = ["pk"]


class Adjustment(AppendOnly):
    """What an officer decided on a bonus or penalty item: bonus above zero, penalty below, 0 where it does not count.

    Of an item the latest counts.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="adjustments")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1)
    grounds = models.CharField(max_length=500)  # what it was seen in, or why it does not count
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(grounds=""), name="adjustment_has_grounds")]
