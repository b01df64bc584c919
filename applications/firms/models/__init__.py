"""Tables of firms: the firm, its members, and invitations to join it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel import clock
from applications.kernel.search import search_text
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology

SEES_ALL_FIRMS = (Role.OFFICER, Role.DIRECTOR, Role.FINANCE, Role.MINISTRY, Role.AUDITOR)


class FirmQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        if user.role in SEES_ALL_FIRMS:
            return self
        if user.role == Role.APPLICANT:
            return self.filter(members__user=user)
        return self.none()


class Firm(models.Model):
    """One applicant firm, known by its business registration number."""

    class Size(models.TextChoices):
        SMALL = "small", _("Small or medium firm")
        EARLY_MID = "early_mid", _("Mid-size firm under 300 billion won of sales")
        MID = "mid", _("Mid-size firm")
        LARGE = "large", _("Other firm")

    class Track(models.TextChoices):
        ROOT = "root", _("Existing root firm")
        RESTRUCTURING = "restructuring", _("Business restructuring")
        VENTURE = "venture", _("Venture")
        CONVERSION = "conversion", _("Conversion from another industry")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business_number = models.CharField(_("business registration number"), max_length=10, unique=True)
    corporate_number = models.CharField(_("corporate registration number"), max_length=13, blank=True)
    name = models.CharField(_("firm name"), max_length=100)
    name_key = models.CharField(max_length=200, db_index=True, editable=False, default="")  # rules.names
    search_text = models.TextField(default="", editable=False)  # `words`
    representative = models.CharField(_("representative"), max_length=60)
    size = models.CharField(_("size class"), max_length=10, choices=Size)
    track = models.CharField(_("track"), max_length=15, choices=Track)
    founded_on = models.DateField(_("business opened on"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=20)
    ksic = models.CharField(_("industry code (KSIC)"), max_length=5)
    ksic_version = models.CharField(max_length=10, default="KSIC11")
    technologies = models.ManyToManyField(RootTechnology, verbose_name=_("root technologies"))
    field = models.ForeignKey(
        IndustryField, models.PROTECT, related_name="+", verbose_name=_("new-industry field")
    )
    industry = models.ForeignKey(
        DemandIndustry, models.PROTECT, related_name="+", verbose_name=_("main demand industry")
    )
    employees = models.PositiveIntegerField(_("full-time employees"))
    sales_krw = models.PositiveBigIntegerField(_("sales of last year (won)"))
    editors_submit = models.BooleanField(_("Editors may submit applications"), default=False)
    registered_at = models.DateTimeField(default=clock.now, editable=False)

    objects = FirmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(business_number__regex=r"^[0-9]{10}$"), name="firm_number_digits"
            )
        ]
        indexes = [models.Index(fields=["name", "id"], name="firm_by_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("firms:detail", args=[self.key])

    def words(self):
        """What the firm is found by."""
        return search_text(self.name, self.business_number)

    @property
    def shown_number(self):
        """The number as people write it: 110-81-00062."""
        return f"{self.business_number[:3]}-{self.business_number[3:5]}-{self.business_number[5:]}"


class Namesake(models.Model):
    """That the name of another firm looks like this one's (rules.names), written for both when either is named."""

    firm = models.ForeignKey(Firm, models.CASCADE, related_name="namesakes")
    other = models.ForeignKey(Firm, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "other"], name="namesake_once")]


class Right(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Member(models.Model):
    """A person's right in a firm; the last owner stays (rules.last_owner)."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    right = models.CharField(_("right"), max_length=10, choices=Right)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "user"], name="member_once")]
        ordering = ["pk"]


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person finds the invitations to their own address; only its letter leads there."""
        return self.filter(email=user.email) if user.is_authenticated else self.none()

    def open(self, now):
        return self.filter(used_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """An invitation of one address into one firm: works once, for 72 hours."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    right = models.CharField(_("right"), max_length=10, choices=Right)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()
