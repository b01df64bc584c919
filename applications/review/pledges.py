"""What reviewers promise (서약) before they look at an application, and who has promised it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call
from applications.kernel import clock
from applications.kernel.records import AppendOnly, AppendOnlyQuerySet

VERSION = "2026-12"  # another one is asked for before the next look at an application
PLEDGE = _(
    "I keep secret what I read, and take or copy nothing of it. I declare every conflict of interest, take neither money nor favours, meet nobody of the firm about the application, and judge fairly. If I break this pledge, I consent to the sanctions that follow."
)


class PledgeQuerySet(AppendOnlyQuerySet):
    def in_force(self):
        """Those to the text that stands today."""
        return self.filter(version=VERSION)

    def hold_for(self, call):
        """Whether one of them is for this call (or its id)."""
        return self.in_force().filter(call=call).exists()

    def give(self, user, call):
        """Promise it for a call; once is enough."""
        self.get_or_create(user=user, call=call, version=VERSION, defaults={"at": clock.now()})


class Pledge(AppendOnly):
    """A reviewer's promise of secrecy and fairness for one call, to one version of its text (docs/domain.md, conflicts of interest)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pledges")
    call = models.ForeignKey(Call, models.PROTECT, related_name="pledges")
    version = models.CharField(max_length=20)
    at = models.DateTimeField(default=clock.now)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "call", "version"], name="pledge_once")]
