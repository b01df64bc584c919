"""Tables of the timetable of presentations (발표평가): when a panel sits, who speaks when, and how the order was drawn."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.review.panels import Hearing, Panel


class Sitting(models.Model):
    """Some hours in which a panel hears one presentation after the other, all of one length."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="sittings")
    starts_at = models.DateTimeField(_("begins at"))
    slots = models.PositiveSmallIntegerField(_("presentations"))
    length = models.PositiveSmallIntegerField(_("minutes each"))
    pause = models.PositiveSmallIntegerField(_("minutes between them"), default=0)
    place = models.CharField(_("room or link"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slots__gte=1, slots__lte=60, length__gte=5, length__lte=240, pause__lte=120),
                name="sitting_of_a_day",
            ),
            models.CheckConstraint(condition=~Q(place=""), name="sitting_somewhere"),
        ]

    @property
    def instants(self):
        """[(begins, ends)] of its presentations."""
        step = timedelta(minutes=self.length + self.pause)
        begins = [self.starts_at + place * step for place in range(self.slots)]
        return [(begin, begin + timedelta(minutes=self.length)) for begin in begins]

    @property
    def ends_at(self):
        return self.instants[-1][1]


class TalkOrder(AppendOnly):
    """A random order of presentations with its seed: by the SHA-256 of "seed/application number", so that every firm can check it."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="talk_orders")
    seed = models.PositiveIntegerField()
    order = models.JSONField()  # numbers of the applications, as drawn
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]


class SlotQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff and the panel see all of theirs, people of the firm their own once it was told."""
        if user.is_authenticated and user.role == Role.APPLICANT:
            return self.filter(hearing__application__firm__members__user=user, told_at__isnull=False)
        return self.filter(hearing__in=Hearing.objects.visible_to(user))


class Slot(models.Model):
    """When and where one application is presented, and whether its firm came."""

    class Attendance(models.TextChoices):
        OPEN = "", _("Not noted yet")
        CAME = "came", _("Came")
        LATE = "late", _("Came late")
        ABSENT = "absent", _("Did not come")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hearing = models.OneToOneField(Hearing, models.PROTECT, related_name="slot")
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="slots")  # of the hearing
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField()
    place = models.CharField(_("room or link"), max_length=300)
    told_at = models.DateTimeField(null=True)  # to firm and panel, as it stands
    attendance = models.CharField(max_length=6, choices=Attendance, default="", blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(null=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_takes_time"),
            models.UniqueConstraint(fields=["panel", "starts_at"], name="slot_alone_before_its_panel"),
            models.CheckConstraint(
                condition=Q(attendance="") | Q(noted_by__isnull=False, noted_at__isnull=False),
                name="slot_noted_by_somebody",
            ),
        ]

    get_attendance_display = label_of("attendance", Attendance)

    def __str__(self):
        return str(self.hearing.application.number)

    def get_absolute_url(self):
        return reverse("review:talk", args=[self.key])

    @property
    def is_link(self):
        return self.place.startswith("https://")
