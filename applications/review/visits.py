"""Tables of site visits: when one takes place, what the visitors find, what is decided where they differ; and who was told to go on."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.calls.stages import Point, Stage
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.files import StoredFile
from applications.kernel.records import AppendOnly
from applications.review.models import Assignment

MOST_PHOTOS = 20  # of one visitor of one place
PHOTO_KINDS = ("jpg", "png")


class Visit(models.Model):
    """When and where the place of an application is visited in one stage; a change of it is told anew."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="visits")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("date and time"))
    place = models.CharField(_("place"), max_length=200)
    preparation = models.CharField(_("what the firm prepares"), max_length=1000, blank=True)
    # between the day on which the firm was told and the visit, and how many there had to be (kernel/clocks.py)
    days_ahead = models.PositiveSmallIntegerField()
    least_days = models.PositiveSmallIntegerField()
    short_notice_reason = models.CharField(_("reason for telling it late"), max_length=300, blank=True)
    revision = models.PositiveSmallIntegerField(default=1)  # how often it was set
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "stage"], name="visit_once"),
            models.CheckConstraint(
                condition=Q(days_ahead__gte=F("least_days")) | ~Q(short_notice_reason=""),
                name="visit_told_in_time",
            ),
        ]

    @property
    def ends_at(self):
        """Until when it is shown as what comes next: the end of its day."""
        return self.at + timedelta(hours=24)


class Finding(models.Model):
    """What one visitor says of one point of the checklist."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="findings")
    point = models.ForeignKey(Point, models.PROTECT, related_name="+")
    fit = models.BooleanField(null=True)
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["point__ordinal"]
        constraints = [models.UniqueConstraint(fields=["assignment", "point"], name="finding_once")]


class Photo(models.Model):
    """A photo that a visitor took of the place."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    caption = models.CharField(_("what it shows"), max_length=100, blank=True)
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]


class VisitDecision(AppendOnly):
    """What a director decided where the two visitors differ; it holds for the two findings that it was made on."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="visit_decisions")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    fit = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="visit_decision_has_reason")]


class GoingOn(AppendOnly):
    """A firm was told that its application goes on to this stage: once for each."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="goings_on")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "stage"], name="going_on_once")]
