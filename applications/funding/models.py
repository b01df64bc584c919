"""Tables of money: payments with their four eyes. The ledgers behind them: agreement/ledger.py."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.agreement.models import Agreement
from applications.kernel import clock
from applications.kernel.labels import label_of


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        if user.role in (Role.OFFICER, Role.DIRECTOR, Role.FINANCE, Role.MINISTRY, Role.AUDITOR):
            return self
        if user.role == Role.APPLICANT:
            return self.filter(agreement__application__firm__members__user=user)
        return self.none()


class Payment(models.Model):
    """One instalment of a grant, from the request to the record that it was paid."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        VERIFIED = "verified", _("Verified")
        APPROVED = "approved", _("Approved")
        PAID = "paid", _("Paid")
        REFUSED = "refused", _("Refused")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("payment number"), max_length=25, unique=True)  # PY-2027-0001-1
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="payments")
    tranche = models.PositiveSmallIntegerField(_("instalment"))
    krw = models.PositiveBigIntegerField(_("amount (won)"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.REQUESTED, editable=False
    )
    note = models.CharField(_("remark"), max_length=500, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paid_on = models.DateField(_("paid on"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(krw__gt=0), name="payment_above_zero"),
            models.UniqueConstraint(
                fields=["agreement", "tranche"],
                condition=~Q(status="refused"),
                name="payment_one_per_tranche",
            ),
            models.CheckConstraint(
                condition=Q(paid_by=None) | ~Q(paid_by=F("approved_by")), name="payment_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(status="paid")
                | Q(
                    verified_by__isnull=False,
                    approved_by__isnull=False,
                    paid_by__isnull=False,
                    paid_on__isnull=False,
                ),
                name="payment_paid_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-requested_at", "-id"], name="payment_by_status"),
            models.Index(fields=["-requested_at", "-id"], name="payment_latest"),
            models.Index(fields=["krw", "id"], name="payment_by_amount"),
        ]

    def __str__(self):
        return self.number

    get_status_display = label_of("status", Status)

    def get_absolute_url(self):
        return reverse("funding:payment", args=[self.key])
