"""Tables of decisions: a proposed list, its places, and who approved it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call
from applications.intake.models import Application
from applications.kernel import calendar, clock


class ProposalQuerySet(models.QuerySet):
    def in_force(self):
        """Those that are proposed, approved or published: one that is published, and one that is to change it."""
        return self.exclude(status__in=(Proposal.Status.SENT_BACK, Proposal.Status.REPLACED))

    def waiting(self):
        """Those that are not public yet."""
        return self.filter(status__in=Proposal.WAITING)

    def visible_to(self, user):
        """The list that decides: officers, directors and auditors; the ministry after publication."""
        if not user.is_authenticated:
            return self.none()
        if user.role in (Role.OFFICER, Role.DIRECTOR, Role.AUDITOR):
            return self
        if user.role == Role.MINISTRY:
            return self.filter(status=Proposal.Status.PUBLISHED)
        return self.none()


class Proposal(models.Model):
    """One proposed result list of one call. A change makes a new one; an approved one is never edited."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        SENT_BACK = "sent_back", _("Sent back")
        REPLACED = "replaced", _("Replaced")

    WAITING = (Status.PROPOSED, Status.APPROVED)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="proposals")
    ordinal = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED, editable=False)
    # the published list that this one changes: an appeal upheld, a place given up
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    deliberation = models.ForeignKey(  # the meeting of the committee that it takes into account
        "applications.Deliberation", models.PROTECT, null=True, related_name="proposals"
    )
    note = models.CharField(_("reason"), max_length=1000)
    # why equals stand in the order that a person gave them
    order_reason = models.CharField(_("reason of the order among equals"), max_length=1000, blank=True)
    fingerprint = models.CharField(max_length=64)  # fingerprints.of_list, when it was drawn
    publish_at = models.DateTimeField(_("published at"), null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    reserve_ends_at = models.DateTimeField(null=True)  # exclusive; set when the first list is published

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="proposal_order"),
            models.UniqueConstraint(
                fields=["call"], condition=Q(status__in=["proposed", "approved"]), name="proposal_one_waits"
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(status="published"), name="proposal_one_published"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="proposal_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "sent_back", "replaced"]) | Q(approved_by__isnull=False),
                name="proposal_published_only_approved",
            ),
        ]

    def get_absolute_url(self):
        return reverse("decision:proposal", args=[self.key])

    @property
    def waits(self):
        """Whether it is not public yet, and its letters are still to be written."""
        return self.status in self.WAITING

    @property
    def reserve_until(self):
        """The last day on which somebody may come up from the reserve list; None before it is published."""
        return self.reserve_ends_at and calendar.day_before(self.reserve_ends_at)


class Place(models.Model):
    """What a proposal says of one application."""

    class Result(models.TextChoices):
        SELECTED = "selected", _("Selected")
        RESERVED = "reserved", _("On the reserve list")
        DECLINED = "declined", _("Not selected")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="places")
    application = models.ForeignKey(Application, models.PROTECT, related_name="places")
    rank = models.PositiveIntegerField()
    result = models.CharField(max_length=10, choices=Result)
    reserve_rank = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300)
    # that a person gave it, where the order made a difference
    among_equals = models.PositiveSmallIntegerField(null=True)
    final_score = models.DecimalField(max_digits=6, decimal_places=2)
    base_score = models.DecimalField(max_digits=6, decimal_places=2)
    grant_krw = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "application"], name="place_once"),
            models.UniqueConstraint(fields=["proposal", "rank"], name="place_rank"),
            models.UniqueConstraint(fields=["proposal", "reserve_rank"], name="place_reserve_rank"),
        ]
