"""What the sections of a draft were."""

import uuid

from django.conf import settings
from django.db import models

from applications.intake.models import Application


class Revision(models.Model):
    """A section of a draft as somebody left it. Saves of one person in a row are one revision (revising.goes_on)."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="revisions")
    section = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    lost = models.PositiveIntegerField(default=0)  # characters that were deleted while it ran
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["application", "section", "-id"], name="revision_latest")]
