"""Tables of the application: the draft, its papers, and the frozen submissions."""

import uuid

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import DecimalField, Exists, F, IntegerField, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.calls.models import Call, Question, RequiredPaper
from applications.calls.ruling import MOST_TIE_KEYS
from applications.calls.stages import Stage
from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.clocks import legal_clock
from applications.kernel.files import StoredFile
from applications.kernel.labels import label_of
from applications.kernel.records import AppendOnly
from applications.kernel.search import search_text
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Supplement requested")
    INELIGIBLE = "ineligible", _("Ineligible")
    IN_REVIEW = "in_review", _("In review")
    REVIEWED = "reviewed", _("Review closed")
    SELECTED = "selected", _("Selected")
    RESERVED = "reserved", _("On the reserve list")
    DECLINED = "declined", _("Not selected")
    AGREED = "agreed", _("Agreement in force")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    GIVEN_UP = "given_up", _("Given up")


BEFORE_REVIEWERS = (Status.IN_REVIEW, Status.REVIEWED)  # what reviewers see: until the result is published
SELECTED = (Status.SELECTED, Status.AGREED)
SCORED = Coalesce(  # the order of a list by score: those without one stand below all others
    F("final_score"), Value(-1, output_field=IntegerField()), output_field=DecimalField(max_digits=6, decimal_places=2),
)  # fmt: skip
HANDED_IN = Q(submitted_at__isnull=False) & ~Q(status=Status.DRAFT)
FROM_PAPER = Q(paper_arrived_at__isnull=False)  # officers write these drafts themselves
TIE_COLUMNS = tuple(f"tie_{place}" for place in range(1, MOST_TIE_KEYS + 1))
PLEDGES_VERSION = "2026-11"  # of the texts of rules.PLEDGES


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        match user.role:
            case Role.OFFICER | Role.DIRECTOR | Role.AUDITOR:
                return self.filter(HANDED_IN | FROM_PAPER if user.role == Role.OFFICER else HANDED_IN)
            case Role.FINANCE | Role.MINISTRY:
                return self.filter(status__in=SELECTED)
            case Role.REVIEWER:  # a table of a later room: by name only
                assignments = apps.get_model("applications", "Assignment").objects
                clear = assignments.clear_for(user).filter(application=OuterRef("pk"))
                return self.filter(Exists(clear), status__in=BEFORE_REVIEWERS)
            case Role.APPLICANT:
                return self.filter(firm__members__user=user)
        return self.none()

    def handed_in(self):
        """Those that were handed in at some time: what lists of staff hold."""
        return self.filter(HANDED_IN)

    def with_steps(self):
        """With what the steps of a draft ask of tables that no page of theirs reads anyway."""
        fields = Call.open_to.through.objects.filter(call=OuterRef("call"))
        technologies = Application.technologies.through.objects.filter(application=OuterRef("pk"))
        return self.annotate(
            is_outside=Exists(fields) & ~Exists(fields.filter(industryfield=OuterRef("field"))),
            has_technologies=Exists(technologies),
        )

    def of_their_own(self):
        """Without the changes that are being written to applications handed in."""
        return self.filter(amends=None)

    def find_by_firm(self, firm):
        """Let those that were handed in be found by the firm's name as it is now."""
        found = list(self.filter(submitted_at__isnull=False).only("number", "title", "search_text"))
        for application in found:
            application.search_text = application.words(firm)
        self.bulk_update(found, ["search_text"])

    def standing(self):
        """Those that were handed in and not withdrawn."""
        return self.exclude(status__in=(Status.DRAFT, Status.WITHDRAWN))

    def in_play(self):
        """Those that were handed in and not withdrawn or ruled out."""
        return self.exclude(status__in=(Status.DRAFT, Status.WITHDRAWN, Status.INELIGIBLE))


class Application(models.Model):
    """One firm's answer to one call. Its status moves only by lifecycle.APPLICATION."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(  # noqa: DJ001  none until submit is first pressed in time; unique from then on
        _("application number"), max_length=15, unique=True, null=True, editable=False
    )
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="applications")
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    title = models.CharField(_("title of the plan"), max_length=100, blank=True)
    summary = models.CharField(_("summary"), max_length=500, blank=True)
    field = models.ForeignKey(
        IndustryField, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("new-industry field"),
    )  # fmt: skip
    region = models.ForeignKey(  # of the firm's seat when it was handed in
        Region, models.PROTECT, null=True, editable=False, related_name="+"
    )
    technologies = models.ManyToManyField(RootTechnology, blank=True, verbose_name=_("root technologies"))
    total_krw = models.PositiveBigIntegerField(_("total cost (won)"), null=True, blank=True)
    requested_krw = models.PositiveBigIntegerField(_("grant asked for (won)"), null=True, blank=True)
    cash_krw = models.PositiveBigIntegerField(_("own share in cash (won)"), null=True, blank=True)
    budget = models.JSONField(default=dict)  # as typed (budget.py); the amounts above are computed from it
    institutions = models.JSONField(default=list)  # the other institutions, as typed (consortium.py)
    demand = models.JSONField(default=dict)  # the demand company, as typed
    answers = models.JSONField(default=dict)
    challenge = models.JSONField(default=dict)  # whom to exclude: {"person", "institution", "reason"}
    claims = models.JSONField(default=dict)  # of bonus items (bonus.py)
    typed = models.JSONField(default=dict, editable=False)  # what cannot be taken as it is (typed.py)
    version = models.PositiveIntegerField(default=1, editable=False)
    section_versions = models.JSONField(default=dict, editable=False)  # section → version that last saved it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # It came on paper, at this instant, and the office enters it for the firm: docs/domain.md, applications on paper.
    paper_arrived_at = models.DateTimeField(null=True, editable=False)
    # Taken back for changes, which are a draft of its own that amends this one, until handed in too: decisions/0012-recall.md.
    recalled_at = models.DateTimeField(null=True, editable=False)
    amends = models.OneToOneField("self", models.PROTECT, null=True, editable=False, related_name="amendment")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)  # of being ruled out or withdrawn
    stage = models.ForeignKey(  # of its call: under review, or where the review ended
        Stage, models.PROTECT, null=True, related_name="+", verbose_name=_("stage"), editable=False
    )
    # What the ranking reads; written by review.actions.store_score when a sheet or an adjustment changes.
    stage_scores = models.JSONField(default=list, editable=False)  # of each stage: ordinal, sheets, mean
    sheets = models.PositiveSmallIntegerField(default=0, editable=False)
    base_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    bonus = models.DecimalField(max_digits=4, decimal_places=1, default=0, editable=False)
    penalty = models.DecimalField(max_digits=4, decimal_places=1, default=0, editable=False)
    final_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    spread = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    # Of Call.tie_keys.
    tie_1 = models.DecimalField(max_digits=20, decimal_places=8, default=0, editable=False)
    tie_2 = models.DecimalField(max_digits=20, decimal_places=8, default=0, editable=False)
    tie_3 = models.DecimalField(max_digits=20, decimal_places=8, default=0, editable=False)
    tie_4 = models.DecimalField(max_digits=20, decimal_places=8, default=0, editable=False)
    tie_5 = models.DecimalField(max_digits=20, decimal_places=8, default=0, editable=False)
    failings = models.JSONField(default=list, editable=False)  # what fails it: groups, knock-outs, thresholds
    search_text = models.TextField(default="", editable=False)  # `words`, kept from handing in on

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "firm"], condition=~Q(status__in=["draft", "withdrawn"]),
                name="application_one_per_call_and_firm",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(number__isnull=False, submitted_at__isnull=False) | Q(status="withdrawn"),
                name="application_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(amends=None) | Q(status="draft", number=None), name="application_amendment_is_draft"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["in_review", "reviewed"]) | Q(stage__isnull=False),
                name="application_reviewed_in_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(typed={}), name="application_handed_in_as_asked"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["call", "status", "-submitted_at", "-id"], name="application_desk"),
            models.Index(fields=["status", "-submitted_at", "-id"], name="application_by_status"),
            models.Index(fields=["-submitted_at", "-id"], name="application_latest"),
            models.Index(
                fields=["call", "-final_score", "-tie_1", "-tie_2", "-tie_3", "-tie_4", "-tie_5", "id"],
                name="application_rank",
            ),
            models.Index(fields=["firm", "-created_at"], name="application_of_firm"),
            models.Index(SCORED.desc(), F("id").desc(), name="application_by_score"),
        ]

    def __str__(self):
        return self.number or self.title or str(_("Draft"))

    def get_absolute_url(self):
        return reverse("intake:detail", args=[self.key])

    get_status_display = label_of("status", Status)

    def words(self, firm):
        """What the application of this firm is found by."""
        return search_text(self.number, self.title, firm.name, firm.business_number)

    @cached_property
    def has_technologies(self):
        return bool(self.technology_codes)

    @cached_property
    def technology_codes(self):
        return sorted(self.technologies.values_list("code", flat=True))

    @cached_property
    def is_outside(self):
        """Its call names the fields that may apply, and its own is none of them."""
        return bool(fields := self.call.open_to.all()) and self.field not in fields

    @property
    def original(self):
        """What was handed in, where this holds the changes to it; else the application itself."""
        return self.amends or self

    @property
    def given(self):
        """{code: undertaking} of the pledges that are given at present, to the texts as they are now."""
        written = sorted(self.original.undertakings.all(), key=lambda undertaking: undertaking.pk)
        latest = {undertaking.code: undertaking for undertaking in written}
        return {code: last for code, last in latest.items() if last.given and last.version == PLEDGES_VERSION}

    @property
    def consents(self):
        """{code: True} of the same: what the section of the pledges holds."""
        return dict.fromkeys(self.given, True)

    @property
    def is_from_office(self):
        """The office writes this draft from paper; the firm reads it."""
        return self.paper_arrived_at is not None and self.status == Status.DRAFT

    @cached_property
    def ends_at(self):
        """Until when the draft can be handed in: what came on paper may be entered for some days after the close."""
        closes_at = self.call.closes_at
        return legal_clock("paper_entry").ends_at(closes_at) if self.is_from_office else closes_at

    @property
    def is_being_changed(self):
        """Recalled, and its call takes the changes: until they are handed in, the last submitted version stands."""
        return (
            self.recalled_at is not None
            and self.status == Status.SUBMITTED
            and self.call.is_open_at(clock.now())
        )

    @property
    def firm_status(self):
        """What the firm reads: between screening and publication nothing but “under review”."""
        if self.amends_id or self.is_being_changed:
            return _("Recalled, being changed")
        if self.status in BEFORE_REVIEWERS:
            return _("Under review")
        return self.get_status_display()


class Undertaking(AppendOnly):
    """One pledge or consent for an application, given or taken back, to one version of its text."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="undertakings")
    code = models.CharField(max_length=20)  # of rules.PLEDGES
    version = models.CharField(max_length=20)
    given = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Document(models.Model):
    """The paper that stands in a draft at present; submissions keep what they were handed in with."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    paper = models.ForeignKey(RequiredPaper, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    issued_on = models.DateField(null=True)  # both days: from the firm's vault, or as the firm says
    expires_on = models.DateField(null=True)
    told_at = models.DateTimeField(null=True)  # when the firm was told that it holds a virus

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "paper"], name="document_one_per_paper")
        ]


class Attempt(AppendOnly):
    """Somebody pressed submit: kept for the accepted and the refused alike, with both instants."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="attempts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    closes_at = models.DateTimeField()


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(application__in=Application.objects.visible_to(user))


class Submission(AppendOnly):
    """An application as it was handed in: the whole of it, and its SHA-256."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    ordinal = models.PositiveSmallIntegerField()
    number = models.CharField(_("receipt number"), max_length=20, unique=True)  # SP-2027-0001-1
    arrived_at = models.DateTimeField()
    written_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "ordinal"], name="submission_order")]
        indexes = [models.Index(fields=["arrived_at"], name="submission_latest")]

    def get_absolute_url(self):
        return reverse("intake:receipt", args=[self.key])


class HeldFile(AppendOnly):
    """A file that was handed in: it stays for as long as the submission does."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="held")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")


class SupplementQuerySet(models.QuerySet):
    def open(self):
        """Those that the firm may still hand in; at most one of an application."""
        return self.filter(handed_in_at=None, closed_at=None)


class Supplement(models.Model):
    """One round of asking the firm to mend named papers and answers until an instant."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements")
    ordinal = models.PositiveSmallIntegerField()
    papers = models.ManyToManyField(RequiredPaper)
    questions = models.ManyToManyField(Question)
    message = models.CharField(_("what is to be mended"), max_length=1000)
    due_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    handed_in_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # the desk went on without it

    objects = SupplementQuerySet.as_manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["application", "ordinal"], name="supplement_order"),
            models.CheckConstraint(condition=Q(ordinal__lte=2), name="supplement_two_rounds"),
        ]


class Exclusion(models.Model):
    """A proposal to rule an application out, confirmed or turned down by a director."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="exclusions")
    code = models.CharField(_("rule"), max_length=3)  # E01 ... E17: docs/domain.md, eligibility
    reason = models.CharField(_("reason"), max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at=None), name="exclusion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("proposed_by")), name="exclusion_four_eyes"
            ),
        ]
