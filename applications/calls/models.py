"""Tables of calls: programmes, budget lines, and a call with what its applications are asked; stages.py: what they are reviewed by."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.calls import planned, validity
from applications.calls.conflicts import usual
from applications.calls.editions import of_call
from applications.kernel import clock
from applications.kernel.files import MAX_FILE_BYTES
from applications.kernel.taxonomy import IndustryField

MOST_MB = MAX_FILE_BYTES // 1024 // 1024  # of one file


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
        indexes = [
            models.Index(fields=["year", "id"], name="line_by_year"),
            models.Index(fields=["name", "id"], name="line_by_name"),
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

    def open_at(self, now):
        return self.published().filter(cancelled_at=None, opens_at__lte=now, closes_at__gt=now)

    def upcoming_at(self, now):
        return self.published().filter(cancelled_at=None, opens_at__gt=now)

    def past_at(self, now):
        """Those that are closed, and those that were cancelled."""
        return self.published().filter(Q(closes_at__lte=now) | Q(cancelled_at__isnull=False))

    def redraw(self):
        """What their public pages say beside the notice has changed; what was drawn before counts no more."""
        self.update(page_version=F("page_version") + 1)

    def for_field(self, field):
        """Those that a plan of this field may answer; a call that names no fields is for all of them."""
        return self.filter(Q(open_to=None) | Q(open_to=field))


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
    law = models.CharField(_("funding law"), max_length=15, choices=Programme.Law, blank=True)
    notice = models.TextField(_("notice"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))  # exclusive: arrival < closes_at
    screening_ends_on = models.DateField(planned.LABELS["screening_ends_on"], null=True, blank=True)
    review_ends_on = models.DateField(planned.LABELS["review_ends_on"], null=True, blank=True)
    result_on = models.DateField(planned.LABELS["result_on"], null=True, blank=True)
    short_notice_reason = models.CharField(_("reason for less than 30 days"), max_length=300, blank=True)
    open_to = models.ManyToManyField(
        IndustryField, blank=True, related_name="+", verbose_name=_("fields that may apply")
    )
    least_years = models.PositiveSmallIntegerField(_("least years in business"), null=True, blank=True)
    most_years = models.PositiveSmallIntegerField(_("most years in business"), null=True, blank=True)
    tracks = models.JSONField(_("tracks that may apply"), default=list, blank=True)  # none: all of them
    regions = models.JSONField(_("regions that may apply"), default=list, blank=True)  # their codes
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies", editable=False)
    announces_again = models.BooleanField(default=False, editable=False)  # the one that it is copied from
    version = models.PositiveIntegerField(default=1, editable=False)  # while it is in preparation
    # section → the version that last saved it
    section_versions = models.JSONField(default=dict, editable=False)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)  # how many notices have changed it
    page_version = models.PositiveIntegerField(default=0, editable=False)  # rises with what its page adds
    extended_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    seats = models.PositiveSmallIntegerField(_("places"))
    reserves = models.PositiveSmallIntegerField(_("reserve places"), default=5)
    # a finished call of the same programme, whose unfilled places it takes over
    carries_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="carried_to",
        verbose_name=_("takes over the unfilled places of"),
    )  # fmt: skip
    carried_seats = models.PositiveSmallIntegerField(_("places taken over"), default=0, editable=False)
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
    tie_keys = models.JSONField(default=list, blank=True)  # codes of ruling.tie_choices, the first one first
    conflicts = models.JSONField(_("conflicts of interest"), default=usual)  # {code of a rule: years}
    comment_length = models.PositiveSmallIntegerField(_("least length of a comment"), default=10)
    reviewers_download = models.BooleanField(_("reviewers may take the papers away as files"), default=True)
    # What a firm reads of its own result, and the terms of what follows from it (disclosure.py).
    discloses_opinion = models.BooleanField(_("the opinion of the panel"), default=True)
    discloses_means = models.BooleanField(
        _("its mean in each group, beside the mean of its field"), default=True
    )
    discloses_panel = models.BooleanField(
        _("the members of the panel, once the list is confirmed"), default=True
    )
    appeal_days = models.PositiveSmallIntegerField(_("days to appeal"), default=10)
    answer_days = models.PositiveSmallIntegerField(_("days to answer an appeal"), default=30)
    reserve_days = models.PositiveSmallIntegerField(_("days that the reserve list lasts"), default=180)
    needs_committee = models.BooleanField(_("the committee deliberates before any list"), default=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="call_opens_before_it_closes"
            ),
            models.CheckConstraint(  # a day that is left open is in order
                condition=Q(screening_ends_on__lte=F("review_ends_on"))
                & Q(screening_ends_on__lte=F("result_on"))
                & Q(review_ends_on__lte=F("result_on")),
                name="call_days_in_order",
            ),
            models.CheckConstraint(condition=Q(pass_mark__lte=F("select_mark")), name="call_marks_in_order"),
            models.CheckConstraint(
                condition=Q(least_years=None) | Q(most_years=None) | Q(least_years__lte=F("most_years")),
                name="call_years_in_order",
            ),
            models.CheckConstraint(
                condition=Q(announces_again=False) | Q(copied_from__isnull=False),
                name="call_announces_another_again",
            ),
            models.CheckConstraint(
                condition=Q(carries_from=None, carried_seats=0)
                | Q(carries_from__isnull=False, carried_seats__gte=1),
                name="call_carries_places",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(law=""), name="call_published_with_its_law"
            ),
            models.UniqueConstraint(
                fields=["carries_from"], condition=Q(cancelled_at=None), name="call_places_carried_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-closes_at", "-id"], name="call_latest"),
            models.Index(fields=["opens_at", "id"], name="call_next"),
            models.Index(fields=["title", "id"], name="call_by_title"),
            models.Index(fields=["year", "id"], name="call_by_year"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("calls:detail", args=[self.key])

    def is_open_at(self, instant):
        return bool(self.published_at) and not self.cancelled_at and self.opens_at <= instant < self.closes_at

    @property
    def state(self):
        """preparing, soon, open, closed or cancelled at this moment (docs/domain.md, states of a call)."""
        now = clock.now()
        if not self.published_at:
            return "preparing"
        if self.cancelled_at:
            return "cancelled"
        if now < self.opens_at:
            return "soon"
        return "open" if now < self.closes_at else "closed"

    @property
    def places(self):
        """All that may be selected: its own, and those that it takes over."""
        return self.seats + self.carried_seats

    @property
    def planned_days(self):
        """[(what, day)] of what it plans after its closing."""
        return [(planned.LABELS[name], day) for name, day in planned.days_of(self).items() if day]

    @property
    def is_rnd(self):
        return self.programme.kind == Programme.Kind.RND

    # the questions in the order of their parts, and the papers
    asked = of_call(lambda call: tuple(Question.objects.filter(call=call).select_related("part")))
    asked_papers = of_call(
        lambda call: tuple(RequiredPaper.objects.filter(call=call).select_related("part", "question"))
    )

    @cached_property
    def bonus_items(self):
        """What firms may claim a bonus for, read once."""
        return list(self.items.filter(kind="bonus"))

    def papers_in(self, section):
        """The papers that are uploaded in this section of a draft (RequiredPaper.section)."""
        return [paper for paper in self.asked_papers if paper.section == section]


class Part(models.Model):
    """One part of the plan: the questions that stand on one page."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="parts")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60)
    help = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["call", "ordinal"], name="part_order")]

    def __str__(self):
        return self.title

    @property
    def slug(self):
        """Its name in addresses: plan, plan-2, plan-3."""
        return "plan" if self.ordinal == 1 else f"plan-{self.ordinal}"


class Question(models.Model):
    """One question of the plan; its answer is kept by its code in Application.answers."""

    class Kind(models.TextChoices):
        TEXT = "text", _("One line")
        LONG = "long", _("Long text")
        NUMBER = "number", _("Whole number")
        WON = "won", _("Amount in won")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One of several")
        CHOICES = "choices", _("Any of several")
        TABLE = "table", _("Table")
        FILE = "file", _("File")  # it comes to the paper of the question

    call = models.ForeignKey(Call, models.CASCADE, related_name="questions")
    part = models.ForeignKey(Part, models.CASCADE, related_name="questions")
    ordinal = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=200)
    help = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    # characters; digits of a number; rows of a table; megabytes of a file
    max_length = models.PositiveSmallIntegerField(default=2000)
    # [code, label] of choices; [code, label, kind] of columns; kinds of files
    options = models.JSONField(default=list, blank=True)
    # {"question": code, "is": [values]}; none: always asked
    condition = models.JSONField(default=dict, blank=True)
    tracks = models.JSONField(default=list, blank=True)  # of firms that are asked; none: all of them

    class Meta:
        ordering = ["part__ordinal", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="question_code")]


class RequiredPaper(models.Model):
    """One paper that applicants add to their application: all of them, some kind of firm, or where it applies.

    The one of a question that asks for a file says what the question says, and is asked for when it is (filling.fill_files).
    """

    class Trait(models.TextChoices):
        CORPORATION = "corporation", _("corporations")
        ROOT = "root", _("existing root firms")
        MANUFACTURER = "manufacturer", _("manufacturers")
        BONUS = "bonus", _("firms that claim a bonus by a file")

    call = models.ForeignKey(Call, models.CASCADE, related_name="papers")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=5)  # D01 ...: docs/domain.md, papers
    name = models.CharField(max_length=200)
    help = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    question = models.OneToOneField(Question, models.CASCADE, null=True, related_name="paper")
    needed_from = models.CharField(max_length=15, choices=Trait, blank=True)  # where not all need it
    # of the plan, where it is asked
    part = models.ForeignKey(Part, models.CASCADE, null=True, related_name="papers")
    kinds = models.JSONField(default=list)  # of files that are taken, of kernel.files.TYPES; none: all
    validity = models.CharField(max_length=7, blank=True)  # validity.py: closing, 90d, 3m; "": nothing asked
    most_mb = models.PositiveSmallIntegerField(default=MOST_MB)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="paper_code"),
            models.CheckConstraint(condition=Q(most_mb__range=(1, MOST_MB)), name="paper_size"),
            models.CheckConstraint(
                condition=Q(required=False) | Q(needed_from=""), name="paper_needed_from_all_or_some"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def validity_in_words(self):
        return validity.in_words(self.validity)

    @property
    def condition(self):
        """When its question is asked (Question.condition); none: always."""
        return self.question.condition if self.question_id else {}

    @property
    def tracks(self):
        """The tracks of firms that its question is asked of (Question.tracks); none: all of them."""
        return self.question.tracks if self.question_id else []

    @property
    def most_bytes(self):
        return self.most_mb * 1024 * 1024

    @property
    def section(self):
        """The section of a draft that it is uploaded in: with the bonus it proves, in its part, or with all others."""
        if self.needed_from == RequiredPaper.Trait.BONUS:
            return "bonus"
        return self.part.slug if self.part_id else "papers"
