"""The vault of a firm: certificates and standard papers that it keeps for its applications."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.files import StoredFile
from applications.kernel.taxonomy import PaperKind

WARNED_BEFORE = timedelta(days=30)
SHORT = timedelta(days=31)  # a certificate that is valid no longer is warned of
SHORT_WARNED_BEFORE = timedelta(days=7)


class KeptPaperQuerySet(models.QuerySet):
    def to_warn_of(self, today):
        """Papers whose expiry has come near and whose firm has not been told since they were added or renewed."""
        near = Q(expires_on__lte=today + SHORT_WARNED_BEFORE) | Q(
            expires_on__lte=today + WARNED_BEFORE, expires_on__gt=F("issued_on") + SHORT
        )
        return self.filter(near, expires_on__gte=today, warned_at=None)


class KeptPaper(models.Model):
    """One paper as it is at present. Renewing it puts another file in its place; what took the earlier one keeps that."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="papers")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="+", verbose_name=_("kind of paper"))
    number = models.CharField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)  # the last day
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    warned_at = models.DateTimeField(null=True)  # that it expires soon; nothing since its last renewal
    told_at = models.DateTimeField(null=True)  # that its file holds a virus

    objects = KeptPaperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")), name="kept_paper_in_order"
            )
        ]
        indexes = [
            models.Index(fields=["expires_on"], name="kept_paper_to_warn", condition=Q(warned_at=None)),
        ]

    def get_absolute_url(self):
        return reverse("firms:kept", args=[self.firm.key, self.key])
