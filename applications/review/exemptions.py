"""The table of exceptions by which fewer than five sheets suffice: asked for with a reason, allowed by a director (docs/domain.md, stages)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.calls.stages import Stage
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.review.models import STAFF


class ExemptionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff alone; members read of those of their panel on its pages."""
        return self if user.is_authenticated and user.role in STAFF else self.none()

    def covering(self, application, stage):
        """Those for this very application in this stage, and those for all of the stage."""
        return self.filter(Q(application=application) | Q(application=None), stage=stage)

    def standing(self):
        """Those that wait for a decision or are allowed."""
        return self.filter(status__in=("asked", "allowed"))


class Exemption(models.Model):
    """So many sheets suffice: for one application, or for all of a stage whose call asks for no more (application: none)."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for the director")
        ALLOWED = "allowed", _("Allowed")
        REFUSED = "refused", _("Not allowed")
        ENDED = "ended", _("Set aside by an appeal")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="exemptions")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="exemptions")
    sheets = models.PositiveSmallIntegerField()
    reason = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED, editable=False)
    grounds = models.CharField(_("grounds"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sheets__gte=3), name="exemption_of_three_at_least"),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_has_reason"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "ended"], decided_by=None, decided_at=None)
                | (~Q(status="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="exemption_is_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(by=F("decided_by")), name="exemption_by_two_people"),
            models.UniqueConstraint(
                fields=["stage", "application"], condition=Q(status="asked"), name="exemption_asked_once"
            ),
            models.UniqueConstraint(
                fields=["stage"],
                condition=Q(status="asked", application=None),
                name="exemption_asked_once_of_all",
            ),
        ]

    get_status_display = label_of("status", Status)

    @property
    def number(self):
        """What it is for, in words."""
        return self.application.number if self.application else str(_("all applications of the stage"))


def allowances(stages, *, applications=None):
    """What directors have allowed in these stages, as a function of (id of a stage, id of an application): so many sheets, or None.

    applications: ids of those that it is asked of, where they are few of the stage.
    """
    found = {}
    allowed = Exemption.objects.filter(stage__in=stages, status=Exemption.Status.ALLOWED).order_by()
    if applications is not None:
        allowed = allowed.filter(Q(application__in=applications) | Q(application=None))
    for stage, application, sheets in allowed.values_list("stage", "application", "sheets"):
        found[stage, application] = min(sheets, found.get((stage, application), sheets))
    return lambda stage, application: min(
        (found[key] for key in ((stage, None), (stage, application)) if key in found), default=None
    )
