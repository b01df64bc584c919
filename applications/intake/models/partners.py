"""The institutions beside the firm that applies: joint and subcontracted ones, and the demand company."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.firms.models import Firm, Right
from applications.intake.models import Application
from applications.kernel.labels import label_of


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The owners of an institution that is asked find what it is asked; the firm that asks has its draft."""
        if user.is_authenticated and user.role == Role.APPLICANT:
            return self.filter(firm__members__user=user, firm__members__right=Right.OWNER)
        return self.none()

    def standing(self):
        """Those that an application names at present."""
        return self.exclude(status=Partner.Status.WITHDRAWN)


class Partner(models.Model):
    """An institution beside the firm, and the terms that it is asked to agree to; other terms are another row.

    firm: none where the institution is not registered here; then a letter among the papers speaks for it.
    """

    class Part(models.TextChoices):
        JOINT = "joint", _("Joint institution")
        COMMISSIONED = "commissioned", _("Subcontracted institution")
        DEMAND = "demand", _("Demand company")

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked to confirm")
        ACCEPTED = "accepted", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("No longer asked")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="partners")
    lead_number = models.CharField(max_length=10, editable=False)  # business number of the firm that applies
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="partnerships")
    business_number = models.CharField(_("business registration number"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=100)
    part = models.CharField(_("takes part as"), max_length=15, choices=Part)
    title = models.CharField(_("title of the plan"), max_length=100)
    role = models.CharField(_("role"), max_length=200)  # of a demand company: the item
    grant_krw = models.PositiveBigIntegerField(_("share of the grant (won)"), default=0)
    cash_krw = models.PositiveBigIntegerField(_("own share in cash (won)"), default=0)
    in_kind_krw = models.PositiveBigIntegerField(_("own share in kind (won)"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.ASKED, editable=False
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "business_number"],
                condition=~Q(status="withdrawn") & ~Q(part="demand"),
                name="partner_named_once",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=~Q(status="withdrawn") & Q(part="demand"),
                name="partner_one_demand_company",
            ),
            models.CheckConstraint(
                condition=~Q(business_number=F("lead_number")), name="partner_is_not_the_lead"
            ),
            models.CheckConstraint(
                condition=Q(business_number__regex=r"^[0-9]{10}$") | Q(part="demand", business_number=""),
                name="partner_number_digits",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("accepted", "declined"))
                | Q(answered_by__isnull=False, answered_at__isnull=False, firm__isnull=False),
                name="partner_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["business_number"], name="partner_by_number"),
            models.Index(fields=["firm", "-asked_at", "-id"], name="partner_of_firm"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("intake:partner", args=[self.key])

    get_status_display = label_of("status", Status)
    get_part_display = label_of("part", Part)

    @property
    def terms(self):
        """What another answer would be needed for if it changed."""
        return (self.part, self.business_number, self.role, self.grant_krw, self.cash_krw, self.in_kind_krw)
