"""Reads of intake: what a section holds, who is told, what waits for whom, what a page shows of an application."""

from datetime import UTC

from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Cast, Concat, StrIndex

from applications.accounts.models import User
from applications.calls.models import Call, Question
from applications.firms.models import Firm, Member, Right
from applications.intake import answers, bonus, consortium, mending
from applications.intake.budget import Plan
from applications.intake.coming import LAST_OF_SUPPLEMENT, MARKS, mark_at
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import (
    BEFORE_REVIEWERS,
    Application,
    Document,
    Exclusion,
    Status,
    Submission,
    Supplement,
)
from applications.intake.models.partners import Partner
from applications.intake.models.revisions import Revision
from applications.intake.rules import (
    SECTION_OF,
)
from applications.intake.snapshot import sha256_of, typed_hash
from applications.kernel import audit
from applications.kernel.files.stored import Scan
from applications.kernel.search import texts_with
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.notifications.models import Letter


def in_a_list(found):
    """With what a list of applications shows, and without their long answers."""
    return found.select_related("firm", "field", "call").only(
        "key", "number", "title", "status", "recalled_at", "amends", "submitted_at", "created_at", "firm__name", "field__name", "field__name_en",
        "call__title", "call__opens_at", "call__closes_at", "call__published_at", "call__cancelled_at",
    )  # fmt: skip


def content_of(application, section):
    """What a section of a draft holds, as plain data: what is taken, and what was typed and cannot be (intake/typed.py)."""
    unfit = application.typed.get(section)
    return taken_of(application, section) | ({"typed": unfit} if unfit else {})


def taken_of(application, section):
    """Names of rules.SECTION_OF, or the answers of its part."""
    if section == "project":
        field = application.field
        return {
            "title": application.title,
            "field": field.code if field else None,
            "technologies": sorted(application.technologies.values_list("code", flat=True)),
            "summary": application.summary,
        }
    if section in SECTION_OF.values():
        names = [name for name, place in SECTION_OF.items() if place == section]
        return {name: getattr(application, name) for name in names}
    codes = [
        question.code
        for question in application.call.asked
        if question.part.slug == section and question.kind != Question.Kind.FILE
    ]
    return {"answers": {code: application.answers.get(code) for code in codes}}


def parts_of(section, content):
    """The content of a section as the parts that actions.edit takes: codes become rows again."""
    parts = {**content, "typed": {section: content.get("typed", {})}}
    if "technologies" in parts:
        parts["technologies"] = RootTechnology.objects.filter(code__in=parts["technologies"])
        parts["field"] = IndustryField.objects.filter(code=parts["field"]).first()
    return parts


def earlier(application):
    """The firm's other applications, latest first: answers can be taken over from them."""
    others = Application.objects.of_their_own().filter(firm=application.firm_id)
    others = others.exclude(pk=application.original.pk)
    return others.exclude(answers={}).select_related("call").order_by("-created_at", "-pk")[:5]


def people_of(application):
    """Who of the firm is told: its owners and editors with a living account."""
    return User.objects.filter(
        memberships__firm=application.firm_id, memberships__right__in=("owner", "editor"), is_active=True
    )


def told_members():
    """Members of firms who are told what happens to their applications."""
    return Member.objects.filter(right__in=("owner", "editor"), user__is_active=True)


def people_of_firms(firms):
    """{firm id: who is told}, for many firms in one query."""
    people = {firm: [] for firm in firms}
    for member in told_members().filter(firm__in=firms).select_related("user"):
        people[member.firm_id].append(member.user)
    return people


def owners_of(firm):
    """Names of those who submit for a firm that lets only its owners do it."""
    owners = firm.members.filter(right=Right.OWNER, user__is_active=True)
    return list(owners.order_by("pk").values_list("user__name", flat=True))


def calls_that_end(*, now):
    """Calls whose end is near enough for a reminder."""
    return Call.objects.open_at(now).filter(closes_at__lte=now + MARKS[0].before)


def to_be_reminded(kind, marks, calls, *, now):
    """Applications to these calls that one of the marks before the end has come for, and no letter of this kind yet.

    kind: "draft_reminder" for drafts, "recall_reminder" for what is recalled and being changed. Each has the `event` of
    its letter, which names the end of the call.
    """
    since = "created_at__lt" if kind == "draft_reminder" else "recalled_at__lt"
    come = {call: mark for call in calls if (mark := mark_at(call.closes_at, marks, now=now))}
    if not come:
        return Application.objects.none()
    due, ends = Q(), []
    for call, mark in come.items():
        due |= Q(call=call, **{since: call.closes_at - mark.before})
        ends.append(
            When(call=call, then=Value(f"{mark.code}:{call.closes_at.astimezone(UTC):%Y%m%dT%H%M%S}:"))
        )
    status = Status.DRAFT if kind == "draft_reminder" else Status.SUBMITTED
    event = Concat(Case(*ends), Cast("pk", CharField()))
    return (
        Application.objects.of_their_own()
        .filter(due, status=status, paper_arrived_at=None)
        .annotate(event=event)
        .filter(~Exists(Letter.objects.filter(kind=kind, event=OuterRef("event"))))
        .select_related("call", "firm")
        .order_by("pk")
    )


def supplements_that_end(*, now):
    """Open supplements that end within a day, were asked for before that, and whose firm was not reminded yet; each with its `event`."""
    event = Concat(Value("supplement:"), Cast("pk", CharField()))
    soon = Supplement.objects.open().filter(
        due_at__gt=now, due_at__lte=now + LAST_OF_SUPPLEMENT, requested_at__lt=F("due_at") - LAST_OF_SUPPLEMENT,
        application__status=Status.RETURNED, application__call__cancelled_at=None,
    )  # fmt: skip
    return (
        soon.annotate(event=event)
        .filter(~Exists(Letter.objects.filter(kind="supplement_due", event=OuterRef("event"))))
        .select_related("application__firm")
        .order_by("pk")
    )


def firms_applying(user):
    """Firms that this person may apply for."""
    members = Member.objects.filter(user=user, right__in=(Right.OWNER, Right.EDITOR))
    return Firm.objects.filter(pk__in=members.values("firm")).order_by("name", "pk")


def to_be_screened():
    """Applications that wait on the screening desk; those of a cancelled call wait for nobody."""
    return Application.objects.filter(status=Status.SUBMITTED, call__cancelled_at=None)


def exclusions_to_confirm():
    """Applications on the screening desk whose exclusion is proposed and waits for a director."""
    return Application.objects.filter(
        status__in=(Status.SUBMITTED, Status.RETURNED),
        call__cancelled_at=None,
        exclusions__in=Exclusion.objects.filter(answered_at=None),
    )


def supplements_run_out(now):
    """Applications that were sent back and whose time to mend is over: the desk goes on with them."""
    over = Supplement.objects.open().filter(due_at__lte=now - ON_THEIR_WAY)
    return Application.objects.filter(status=Status.RETURNED, supplements__in=over, call__cancelled_at=None)


def found_eligible_by(application):
    """The id of the person who found an application eligible last."""
    found = audit.trail(application).filter(verb="open_review").order_by("-pk")
    return found.values_list("actor", flat=True).first()


def latest_receipt(application):
    return application.submissions.order_by("-ordinal").first()


def still_to_be_handed_in(application):
    """Whether what was pressed for still waits to be handed in, as the rows are now."""
    if application.amends_id:
        return Application.objects.filter(
            pk=application.amends_id, status=Status.SUBMITTED, recalled_at__isnull=False
        ).exists()
    return Application.objects.filter(pk=application.pk, status__in=(Status.DRAFT, Status.RETURNED)).exists()


MILESTONES = ("open_review", "rule_out", "select", "reserve", "decline", "promote", "agree")


def milestones(application):
    """{move: instant} of what the firm may know of the way of its application."""
    return dict(audit.trail(application).filter(verb__in=MILESTONES).values_list("verb", "at"))


def is_registered(number, fingerprint):
    """Whether this receipt stands and its snapshot still has this hash, recomputed; at least eight characters of it."""
    if not (typed := typed_hash(fingerprint)):
        return False
    found = Submission.objects.filter(number=number.upper(), sha256__startswith=typed).first()
    return found is not None and sha256_of(found.snapshot) == found.sha256


def open_supplement(application):
    if application.status != "returned":
        return None
    return application.supplements.open().prefetch_related("papers", "questions").first()


def named_answers(application, supplement):
    """[(question, whether it is changed since the last submission)] of the answers that a supplement names."""
    named = mending.named_in(supplement)
    if not named:
        return []
    before = latest_receipt(application).snapshot["answers"]
    files = set(mending.renewed_since(supplement, application).values())
    left = {gap.field for gap in mending.unmended(application, named, before=before, files=files)}
    return [
        (question, f"answer_{question.code}" not in left)
        for question in application.call.asked
        if question.code in named
    ]


def revisions_of(application):
    """What the sections of a draft were; of changes also what they were in what was handed in before."""
    return Revision.objects.filter(application__in=(application.pk, application.amends_id))


def facts(application):
    """The whole of an application as a page shows it: amounts, partners, answers with their questions, papers."""
    found = {document.paper_id: document for document in application.documents.select_related("file")}
    documents = []
    for paper in application.call.asked_papers:
        if paper.pk in found and answers.is_wanted(paper, application):
            found[paper.pk].paper = paper
            documents.append(found[paper.pk])
    present = {document.paper.code for document in documents}
    files = {document.paper.question_id: document.file.name for document in documents}
    return {
        "application": application,
        "technologies": application.technologies.all(),
        "plan": Plan(application.budget),
        "partners": consortium.of(application).states(present),
        "parts": answers.by_part(application, files),
        "claims": bonus.claimed(application),
        "documents": documents,
    }


BALANCES = 2  # years of balance sheets that count (E08)


def balances_of(firm, *, before):
    """The balance sheets of the latest years that closed before this day, as plain data for the snapshot."""
    found = firm.figures.filter(year__lt=before.year, equity_krw__isnull=False).order_by("-year")[:BALANCES]
    return [
        {
            "year": row.year,
            "equity": row.equity_krw,
            "liabilities": row.liabilities_krw,
            "current_assets": row.current_assets_krw,
            "current_liabilities": row.current_liabilities_krw,
        }
        for row in found
    ]


def read_papers(application):
    """The papers of an application with the text of each."""
    found = application.documents.select_related("paper", "file__text").order_by("paper__ordinal")
    return found.defer("file__text__search_text")


def written_in_papers(word):
    """The condition that this folded word stands in a paper of an application; what the scanner withholds tells nothing.

    Where very many hold it, each row of the list is looked into as it comes: a page of them is soon full.
    """
    papers = Document.objects.exclude(file__scan__in=(Scan.WAITING, Scan.INFECTED))
    if (files := texts_with(word)) is not None:
        return Q(pk__in=papers.filter(file__in=files).values("application"))
    own = papers.filter(application=OuterRef("pk")).annotate(
        place=StrIndex("file__text__search_text", Value(word))
    )
    return Q(Exists(own.filter(place__gt=0)))


def asked_of(user):
    """What the firms of this person are asked to take part in, latest first, with what a list of it shows."""
    plans = Application.objects.select_related("firm", "call").only("firm__name", "call__closes_at")
    found = Partner.objects.visible_to(user).standing()
    found = found.prefetch_related(Prefetch("application", plans))  # no join: most are asked nothing
    return found.only("key", "title", "part", "status", "asked_at", "application").order_by(
        "-asked_at", "-pk"
    )


def to_be_answered(user, now):
    """Those of them that wait for an answer that still counts, with its end: the call is open, the application not handed in."""
    return asked_of(user).filter(
        status=Partner.Status.ASKED,
        application__status=Status.DRAFT,
        application__call__cancelled_at=None,
        application__call__closes_at__gt=now,
    )


def told_of(application):
    """The latest stage that its firm was told to go on to, while it is under review; None where it was told nothing.

    What belongs to a later room is asked for by the names of its relations; one that was opened again is told no longer.
    """
    if application.status not in BEFORE_REVIEWERS:
        return None
    reached = application.goings_on.filter(stage__ordinal__lte=application.stage.ordinal)
    return reached.select_related("stage").order_by("-stage__ordinal").first()


def visit_of(application):
    """The visit of its place that its firm was told of, while it is under review: whether the stage is closed tells nothing."""
    if application.status not in BEFORE_REVIEWERS:
        return None
    return application.visits.order_by("-at").first()
