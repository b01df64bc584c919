"""Tables of calls: programmes, budget lines, and a call with all that its applications are measured by."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField


class Programme(models.Model):
    """What is granted: the selection of sprout companies, or money for research and development."""

    class Kind(models.TextChoices):
        SPROUT = "sprout", _("Selection of sprout companies")
        RND = "rnd", _("Root-industry R&D")

    class Law(models.TextChoices):
        CONTRIBUTION = "contribution", _("Contribution under the R&D Innovation Act")
        SUBSIDY = "subsidy", _("Subsidy under the Subsidy Act")
        NONE = "none", _("Benefits other than money")

    kind = models.CharField(_("programme"), max_length=10, choices=Kind, unique=True)
    prefix = models.CharField(max_length=4, unique=True)  # of application numbers: SP, RD
    law = models.CharField(_("funding law"), max_length=15, choices=Law)

    def __str__(self):
        return str(self.get_kind_display())


class BudgetLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_authenticated and user.role in ("officer", "director", "finance", "ministry", "auditor"):
            return self
        return self.none()


class BudgetLine(models.Model):
    """The money of one programme in one year. What is allocated never exceeds the cap."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="lines")
    name = models.CharField(_("name"), max_length=100)
    year = models.PositiveSmallIntegerField(_("year"))
    cap_krw = models.PositiveBigIntegerField(_("cap (won)"))
    allocated_krw = models.PositiveBigIntegerField(_("allocated (won)"), default=0, editable=False)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(allocated_krw__lte=F("cap_krw")), name="line_within_cap"),
            models.UniqueConstraint(fields=["programme", "year", "name"], name="line_once"),
        ]

    def __str__(self):
        return f"{self.year} {self.name}"

    @property
    def left_krw(self):
        return self.cap_krw - self.allocated_krw


class CallQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published calls are public; one in preparation is seen by the staff who make it."""
        if user.is_authenticated and user.role in ("officer", "director", "auditor", "administrator"):
            return self
        return self.published()

    def published(self):
        return self.exclude(published_at=None)


class Call(models.Model):
    """One announcement. Whether it is open is read from its instants, never from a job having run."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="calls", verbose_name=_("programme")
    )
    year = models.PositiveSmallIntegerField(_("programme year"))
    number = models.CharField(_("call number"), max_length=30, unique=True)  # RC-2027-S01
    title = models.CharField(_("title"), max_length=150)
    summary = models.CharField(_("in one sentence"), max_length=300)
    notice = models.TextField(_("notice"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))  # exclusive: arrival < closes_at
    short_notice_reason = models.CharField(_("reason for less than 30 days"), max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seats = models.PositiveSmallIntegerField(_("places"))
    reserves = models.PositiveSmallIntegerField(_("reserve places"), default=5)
    budget_line = models.ForeignKey(
        BudgetLine, models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("budget line")
    )
    budget_krw = models.PositiveBigIntegerField(_("budget of the call (won)"), null=True, blank=True)
    ceiling_krw = models.PositiveBigIntegerField(_("ceiling of one grant (won)"), null=True, blank=True)
    scale = models.CharField(
        max_length=10,
        default="points",
        choices=[("points", _("Points")), ("percent", _("0 to 100, weighted"))],
    )
    step = models.DecimalField(_("step of a score"), max_digits=3, decimal_places=1, default="0.5")
    pass_mark = models.DecimalField(_("pass mark"), max_digits=5, decimal_places=2, default="60.00")
    select_mark = models.DecimalField(_("select mark"), max_digits=5, decimal_places=2, default="70.00")
    bonus_cap = models.DecimalField(_("cap of bonus points"), max_digits=4, decimal_places=1, default="5")
    penalty_cap = models.DecimalField(_("cap of penalty points"), max_digits=4, decimal_places=1, default="5")
    quorum = models.PositiveSmallIntegerField(_("sheets needed"), default=5)
    comment_length = models.PositiveSmallIntegerField(_("least length of a comment"), default=10)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="call_opens_before_it_closes"
            ),
            models.CheckConstraint(condition=Q(pass_mark__lte=F("select_mark")), name="call_marks_in_order"),
            models.CheckConstraint(condition=Q(quorum__gte=3), name="call_quorum_at_least_three"),
        ]
        indexes = [models.Index(fields=["-closes_at", "-id"], name="call_latest")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("calls:detail", args=[self.key])

    def is_open_at(self, instant):
        return bool(self.published_at) and self.opens_at <= instant < self.closes_at

    @property
    def state(self):
        """preparing, soon, open or closed at this moment (docs/domain.md, states of a call)."""
        now = clock.now()
        if not self.published_at:
            return "preparing"
        if now < self.opens_at:
            return "soon"
        return "open" if now < self.closes_at else "closed"

    @property
    def is_rnd(self):
        return self.programme.kind == Programme.Kind.RND


class Stage(models.Model):
    """One round of review; the base score is the weighted sum over the stages of the call."""

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper review")
        PRESENTATION = "presentation", _("Presentation review")

    call = models.ForeignKey(Call, models.CASCADE, related_name="stages")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=15, choices=Kind)
    weight = models.PositiveSmallIntegerField(_("weight (%)"))

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="stage_order"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="stage_weight"),
        ]


class CriterionGroup(models.Model):
    """Criteria that share a floor; the ordinal is also the order in which groups break a tie."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="groups")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    floor_percent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["stage", "ordinal"], name="group_order")]


class Criterion(models.Model):
    """One thing that is scored, from 0 to its points (or 0 to 100 with its points as weight)."""

    group = models.ForeignKey(CriterionGroup, models.CASCADE, related_name="criteria")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    help = models.CharField(max_length=300, blank=True)
    points = models.PositiveSmallIntegerField()
    knock_out_at = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        ordering = ["group__ordinal", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["group", "ordinal"], name="criterion_order")]


class Question(models.Model):
    """One question of the plan; its answer is kept by its code in Application.answers."""

    class Kind(models.TextChoices):
        TEXT = "text", _("One line")
        LONG = "long", _("Long text")
        NUMBER = "number", _("Whole number")
        YES_NO = "yes_no", _("Yes or no")

    call = models.ForeignKey(Call, models.CASCADE, related_name="questions")
    ordinal = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=200)
    help = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    max_length = models.PositiveSmallIntegerField(default=2000)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="question_code")]


class RequiredPaper(models.Model):
    """One paper that applicants add to their application."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="papers")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=5)  # D01 ...: docs/domain.md, papers
    name = models.CharField(max_length=100)
    help = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    kinds = models.JSONField(
        default=list
    )  # of files that are taken, names of kernel.files.TYPES; none: all of them

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="paper_code")]

    def __str__(self):
        return self.name


class Quota(models.Model):
    """The most places that one field may take in a call."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="quotas")
    field = models.ForeignKey(IndustryField, models.PROTECT, related_name="+")
    places = models.PositiveSmallIntegerField(_("places"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "field"], name="quota_once")]
