"""Tables of agreements: what was agreed, the two signatures under it, and the ledgers of its money."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import BudgetLine
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly, AppendOnlyQuerySet


class AgreementQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        if user.role in (Role.OFFICER, Role.DIRECTOR, Role.FINANCE, Role.MINISTRY, Role.AUDITOR):
            return self
        if user.role == Role.APPLICANT:
            return self.filter(application__firm__members__user=user).exclude(status=Agreement.Status.DRAFT)
        return self.none()


class Agreement(models.Model):
    """The agreement on one R&D project. What is paid never exceeds the grant."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being drafted")
        OFFERED = "offered", _("Waits for signatures")
        IN_FORCE = "in_force", _("In force")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("agreement number"), max_length=15, unique=True)  # AG-2027-0001
    application = models.OneToOneField(Application, models.PROTECT, related_name="agreement")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="agreements")
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    total_krw = models.PositiveBigIntegerField(_("total cost (won)"))
    grant_krw = models.PositiveBigIntegerField(_("grant (won)"))
    cash_krw = models.PositiveBigIntegerField(_("own share in cash (won)"))
    paid_krw = models.PositiveBigIntegerField(_("paid (won)"), default=0, editable=False)
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    sign_by = models.DateField(_("to be signed by"))
    rules_version = models.CharField(max_length=20)  # of the cost-sharing table that it was drawn from
    # As they read when it was offered: both sides sign the same words, whatever is renamed in between.
    firm_name = models.CharField(max_length=100, blank=True, editable=False)
    title = models.CharField(max_length=100, blank=True, editable=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    in_force_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grant_krw__lte=F("total_krw")), name="agreement_grant_within_total"
            ),
            models.CheckConstraint(
                condition=Q(paid_krw__lte=F("grant_krw")), name="agreement_paid_within_grant"
            ),
            models.CheckConstraint(
                condition=Q(cash_krw__lte=F("total_krw") - F("grant_krw")),
                name="agreement_cash_within_own_share",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")), name="agreement_begins_before_it_ends"
            ),
            models.CheckConstraint(
                condition=Q(status="in_force", in_force_at__isnull=False)
                | (~Q(status="in_force") & Q(in_force_at=None, paid_krw=0)),
                name="agreement_pays_in_force_only",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | ~Q(firm_name=""), name="agreement_offered_by_name"
            ),
        ]
        indexes = [
            models.Index(fields=["-drafted_at", "-id"], name="agreement_latest"),
            models.Index(fields=["status", "-drafted_at", "-id"], name="agreement_by_status"),
            models.Index(fields=["grant_krw", "id"], name="agreement_by_grant"),
            models.Index(fields=["sign_by", "id"], name="agreement_by_sign_by"),
            models.Index(fields=["starts_on", "id"], name="agreement_by_begin"),
            models.Index(fields=["ends_on", "id"], name="agreement_by_end"),
        ]

    def __str__(self):
        return self.number

    get_status_display = label_of("status", Status)

    def get_absolute_url(self):
        return reverse("agreement:detail", args=[self.key])

    @property
    def is_overdue(self):
        """Offered, and its last day for signatures is past (a firm that signs late is not turned away)."""
        return self.status == self.Status.OFFERED and self.sign_by < clock.today()

    @property
    def own_krw(self):
        return self.total_krw - self.grant_krw

    @property
    def kind_krw(self):
        return self.own_krw - self.cash_krw

    @property
    def left_krw(self):
        return self.grant_krw - self.paid_krw


class Signature(AppendOnly):
    """A click-sign after the password was asked again; called 동의·확인 전자서명, nothing more."""

    class Side(models.TextChoices):
        FIRM = "firm", _("Firm")
        AGENCY = "agency", _("Agency")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=6, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    sha256 = models.CharField(max_length=64)  # of the text that was signed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "side"], name="signature_once")]


class Allocation(AppendOnly):
    """An amount taken from a budget line; their sum stands on the line (ledger.allocate)."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="allocations")
    key = models.CharField(max_length=60, unique=True)  # what it is for: the same is allocated once
    krw = models.BigIntegerField(_("amount (won)"))
    purpose = models.CharField(_("purpose"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(krw__gt=0), name="allocation_above_zero")]


class LedgerQuerySet(AppendOnlyQuerySet):
    def balance(self):
        """What is left of a grant, in won."""
        return self.aggregate(left=Sum("krw"))["left"] or 0


class LedgerEntry(AppendOnly):
    """One movement of one grant: the grant itself above zero, payments below. Written by ledger.py alone."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("Grant agreed")
        PAYMENT = "payment", _("Payment")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.UUIDField(unique=True)  # of the agreement or the payment: the same is written once
    krw = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="grant", krw__gt=0) | Q(kind="payment", krw__lt=0),
                name="ledger_sign_of_kind",
            )
        ]
