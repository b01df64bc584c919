"""Tables of the committee (심의위원회): its meetings, who sat there, and what it decided on single applications by a vote."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly

REASON_LENGTH = 240  # with the words before it, it is the reason of a line


class DeliberationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the committee says: officers, directors and auditors; firms hear of it with their result."""
        if user.is_authenticated and user.role in (Role.OFFICER, Role.DIRECTOR, Role.AUDITOR):
            return self
        return self.none()


class Deliberation(models.Model):
    """One meeting of the committee on the list of a call. Closed it is never changed; of several the last closed one counts."""

    class Status(models.TextChoices):
        OPEN = "open", _("Under way")
        CLOSED = "closed", _("Held and closed")
        DROPPED = "dropped", _("Called off")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="deliberations")
    ordinal = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, editable=False)
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place of the meeting"), max_length=200)
    secretary = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("secretary")
    )
    minutes = models.TextField(_("minutes"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # of all that is written over
    convened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    convened_at = models.DateTimeField(default=clock.now)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of minutes, votes and attendance, at the closing

    objects = DeliberationQuerySet.as_manager()
    get_status_display = label_of("status", Status)

    class Meta:
        ordering = ["-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="deliberation_order"),
            models.UniqueConstraint(
                fields=["call"], condition=Q(status="open"), name="deliberation_one_open"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                    & Q(closed_at__gte=F("held_at"))
                    & ~Q(minutes="")
                    & ~Q(sha256="")
                )
                | (~Q(status="closed") & Q(closed_at=None, closed_by=None, sha256="")),
                name="deliberation_closed_complete",
            ),
        ]

    def __str__(self):
        return f"{self.call.number} · {self.ordinal}"

    def get_absolute_url(self):
        return reverse("decision:deliberation", args=[self.key])


class CommitteeMember(models.Model):
    """Somebody of the committee at one meeting, present or not; no account of the house. The secretary is none of them."""

    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="members")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=50)
    affiliation = models.CharField(_("affiliation"), max_length=100)
    is_chair = models.BooleanField(default=False)
    is_present = models.BooleanField(default=False)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "ordinal"], name="committee_member_order"),
            models.UniqueConstraint(
                fields=["deliberation"], condition=Q(is_chair=True), name="committee_one_chair"
            ),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ordinal__lte=20), name="committee_of_twenty_at_most"
            ),
            models.CheckConstraint(
                condition=Q(is_chair=False) | Q(is_present=True), name="committee_chair_is_present"
            ),
        ]


class Resolution(AppendOnly):
    """What the committee decided on one application, by a vote and with its reason; the last one on an application counts."""

    class Result(models.TextChoices):
        AS_RULED = "as_ruled", _("As the rules place it")
        SELECTED = "selected", _("Selected")
        RESERVED = "reserved", _("On the reserve list")
        DECLINED = "declined", _("Not selected")
        TAKEN_BACK = "taken_back", _("Taken back: as the rules have it")

    deliberation = models.ForeignKey(Deliberation, models.PROTECT, related_name="resolutions")
    ordinal = models.PositiveSmallIntegerField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="resolutions")
    result = models.CharField(_("decision"), max_length=10, choices=Result)
    grant_krw = models.PositiveBigIntegerField(_("reduced grant (won)"), null=True)  # None: as asked for
    conditions = models.TextField(_("conditions"), max_length=1000, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), default=0)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), default=0)
    votes_abstained = models.PositiveSmallIntegerField(_("abstentions"), default=0)
    recused = models.JSONField(default=list)  # [name, affiliation, why] of members who had no part in it
    # What the rules alone said that day: where it stood, what it got, and why.
    ruled_rank = models.PositiveIntegerField(null=True)
    ruled_result = models.CharField(max_length=10, blank=True)
    ruled_reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "ordinal"], name="resolution_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="resolution_has_reason"),
            models.CheckConstraint(
                condition=Q(result="taken_back") | Q(votes_for__gt=F("votes_against")),
                name="resolution_carried",
            ),
            models.CheckConstraint(
                condition=Q(grant_krw=None) | Q(grant_krw__gt=0), name="resolution_grant_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["selected", "reserved"])
                | (Q(result="as_ruled") & (Q(grant_krw__isnull=False) | ~Q(conditions="")))
                | Q(result__in=["declined", "taken_back"], grant_krw=None, conditions=""),
                name="resolution_says_something",
            ),
        ]
