"""Tables of review: the reviewer's profile, assignments, sheets and scores."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.stages import Criterion, Stage
from applications.intake.models import BEFORE_REVIEWERS, Application
from applications.kernel import clock
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology
from applications.review.pledges import Pledge

STAFF = (Role.OFFICER, Role.DIRECTOR, Role.AUDITOR)


MOST_SESSIONS = 45  # practice: sessions of one reviewer a year
RENEWED_EVERY = timedelta(days=365)


class ProfileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see what is known of every reviewer, reviewers their own."""
        if not user.is_authenticated:
            return self.none()
        return self if user.role in STAFF else self.filter(user=user.pk)


class AffiliationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(profile__in=ReviewerProfile.objects.visible_to(user))


class SanctionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff alone."""
        return self if user.is_authenticated and user.role in STAFF else self.none()

    def in_force(self):
        """Those that bar today."""
        return self.filter(Q(until=None) | Q(until__gte=clock.today()), lifted_at=None)


class ReviewerProfile(models.Model):
    """What is known of a reviewer: where they work and what they know."""

    class Kind(models.TextChoices):
        INDUSTRY = "industry", _("Industry")
        ACADEMIA = "academia", _("Academia")
        INSTITUTE = "institute", _("Research institute")

    class Gender(models.TextChoices):
        FEMALE = "female", _("Woman")
        MALE = "male", _("Man")
        UNSAID = "unsaid", _("I prefer not to say")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviewer_profile")
    affiliation = models.CharField(_("affiliation"), max_length=100)
    affiliation_number = models.CharField(_("business number of the affiliation"), max_length=10, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    since = models.DateField(_("there since"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    technologies = models.ManyToManyField(RootTechnology, verbose_name=_("expertise"))
    fields = models.ManyToManyField(IndustryField, blank=True, verbose_name=_("new-industry fields"))
    keywords = models.CharField(_("keywords"), max_length=200, blank=True)  # set apart by commas
    most_sessions = models.PositiveSmallIntegerField(_("most sessions a year"), default=MOST_SESSIONS)
    gender = models.CharField(
        _("gender"), max_length=10, choices=Gender, blank=True
    )  # for the balance of panels alone
    confirmed_at = models.DateTimeField(
        default=clock.now, null=True, editable=False
    )  # none: brought in by an officer, not looked through yet

    objects = ProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(most_sessions__gte=1, most_sessions__lte=MOST_SESSIONS), name="profile_sessions"
            ),
            models.CheckConstraint(
                condition=Q(gender__in=["", "female", "male", "unsaid"]), name="profile_gender"
            ),
        ]

    def __str__(self):
        return self.user.name

    def get_absolute_url(self):
        return reverse("review:reviewer", args=[self.user.key])

    @property
    def is_stale(self):
        """Renewed every year: what conflicts are found by must be true."""
        return self.confirmed_at is None or clock.now() - self.confirmed_at > RENEWED_EVERY


class Affiliation(models.Model):
    """Where a reviewer worked before, or takes part beside their work: what conflicts are found by."""

    class Role(models.TextChoices):
        EMPLOYEE = "employee", _("Employee")
        EXECUTIVE = "executive", _("Representative or director")
        AUDITOR = "auditor", _("Auditor")
        ADVISER = "adviser", _("Adviser")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(ReviewerProfile, models.PROTECT, related_name="affiliations")
    institution = models.CharField(_("institution"), max_length=100)
    business_number = models.CharField(_("business registration number"), max_length=10, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    by_moving = models.BooleanField(default=False, editable=False)  # written by itself, and never taken out

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["-until", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")),
                name="affiliation_days_in_order",
            )
        ]


class Sanction(models.Model):
    """What a reviewer did wrong, written down by staff; it bars until it ends, and some years on (rule C12)."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(ReviewerProfile, models.PROTECT, related_name="sanctions")
    reason = models.CharField(_("reason"), max_length=500)
    until = models.DateField(_("until"), null=True, blank=True)  # none: for good
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="sanction_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
                name="sanction_lifted_by_somebody",
            ),
        ]


class ChallengeAnswer(AppendOnly):
    """What staff decided on whom a firm asks to exclude; the latest one counts, for exactly those it names."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="challenge_answers")
    person = models.CharField(max_length=60, blank=True)
    institution = models.CharField(max_length=100, blank=True)
    accepted = models.BooleanField()
    grounds = models.CharField(_("grounds"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(grounds=""), name="challenge_has_grounds")]


class Waiver(AppendOnly):
    """A director allows a reviewer in spite of these rules, with a reason (시행령 제27조 제4항)."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="waivers")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="waivers")
    codes = models.CharField(max_length=40)  # C2 C5
    reason = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason")]
        indexes = [models.Index(fields=["application", "reviewer"], name="waiver_of")]


# Statuses of a sheet that judges no more, and the kinds of event that make it so.
OUT = ("excluded", "set_aside")
TAKEN_OUT = Q(declaration="conflict") | Q(status__in=OUT)
IN_SIGHT = (  # of its own reviewer
    Q(application__status__in=BEFORE_REVIEWERS) & ~Q(declaration="conflict") & ~Q(status="set_aside")
)


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Reviewers see their own until the result is published, none they stand in conflict with; staff see all."""
        if not user.is_authenticated:
            return self.none()
        if user.role in STAFF:
            return self
        if user.role == Role.REVIEWER:
            return self.filter(IN_SIGHT, reviewer=user)
        return self.none()

    def clear_for(self, user):
        """Assignments of this reviewer that are declared free of conflict and under a pledge."""
        pledged = Pledge.objects.in_force().filter(user=user, call=OuterRef("application__call"))
        clear = self.filter(Exists(pledged), reviewer=user, declaration=Assignment.Declaration.CLEAR)
        return clear.exclude(status="set_aside")

    def in_play(self):
        """Whoever judges or still may: in no conflict, neither excluded nor set aside by an appeal."""
        return self.exclude(TAKEN_OUT)

    def taken_out(self):
        """All others."""
        return self.filter(TAKEN_OUT)

    def standing(self):
        """Those that judge: handed in, in no conflict, neither excluded nor set aside. With what visitors handed in."""
        return self.filter(status=Assignment.SheetStatus.HANDED_IN, declaration=Assignment.Declaration.CLEAR)

    def with_alone(self):
        """With is_alone: a panel hears it that has not opened its deliberation, so only its reviewer reads its words."""
        heard = self.model.objects.filter(
            application__hearings__stage=F("stage"), application__hearings__panel__status="scoring"
        )
        return self.annotate(is_alone=Exists(heard.filter(pk=OuterRef("pk"))))

    def open_in(self, panel):
        """Those of what a panel hears that are still to be handed in."""
        found = self.filter(stage=panel.stage_id, application__hearings__panel=panel)
        return found.in_play().filter(status=Assignment.SheetStatus.OPEN)


class Assignment(models.Model):
    """One reviewer asked to score one application in one stage; the sheet lives on it."""

    class Declaration(models.TextChoices):
        NONE = "none", _("Not yet declared")
        CLEAR = "clear", _("No conflict")
        CONFLICT = "conflict", _("Conflict of interest")

    class SheetStatus(models.TextChoices):
        OPEN = "open", _("Not handed in")
        HANDED_IN = "handed_in", _("Handed in")
        EXCLUDED = "excluded", _("Excluded")
        SET_ASIDE = "set_aside", _("Set aside by an appeal")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="assignments")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=clock.now)
    declaration = models.CharField(max_length=10, choices=Declaration, default=Declaration.NONE)
    declared_at = models.DateTimeField(null=True)
    conflict_code = models.CharField(max_length=3, blank=True)
    conflict_note = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=SheetStatus, default=SheetStatus.OPEN, editable=False)
    strengths = models.TextField(_("strengths"), blank=True)
    weaknesses = models.TextField(_("points to mend"), blank=True)
    overall = models.TextField(_("overall opinion"), blank=True)
    fit = models.BooleanField(_("fit as a whole"), null=True)  # of a site visit, in the place of a total
    notes = models.JSONField(default=dict)  # {criterion id: a comment on it}
    total = models.DecimalField(max_digits=7, decimal_places=3, null=True, editable=False)
    handed_in_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0, editable=False)  # how many events it has
    prints = models.CharField(
        max_length=40, blank=True, editable=False
    )  # of its texts, once handed in: deliberating.prints
    questioned_at = models.DateTimeField(null=True, editable=False)  # a reason for its total is waited for

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "stage", "reviewer"], name="assignment_once"),
            models.CheckConstraint(
                condition=~Q(status="handed_in")
                | Q(declaration="clear", total__isnull=False, fit=None)
                | Q(declaration="clear", total=None, fit__isnull=False),
                name="sheet_counts_only_when_clear",
            ),
        ]
        indexes = [
            models.Index(fields=["reviewer", "status", "id"], name="assignment_of_reviewer"),
            models.Index(  # the sessions of a year are read from the index alone
                fields=["reviewer", "stage", "assigned_at"],
                include=["declaration", "status"],
                name="assignment_of_stage",
            ),
        ]

    get_status_display = label_of("status", SheetStatus)
    get_declaration_display = label_of("declaration", Declaration)

    def get_absolute_url(self):
        return reverse("review:visit" if self.stage.is_visit else "review:sheet", args=[self.key])

    @property
    def has_conflict(self):
        return self.declaration == self.Declaration.CONFLICT

    @property
    def is_clear(self):
        return self.declaration == self.Declaration.CLEAR

    @property
    def is_open(self):
        return self.status == self.SheetStatus.OPEN

    @property
    def is_out(self):
        return self.has_conflict or self.status in OUT

    @property
    def points(self):
        """{criterion id: points}."""
        return {score.criterion_id: score.value for score in self.scores.all()}

    @property
    def counts(self):
        """It is part of the score."""
        return self.status == self.SheetStatus.HANDED_IN and self.is_clear


class SheetsDue(models.Model):
    """Until when the sheets of a stage are to be handed in; whoever is late is reminded, and counts until the stage is closed."""

    stage = models.OneToOneField(Stage, models.PROTECT, related_name="due")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


class SheetEvent(AppendOnly):
    """What happened to a sheet, one after the other: every score can be computed again from these (review/replay.py)."""

    class Kind(models.TextChoices):
        DECLARED = "declared", _("Declared free of conflict")
        SAVED = "saved", _("Saved")
        HANDED_IN = "handed_in", _("Handed in")
        REOPENED = "reopened", _("Given back")
        EXCLUDED = "excluded", _("Excluded")
        STEPPED_BACK = "stepped_back", _("Conflict declared")
        SET_ASIDE = "set_aside", _("Set aside by an appeal")
        TOO_LATE = "too_late", _("Conflict declared after the result")  # the score stands as it was published

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="events")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    values = models.JSONField(
        default=dict
    )  # {criterion id: points}, all that the sheet had when saved or handed in
    words = models.JSONField(default=dict)  # the comments as they were handed in
    note = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "ordinal"], name="sheet_event_order"),
            models.CheckConstraint(condition=Q(ordinal__gte=1), name="sheet_event_counted_from_one"),
        ]


class Score(models.Model):
    """The points of one criterion on one sheet."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=4, decimal_places=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=100), name="score_in_range"),
        ]
