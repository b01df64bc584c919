"""Tables of panels (분과): who judges which applications of a stage, who was invited, and how they were drawn."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call
from applications.calls.stages import Stage
from applications.intake.models import BEFORE_REVIEWERS, Application
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly, AppendOnlyQuerySet
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.review.models import STAFF, Assignment


class PanelQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all, reviewers those that they sit in."""
        if not user.is_authenticated:
            return self.none()
        if user.role in STAFF:
            return self
        if user.role == Role.REVIEWER:
            seats = Panelist.objects.filter(panel=OuterRef("pk"), user=user, status="accepted")
            return self.filter(Exists(seats))
        return self.none()


class Panel(models.Model):
    """Some reviewers who judge some applications of one stage together.

    Its scope: applications of these fields and technologies (of either where only one is named), and those that are picked.
    """

    class Status(models.TextChoices):
        SCORING = "scoring", _("Sheets are being written")
        DELIBERATING = "deliberating", _("Deliberation is open")
        CLOSED = "closed", _("Panel closed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="panels")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="panels", verbose_name=_("stage"))
    ordinal = models.PositiveSmallIntegerField(editable=False)
    name = models.CharField(_("name of the panel"), max_length=60)
    status = models.CharField(max_length=12, choices=Status, default=Status.SCORING, editable=False)
    fields = models.ManyToManyField(
        IndustryField, blank=True, related_name="+", verbose_name=_("new-industry fields")
    )
    technologies = models.ManyToManyField(
        RootTechnology, blank=True, related_name="+", verbose_name=_("root technologies")
    )
    picked = models.ManyToManyField(Application, blank=True, related_name="+")
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="chairs")
    secretary = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("secretary")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["stage__ordinal", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "ordinal"], name="panel_order"),
            models.UniqueConstraint(fields=["stage", "name"], name="panel_name"),
            models.CheckConstraint(
                condition=Q(status="scoring") | Q(opened_at__isnull=False, chair__isnull=False),
                name="panel_deliberates_under_a_chair",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at=None)),
                name="panel_closed_at_its_instant",
            ),
        ]

    get_status_display = label_of("status", Status)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("review:panel", args=[self.key])

    @property
    def who_is_told(self):
        """Who among the staff hears what members answer: the secretary, or whoever made the panel."""
        return self.secretary or self.made_by


class PanelistQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all, reviewers their own."""
        if not user.is_authenticated:
            return self.none()
        if user.role in STAFF:
            return self
        return self.filter(user=user) if user.role == Role.REVIEWER else self.none()

    def at_table(self):
        """Those who said yes."""
        return self.filter(status=Panelist.Status.ACCEPTED)

    def unanswered(self, now):
        """Invitations that wait for an answer and can still have one."""
        return self.filter(status=Panelist.Status.INVITED, answer_by__gt=now)


class Panelist(models.Model):
    """One reviewer invited to a panel, and what they answered. An answer counts until its instant, whatever the clock has run."""

    class Status(models.TextChoices):
        INVITED = "invited", _("Answer awaited")
        ACCEPTED = "accepted", _("Has accepted")
        DECLINED = "declined", _("Has declined")
        LAPSED = "lapsed", _("Not answered in time")
        WITHDRAWN = "withdrawn", _("No longer asked")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="panelists")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="panel_seats")
    status = models.CharField(max_length=10, choices=Status, default=Status.INVITED, editable=False)
    drawn = models.BooleanField(default=False, editable=False)  # invited in the order of a draw, not by hand
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    answer_by = models.DateTimeField(_("answer by"))
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    suggestion = models.CharField(_("somebody else who might do it"), max_length=200, blank=True)

    objects = PanelistQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "user"], name="panelist_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["declined", "withdrawn"]) | ~Q(reason=""),
                name="panelist_gone_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "declined"]) | Q(answered_at__isnull=False),
                name="panelist_answered_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], name="panelist_waits", condition=Q(status="invited")),
            models.Index(fields=["user", "status"], name="panelist_of_reviewer"),
        ]

    get_status_display = label_of("status", Status)

    def __str__(self):
        return self.user.name

    def get_absolute_url(self):
        return reverse("review:invitation", args=[self.key])

    @property
    def is_late(self):
        """Nobody answered by the instant, though the clock may not have said so yet."""
        return self.status == self.Status.LAPSED or (
            self.status == self.Status.INVITED and self.answer_by <= clock.now()
        )


class DrawQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user):
        """Staff alone."""
        return self if user.is_authenticated and user.role in STAFF else self.none()


class Draw(AppendOnly):
    """A random order of candidates, with all that it was made of, so that anybody can draw it again (drawing.py)."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="draws")
    seed = models.PositiveIntegerField()
    wanted = models.JSONField()  # {kind of reviewer: members}
    pool = models.JSONField()  # [[key of the account, kind]]: who could be drawn at that moment
    order = models.JSONField()  # {kind: [keys]}: what came out
    left_out = models.JSONField()  # {why: how many}
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = DrawQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]


class HearingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all; members those of their panel until the result is published, none they stand in conflict with."""
        if not user.is_authenticated:
            return self.none()
        if user.role in STAFF:
            return self
        conflicts = Assignment.objects.filter(
            application=OuterRef("application"), reviewer=user, declaration="conflict"
        )
        found = self.filter(
            panel__in=Panel.objects.visible_to(user), application__status__in=BEFORE_REVIEWERS
        )
        return found.exclude(Exists(conflicts))

    def in_play(self):
        """Those whose application was not withdrawn."""
        return self.exclude(application__status="withdrawn")


class Hearing(models.Model):
    """One application before a panel. In a stage it is heard by one panel only."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="hearings")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")  # of the panel
    application = models.ForeignKey(Application, models.PROTECT, related_name="hearings")
    taken_at = models.DateTimeField(default=clock.now)
    # What the panel says of it: the firm reads this with its result. It stands when the panel is closed.
    opinion = models.TextField(_("opinion of the panel"), blank=True)
    opinion_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)  # of the opinion

    objects = HearingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "application"], name="hearing_once_in_a_stage"),
            models.CheckConstraint(
                condition=Q(opinion="", opinion_by=None, opinion_at=None)
                | (~Q(opinion="") & Q(opinion_by__isnull=False, opinion_at__isnull=False)),
                name="opinion_is_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["panel", "id"], name="hearing_of_panel")]

    def get_absolute_url(self):
        return reverse("review:hearing", args=[self.key])


class Explanation(AppendOnly):
    """Why totals of an application lie far apart, in the words of a reviewer or the chair; it is for exactly these totals."""

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="explanations")
    sheet = models.ForeignKey(
        Assignment, models.PROTECT, null=True, related_name="+"
    )  # none: the chair says so
    totals = models.CharField(max_length=300)  # deliberating.signature
    text = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="explanation_says_something")]
