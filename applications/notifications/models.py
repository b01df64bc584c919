"""The outbox: one row for one e-mail to one person."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly

BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720)]
GIVE_UP_AFTER = timedelta(days=3)


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officers, directors, auditors and administrators see the outbox, everybody their own inbox."""
        if not user.is_authenticated:
            return self.none()
        if user.role in ("officer", "director", "auditor", "administrator"):
            return self.all()
        return self.of(user)

    def of(self, user):
        """The inbox of one person: all that was written to them, but for codes and links that open an account."""
        return self.filter(to=user).exclude(kind__startswith="account/")

    def due(self, now):
        """Letters that wait to be sent, and those whose sender was lost before the server had them."""
        return self.filter(
            Q(status=Letter.Status.WAITING, next_try_at__lte=now)
            | Q(status=Letter.Status.SENDING, lease_until__lt=now)
        ).order_by("pk")

    def lost_at_the_server(self, now):
        """Letters whose sender was lost while the server had them: nobody knows whether it took them."""
        return self.filter(status=Letter.Status.HANDED, lease_until__lt=now).order_by("pk")

    def claim(self, key, *, lease):
        """Take one letter for sending, or None where another has it: one conditional UPDATE."""
        now = clock.now()
        taken = (
            self.due(now)
            .filter(key=key)
            .order_by()
            .update(status=Letter.Status.SENDING, lease_until=now + lease, tries=models.F("tries") + 1)
        )
        return self.get(key=key) if taken else None

    def hold_back(self):
        """Those that wait do not leave any more; one that somebody has claimed goes on."""
        self.filter(status=Letter.Status.WAITING).update(status=Letter.Status.REPLACED)

    def hand_over(self, letter):
        """From here on the server may take it: False where the lease ran out and another has the letter."""
        mine = self.filter(pk=letter.pk, status=Letter.Status.SENDING, lease_until=letter.lease_until)
        return bool(mine.update(status=Letter.Status.HANDED))


class Letter(models.Model):
    """One e-mail to one address about one event; the same event never writes it twice."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        HANDED = "handed", _("At the mail server")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNCERTAIN = "uncertain", _("Uncertain")
        REPLACED = "replaced", _("Replaced by a later letter")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=50)
    event = models.CharField(max_length=120)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="letters")
    address = models.EmailField()
    subject = models.CharField(max_length=250)
    body = models.TextField()
    html = models.TextField(blank=True)
    written_at = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    unsubscribe_url = models.URLField(blank=True)  # of letters that a subscriber asked for: RFC 8058
    erase_at = models.DateTimeField(null=True)  # when the address was only lent for an answer
    error = models.CharField(max_length=500, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "kind", "address"], name="letter_once")]
        indexes = [
            models.Index(fields=["status", "next_try_at"], name="letter_due"),
            models.Index(fields=["-written_at", "-id"], name="letter_latest"),
            models.Index(fields=["to", "-written_at", "-id"], name="letter_inbox"),
            models.Index(fields=["erase_at"], condition=Q(erase_at__isnull=False), name="letter_erased"),
        ]

    get_status_display = label_of("status", Status)

    def __str__(self):
        return self.subject

    @property
    def is_secret(self):
        """Codes and links that open an account: erased once settled, but in the demonstration."""
        return self.kind.startswith("account/")


class Opening(AppendOnly):
    """The first time that a person opened a letter in their inbox."""

    letter = models.OneToOneField(Letter, models.PROTECT, related_name="opening")
    at = models.DateTimeField()
