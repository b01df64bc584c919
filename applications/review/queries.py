"""Reads of review: progress of a call, and the reviewers."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.calls.editions import remembered
from applications.calls.queries import RESULTS
from applications.calls.stages import Criterion, Stage
from applications.firms.models import Firm
from applications.intake import consortium
from applications.intake.models import Application, Status
from applications.intake.models.partners import Partner
from applications.kernel import clock
from applications.kernel.tables import Rows
from applications.review.exemptions import Exemption, allowances
from applications.review.models import IN_SIGHT, Assignment, ReviewerProfile, Sanction, SheetEvent
from applications.review.panels import Panelist

OF_SHEET = (
    "key", "reviewer", "declaration", "status", "strengths", "weaknesses", "overall", "fit", "notes", "saved_at", "version",
    "stage", "application", "questioned_at",
)  # fmt: skip
OF_APPLICATION = (
    "key", "number", "status", "stage", "title", "summary", "answers", "claims", "budget", "institutions", "demand",
    "total_krw", "requested_krw", "cash_krw", "call__key", "call__revision", "call__published_at", "call__title",
    "call__scale", "call__step", "call__comment_length", "call__reviewers_download", "call__programme", "firm__name", "firm__business_number", "firm__track", "field__name", "field__name_en",
)  # fmt: skip
UNDER_REVIEW = Q(stage=F("application__stage"))  # an assignment in the stage that its application is in


def criteria_of(stage):
    """The criteria of a stage, or of the one with this id, in their order."""
    return list(Criterion.objects.filter(group__stage=stage).select_related("group"))


remembered_criteria = remembered(criteria_of)  # of (id of a stage, its call)
remembered_stage = remembered(lambda pk: Stage.objects.select_related("call__programme").get(pk=pk))


def counted(application):
    """The sheets that make the score: handed in, declared free of conflict, not excluded. What visitors hand in is none."""
    return standing(application).exclude(stage__kind=Stage.Kind.VISIT)


def standing(application):
    """The same with what visitors handed in: whoever judges the plan."""
    return Assignment.objects.filter(application=application).standing()


def people_in(application):
    """[(what somebody is in an application, who)]: by what a reviewer finds a conflict before anything else is shown."""
    leader = [(_("Project leader"), str(application.answers.get("leader") or ""))]
    others = [(one.label, one.name) for one in consortium.of(application).named]
    firm = application.firm
    return [row for row in [(_("Representative"), firm.representative), *leader, *others] if row[1]]


def handed_in_as(assignment):
    """The event by which a sheet was handed in for good, None while it is not."""
    if assignment.total is None:
        return None
    event = assignment.events.filter(kind=SheetEvent.Kind.HANDED_IN).select_related("by").last()
    event.assignment = assignment
    return event


def decided(application):
    """{item id: the latest decision} on the bonus and penalty items of an application."""
    return {decision.item_id: decision for decision in application.adjustments.order_by("pk")}


def decisions_on(application):
    """The same with their items in the order of the call, those that say something to the firm: a penalty that was lifted does not."""
    found = {
        decision.item_id: decision
        for decision in application.adjustments.select_related("item").order_by("pk")
    }
    said = [decision for decision in found.values() if decision.item.is_bonus or decision.points]
    return sorted(said, key=lambda decision: decision.item.ordinal)


def items_of(application):
    """[(item, what the firm says shows it, the decision or None)]: the bonus it claims, and every penalty."""
    found = decided(application)
    claims = application.claims
    return [
        (item, claims.get(str(item.pk), ""), found.get(item.pk))
        for item in application.call.items.all()
        if not item.is_bonus or str(item.pk) in claims
    ]


def progress(application):
    """For each stage up to the one under review: (stage, sheets that count, how many of its panel are in no conflict, so few sheets that
    a director allows or None)."""
    panel = (
        application.assignments.in_play()
        .values("stage")
        .annotate(sheets=Count("pk", filter=Q(status=Assignment.SheetStatus.HANDED_IN)), asked=Count("pk"))
    )
    found = {row["stage"]: (row["sheets"], row["asked"]) for row in panel.order_by()}
    stages = list(application.call.stages.filter(ordinal__lte=application.stage.ordinal))
    allowed = allowances(stages, applications=[application.pk])
    return [(stage, *found.get(stage.pk, (0, 0)), allowed(stage.pk, application.pk)) for stage in stages]


def desk():
    """Applications in review or reviewed, with how many sheets were asked for (counted for the shown rows only)."""
    assignments = Assignment.objects.filter(application=OuterRef("pk")).order_by()
    return Application.objects.filter(status__in=(Status.IN_REVIEW, Status.REVIEWED)).annotate(
        asked=Rows(assignments.exclude(declaration="conflict").exclude(status="set_aside").values("pk")),
        stepped_back=Rows(assignments.filter(declaration="conflict").values("pk")),
    )


def in_review():
    """Applications whose review goes on; one of a cancelled call does not."""
    return Application.objects.filter(status=Status.IN_REVIEW, call__cancelled_at=None)


def to_exempt(user):
    """Exceptions to the number of sheets that wait for this director, the oldest first: asked for by another, for all of a stage or for
    an application that is under review in it."""
    of_one = Q(application__status=Status.IN_REVIEW, application__stage=F("stage"))
    found = Exemption.objects.filter(of_one | Q(application=None), status=Exemption.Status.ASKED)
    return found.filter(stage__call__cancelled_at=None).exclude(by=user)


def with_others_in_it(since):
    """Applications under review that somebody is asked to judge and that others take part in since then: an account of a firm
    in it, or a partner."""
    joined = Firm.objects.filter(members__joined_at__gte=since).values("pk")
    partners = Partner.objects.filter(
        Q(firm__in=joined) | Q(asked_at__gte=since) | Q(answered_at__gte=since)
    ).values("application")
    found = in_review().filter(Q(firm__in=joined) | Q(pk__in=partners))
    sheets = Assignment.objects.in_play().filter(application=OuterRef("pk"))
    return found.filter(Exists(sheets)).select_related("call", "firm").order_by("pk")


def to_read():
    """Assignments with what the page of a sheet shows, and no more: the tables around one are wide.

    The stage and the programme are remembered (`staged`): a join that brings the same each time is planned each time.
    """
    return Assignment.objects.select_related(
        "application__call", "application__firm", "application__field"
    ).only(*OF_SHEET, *(f"application__{name}" for name in OF_APPLICATION))


def staged(assignment):
    """The same assignment of `to_read`, with its stage and the programme of its call."""
    call = assignment.application.call
    assignment.stage = remembered_stage(assignment.stage_id, call)
    call.programme = assignment.stage.call.programme
    return assignment


OF_OWN = (
    "key", "declaration", "status", "application__number", "application__title", "application__firm__name",
    "application__call__title", "stage__kind", "stage__due__at",
)  # fmt: skip


def own(user):
    """A reviewer's work: open sheets first, conflicts left out. Read as far as a row of the list shows it."""
    found = Assignment.objects.visible_to(user).select_related(
        "application__firm", "application__call", "stage__due"
    )
    return found.only(*OF_OWN)


def beside(assignment, user):
    """The reviewer's open sheets of the same stage of the same call and this one, each with how many were `asked` for one."""
    asked = Assignment.objects.filter(application=OuterRef("application"), stage=OuterRef("stage")).order_by()
    return list(
        Assignment.objects.visible_to(user)
        .filter(stage=assignment.stage_id)
        .exclude(status=Assignment.SheetStatus.EXCLUDED)
        .filter(Q(status=Assignment.SheetStatus.OPEN) | Q(pk=assignment.pk))
        .annotate(asked=Rows(asked.exclude(declaration="conflict").exclude(status="set_aside").values("pk")))
        .only("key", "status", "declaration", "assigned_at")
        .order_by()
    )


def tally(assignment, user):
    """How many sheets of the same stage the reviewer handed in, and how many more are open (`another`: beside this one)."""
    status = Assignment.SheetStatus
    found = Assignment.objects.filter(reviewer=user, stage=assignment.stage_id).aggregate(
        handed_in=Count("pk", filter=Q(status=status.HANDED_IN)),
        left=Count("pk", filter=Q(status=status.OPEN) & IN_SIGHT),
    )
    handed_in, left = found["handed_in"], found["left"]
    return {"handed_in": handed_in, "work": handed_in + left, "another": left > assignment.is_open}


def own_sheets(assignment):
    """A reviewer's own sheets of the same stage of the same call, with what is written in them."""
    found = Assignment.objects.visible_to(assignment.reviewer).clear_for(assignment.reviewer)
    return (
        found.filter(stage=assignment.stage_id).exclude(status=Assignment.SheetStatus.EXCLUDED)
        .select_related("application__firm").prefetch_related("scores").order_by("application__number", "pk")
    )  # fmt: skip


def to_be_told(now, *, before):
    """Reviewers' open sheets in stages whose due time is within this span, with due time and reviewer."""
    return (
        Assignment.objects.filter(
            UNDER_REVIEW, application__in=in_review(), status="open", stage__due__at__gt=now,
            stage__due__at__lte=now + before, reviewer__is_active=True,
        )
        .exclude(declaration=Assignment.Declaration.CONFLICT)
        .select_related("stage__due", "stage__call", "reviewer")
        .order_by("stage", "reviewer", "pk")
    )  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What a reviewer has to do in one stage: sheets that are open, of which so many are to be declared first; due: None where
    nobody said so; minutes: what a sheet took others, None while that would tell of single people."""

    call: str
    stage: str
    due: object
    open: int
    undeclared: int
    minutes: int | None


def work_of(user):
    """A reviewer's Work, what is due first on top."""
    kinds = dict(Stage.Kind.choices)
    found = (
        Assignment.objects.visible_to(user)
        .filter(UNDER_REVIEW, application__in=in_review(), status="open")
        .values("stage", "stage__call__title", "stage__kind", "stage__due__at", "stage__pace__minutes")
        .annotate(open=Count("pk"), undeclared=Count("pk", filter=Q(declaration="none")))
        .order_by(F("stage__due__at").asc(nulls_last=True), "stage")
    )
    return [
        Work(
            row["stage__call__title"], kinds[row["stage__kind"]], row["stage__due__at"], row["open"],
            row["undeclared"], row["stage__pace__minutes"],
        )
        for row in found
    ]  # fmt: skip


def done(user):
    """What a reviewer handed in of applications whose result is published: the sheets themselves are closed to them."""
    found = Assignment.objects.filter(
        reviewer=user, status=Assignment.SheetStatus.HANDED_IN, application__status__in=RESULTS
    )
    shown = ("handed_in_at", "application__number", "application__call__title")
    return found.select_related("application__call").only(*shown).order_by("-handed_in_at", "-pk")


def to_be_declared(user):
    """Applications in review of which a reviewer has not said whether there is a conflict."""
    return own(user).filter(UNDER_REVIEW, application__in=in_review(), status="open", declaration="none")


def to_be_handed_in(user):
    """A reviewer's open sheets of applications in review."""
    return own(user).filter(UNDER_REVIEW, application__in=in_review(), status="open", declaration="clear")


def to_be_explained(user):
    """A reviewer's sheets whose total lies far off the others, and a reason is waited for."""
    return own(user).filter(UNDER_REVIEW, application__in=in_review(), questioned_at__isnull=False)


def reviewers(*, beside=None):
    """All active reviewers with a profile, those with the least work first, with the sessions of this year.

    beside: a stage that is not counted, since it is the one that they are asked for.
    """
    sat = Q(assignments__assigned_at__gte=year_begins(), assignments__declaration__in=("none", "clear"))
    if beside:
        sat &= ~Q(assignments__stage=beside)
    seats = _seats_alone(beside).filter(user=OuterRef("pk"))
    return (
        User.objects.filter(role=Role.REVIEWER, is_active=True, reviewer_profile__isnull=False)
        .select_related("reviewer_profile__region")
        .prefetch_related("reviewer_profile__technologies", "reviewer_profile__fields")
        .annotate(
            load=Count("assignments", filter=Q(assignments__status="open")),
            sessions=Count("assignments__stage", filter=sat, distinct=True) + Rows(seats.values("pk")),
        )
        .order_by("load", "pk")
    )


def _seats_alone(beside):
    """Seats in panels of this year for which no sheet was asked in the same stage: sessions too."""
    sheets = Assignment.objects.filter(reviewer=OuterRef("user"), stage=OuterRef("panel__stage"))
    sheets = sheets.filter(assigned_at__gte=year_begins()).exclude(declaration="conflict")
    found = Panelist.objects.at_table().filter(~Exists(sheets), answered_at__gte=year_begins()).order_by()
    return found.exclude(panel__stage=beside) if beside else found


def roster():
    """Every reviewer with a profile, with their `sessions` of this year and whether they are `sanctioned` today."""
    sheets = Assignment.objects.filter(
        reviewer=OuterRef("user"), assigned_at__gte=year_begins(), declaration__in=("none", "clear")
    )
    seats = _seats_alone(None).filter(user=OuterRef("user"))
    return ReviewerProfile.objects.annotate(
        sessions=Rows(sheets.order_by().values("stage").distinct()) + Rows(seats.values("pk")),
        sanctioned=Exists(Sanction.objects.in_force().filter(profile=OuterRef("pk"))),
    )


def year_begins():
    return clock.kst(clock.today().year, 1, 1)


def sessions_of(reviewer, *, beside):
    """How many stages of calls a reviewer was asked for this year, not counting this one."""
    found = Assignment.objects.filter(reviewer=reviewer, assigned_at__gte=year_begins())
    sheets = found.exclude(declaration="conflict").exclude(stage=beside).values("stage").distinct().count()
    return sheets + _seats_alone(beside).filter(user=reviewer).count()


def profiles_of(reviewers):
    """The profiles of these reviewers (ids), with their people."""
    return ReviewerProfile.objects.filter(user__in=reviewers).select_related("user").order_by("pk")


def locked_application(pk):
    """An application under its lock: scores of one change one after the other, its row is locked before any sheet of it.

    Its stage is looked up under the lock, not joined: who waited would see the stage that it was in before.
    """
    found = Application.objects.select_for_update(of=("self",), no_key=True).select_related(
        "call", "firm", "region"
    )
    application = found.get(pk=pk)
    if application.stage_id:
        application.stage = remembered_stage(application.stage_id, application.call)
    return application


def profile_of(reviewer):
    """The profile under its lock, so that nothing by which conflicts are found changes meanwhile; None where there is none."""
    return (
        ReviewerProfile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(user=reviewer)
        .first()
    )
