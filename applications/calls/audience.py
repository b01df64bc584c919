"""Tables of those who follow calls: notices that change one, questions on it, and subscribers to new ones."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call, Programme
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.kernel.taxonomy import IndustryField


class Notice(AppendOnly):
    """One official notice that changes a published call; it stands beside the first one and is never changed."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("Correction")
        EXTENSION = "extension", _("Extension")
        CANCELLATION = "cancellation", _("Cancellation")

    call = models.ForeignKey(Call, models.PROTECT, related_name="notices")
    ordinal = models.PositiveSmallIntegerField()
    number = models.CharField(_("notice number"), max_length=35, unique=True)  # RC-2027-S01-1
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(_("reason"), max_length=1000)
    changes = models.JSONField(default=list)  # of a correction: [{"of", "label", "old", "new"}]
    closed_at = models.DateTimeField(null=True)  # of an extension: when the call was to close before,
    closes_at = models.DateTimeField(null=True)  # and when it closes now
    published_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    firms_told = models.PositiveIntegerField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="notice_order"),
            models.CheckConstraint(
                condition=Q(kind="extension", closed_at__isnull=False, closes_at__gt=F("closed_at"))
                | (~Q(kind="extension") & Q(closed_at=None, closes_at=None)),
                name="notice_extends",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="notice_has_reason"),
        ]

    def __str__(self):
        return self.number


WAITING = Q(status__in=("asked", "answered"))  # questions that nobody outside has an answer to yet


def for_person(user):
    """Those that this person answers, and those that nobody has taken yet."""
    return Q(assigned_to=user) | Q(assigned_to=None)


def late_on(day):
    return WAITING & Q(due_on__lt=day)


class InquiryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody reads what is published; until then, the person who asked and the staff."""
        if not user.is_authenticated:
            return self.published()
        if user.role in (Role.OFFICER, Role.DIRECTOR, Role.AUDITOR):
            return self
        return self.filter(Q(status=Inquiry.Status.PUBLISHED) | Q(asked_by=user))

    def published(self):
        return self.filter(status=Inquiry.Status.PUBLISHED)

    def waiting(self):
        return self.filter(WAITING)

    def for_person(self, user):
        return self.filter(for_person(user))

    def late_on(self, day):
        return self.filter(late_on(day))


class Inquiry(models.Model):
    """One question of an applicant on a call. Its status moves only by lifecycle.INQUIRY."""

    class Status(models.TextChoices):
        ASKED = "asked", _("To be answered")
        ANSWERED = "answered", _("Answer written")
        PUBLISHED = "published", _("Published")
        REPLIED = "replied", _("Answered to the asker only")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="inquiries")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="inquiries")
    asked_at = models.DateTimeField(default=clock.now)
    text = models.TextField(_("question"), max_length=2000)
    due_on = models.DateField(_("to be answered by"))
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED, editable=False)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # without what is nobody's business
    shown = models.TextField(_("question as everybody reads it"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # published, or sent to the asker

    objects = InquiryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="asked", answer="", ended_at=None)
                | (Q(status="answered", ended_at=None) & ~Q(answer=""))
                | (Q(status__in=["published", "replied"], ended_at__isnull=False) & ~Q(answer="")),
                name="inquiry_answered_before_it_ends",
            )
        ]
        indexes = [
            models.Index(fields=["call", "status", "-ended_at", "-id"], name="inquiry_of_call"),
            models.Index(
                fields=["due_on", "id"], condition=Q(status__in=["asked", "answered"]), name="inquiry_waiting"
            ),
            models.Index(fields=["-asked_at", "-id"], name="inquiry_latest"),
            models.Index(fields=["due_on", "id"], name="inquiry_by_due"),
            models.Index(fields=["status", "due_on", "id"], name="inquiry_by_status"),
            models.Index(fields=["assigned_to", "due_on", "id"], name="inquiry_of_person"),
        ]

    get_status_display = label_of("status", Status)

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self):
        return reverse("calls:inquiry", args=[self.key])

    @property
    def is_late(self):
        """Its last day is over and nobody outside has an answer."""
        return self.ended_at is None and clock.today() > self.due_on


class SubscriberQuerySet(models.QuerySet):
    def interested_in(self, call):
        """Those who want to hear of this call: by its programme, and by the fields that it is for."""
        fields = list(call.open_to.all())
        found = self.filter(Q(programme=None) | Q(programme=call.programme_id))
        return found.filter(Q(field=None) | Q(field__in=fields)) if fields else found


class Subscriber(models.Model):
    """A confirmed address that is told of new calls. It is deleted when it unsubscribes."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.EmailField(_("e-mail"), unique=True)
    language = models.CharField(max_length=2)
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")
    field = models.ForeignKey(IndustryField, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField()

    objects = SubscriberQuerySet.as_manager()
