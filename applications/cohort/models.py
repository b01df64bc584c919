"""The seats of the sprout companies: one hundred, each held by one firm at a time."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.records import AppendOnly, AppendOnlyQuerySet
from applications.kernel.taxonomy import IndustryField, Region

SEATS = 100


class SeatQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_authenticated and user.role in ("officer", "director", "ministry", "auditor"):
            return self
        return self.none()

    def held(self):
        """What counts toward the hundred: a valid designation, neither ended nor revoked."""
        return self.filter(ended_on=None)


def number_of(year, ordinal):
    """The number of a designation as its certificate bears it: 제2027-새싹-001호."""
    return f"제{year}-새싹-{ordinal:03d}호"


class Seat(models.Model):
    """A firm's designation as a sprout company, from its first day to its last."""

    class End(models.TextChoices):
        GRADUATED = "graduated", _("Graduated")
        RETURNED = "returned", _("Returned by the firm")
        REVOKED = "revoked", _("Designation revoked")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("designation number"), max_length=20, unique=True)  # 제2027-새싹-001호
    place = models.PositiveSmallIntegerField(_("seat"), null=True)  # none where it was brought in as ended
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="seats")
    # None where the firm was designated before this house kept the cohort, and the seat was brought in from a list.
    application = models.OneToOneField(Application, models.PROTECT, null=True, related_name="seat")
    field = models.ForeignKey(IndustryField, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    designated_on = models.DateField(_("designated on"))
    designated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_on = models.DateField(_("ended on"), null=True)
    end = models.CharField(max_length=10, choices=End, blank=True)
    end_reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=Q(ended_on=None), name="seat_one_per_firm"),
            models.UniqueConstraint(fields=["place"], condition=Q(ended_on=None), name="seat_one_per_place"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=SEATS), name="seat_of_the_hundred"),
            models.CheckConstraint(
                condition=Q(place__isnull=False) | Q(ended_on__isnull=False), name="seat_held_has_place"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, end="") | (Q(ended_on__isnull=False) & ~Q(end="")),
                name="seat_end_has_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("designated_on")),
                name="seat_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["ended_on", "place"], name="seat_held"),
            models.Index(fields=["-designated_on", "-id"], name="seat_latest"),
            models.Index(fields=["year", "id"], name="seat_by_year"),
        ]


class CertificateQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user):
        """The firm's own people, and staff."""
        if not user.is_authenticated:
            return self.none()
        if user.role in ("officer", "director", "auditor"):
            return self
        if user.role == "applicant":
            return self.filter(seat__firm__members__user=user)
        return self.none()


class Certificate(AppendOnly):
    """The certificate of a designation (지정서) as it was issued, and the SHA-256 of what it says."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seat = models.OneToOneField(Seat, models.PROTECT, related_name="certificate")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=clock.now)

    objects = CertificateQuerySet.as_manager()
