"""WHETHER of intake: what is missing, what comes too late, what makes an application ineligible."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from applications.calls.rules import need, outside, traits_of
from applications.intake import answers, bonus, budget, challenge, consortium, freshness, typed
from applications.kernel.clock import KST
from applications.kernel.errors import Gap, Reason
from applications.kernel.files import TYPES
from applications.kernel.files.stored import Scan

SECTION_OF = {  # where each part of a draft is written
    "title": "project",
    "field": "project",
    "technologies": "project",
    "summary": "project",
    "budget": "money",
    "institutions": "partners",
    "demand": "partners",
    "claims": "bonus",
    "consents": "pledges",
    "challenge": "pledges",
}
PARTS = [
    *(name for name in SECTION_OF if name not in ("technologies", "consents")),
    *budget.AMOUNTS,
    "answers",
    "typed",
]  # columns
MAX_APPLICATION_BYTES = 200 * 1024 * 1024
PLEDGES = {  # another text is another models.PLEDGES_VERSION, and is given anew
    "true": _("What this application says is true; false statements lead to exclusion."),
    "credit": _("The firm's credit and tax status may be looked up for the review."),
    "ethics": _("The firm keeps research ethics and offers nothing to reviewers or staff."),
    "provide": _(
        "The application may be given to the ministry, the agency and the reviewers for the review."
    ),
}


def shown(instant):
    """An instant as people read it: 2026-12-15 18:00:00 KST."""
    return instant.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S KST")


def late(call, *, now):
    """The closing instant is exclusive: an arrival at it is late (docs/domain.md, deadlines)."""
    if call.is_open_at(now):
        return []
    if call.cancelled_at:
        return [Reason(_("The call was cancelled. Your draft is kept."))]
    if call.published_at and now >= call.closes_at:
        return [
            Reason(
                _("The call closed at %(closes)s; this arrived at %(arrived)s. Your draft is kept.")
                % {"closes": shown(call.closes_at), "arrived": shown(now)}
            )
        ]
    return [Reason(_("The call is not open yet."))]


def late_for(application, *, now):
    """Why a draft can no longer be written and handed in; what came on paper in time can be for some days more."""
    call = application.call
    if call.cancelled_at or now < call.closes_at or not application.is_from_office:
        return late(call, now=now)
    if now < application.ends_at:
        return []
    said = _("What came on paper could be entered until %(end)s; this arrived at %(arrived)s.")
    return [Reason(said % {"end": shown(application.ends_at), "arrived": shown(now)})]


def sections(call):
    """The sections of an application to this call, in order."""
    parts = dict.fromkeys(question.part.slug for question in call.asked)
    money, claims = ["money"] if call.is_rnd else [], ["bonus"] if call.bonus_items else []
    return ["project", *money, "partners", *parts, *claims, "papers", "pledges"]


def sections_of(call, parts):
    """The sections that these parts of a draft are written in; parts: names of SECTION_OF, or answers by code."""
    codes = parts.get("answers", ())
    return (
        {SECTION_OF[name] for name in parts if name not in ("answers", "typed")}
        | {question.part.slug for question in call.asked if question.code in codes}
        | set(parts.get("typed", ()))
    )


def missing(application):
    """Every gap of a draft, each with its section and field; an empty list means complete."""
    call = application.call
    gaps, unfit = typed.gaps(application), typed.names(application)
    for name, label in (
        ("title", _("title of the plan")),
        ("summary", _("summary")),
        ("field_id", _("new-industry field")),
    ):
        field = name.removesuffix("_id")
        if not getattr(application, name) and field not in unfit:
            gaps.append(Gap(_("Missing: %(what)s") % {"what": label}, field, "project"))
    if application.is_outside:
        gaps += closed_field(application.call, application.field)
    gaps += closed_firm(application)
    if not application.has_technologies:
        gaps.append(Gap(_("Missing: %(what)s") % {"what": _("root technologies")}, "technologies", "project"))
    others, papers = consortium.of(application), with_scans(application, call.papers.all())
    gaps += missing_money(application, others) + others.faults() + unsettled(others, papers)
    for question in answers.asked(application):
        field = f"answer_{question.code}"
        is_open = answers.is_blank(application.answers.get(question.code)) and question.kind != "file"
        if question.required and is_open and field not in unfit:
            gaps.append(Gap(_("Missing: %(what)s") % {"what": question.label}, field, question.part.slug))
        gaps += unnamed_rows(question, application.answers.get(question.code))
    gaps += bonus.missing(application) + missing_papers(application, papers)
    if PLEDGES.keys() - application.given.keys():
        gaps.append(Gap(_("Missing: %(what)s") % {"what": _("pledges and consents")}, "true", "pledges"))
    return gaps + challenge.unfounded(application.challenge)


def unnamed_rows(question, answer):
    """A gap for each row of a table that does not say what it is about."""
    if not (places := answers.unnamed(question, answer)):
        return []
    code, label, _kind = question.options[0]
    return [
        Gap(
            _("Missing: %(what)s")
            % {
                "what": _("%(table)s, row %(row)d: %(column)s")
                % {"table": question.label, "row": place + 1, "column": label}
            },
            f"answer_{question.code}-{place}-{code}",
            question.part.slug,
        )
        for place in places
    ]


def closed_firm(application):
    """A call may be for some tracks and regions only (docs/domain.md, states of a call)."""
    call, firm = application.call, application.firm
    if not call.tracks and not call.regions:
        return []
    found = outside(call, track=firm.track, region=firm.region.code)
    return [Gap(str(reason), section="project") for reason in found]


def closed_field(call, field):
    """A plan belongs to one of the fields that its call is open to (docs/domain.md, states of a call)."""
    fields = list(call.open_to.all())
    if not field or not fields or field in fields:
        return []
    text = _("This call is open to these fields only: %(fields)s. Please choose one of them.")
    return [Gap(text % {"fields": ", ".join(map(str, fields))}, "field", "project")]


def with_scans(application, papers):
    """Those of these papers that are wanted, each with its days and what the scan of its file in this application has found (None: no file)."""
    there = application.documents.filter(paper=OuterRef("pk"))
    days = {name: Subquery(there.values(name)) for name in ("issued_on", "expires_on")}
    found = papers.select_related("part", "question").annotate(
        scan=Subquery(there.values("file__scan")), **days
    )
    return [paper for paper in found if answers.is_wanted(paper, application)]


def missing_papers(application, papers):
    """A gap for each paper that this firm needs and has not uploaded, and for what cannot be handed in."""
    traits, gaps = traits_of(application.firm) | bonus.traits(application), []
    for paper in papers:
        needed = need(paper, traits)
        if needed.holds and paper.scan is None:
            what = f"{paper.name} ({needed.why})" if needed.why else paper.name
            gaps.append(Gap(_("Missing: %(what)s") % {"what": what}, f"paper_{paper.code}", paper.section))
    return gaps + freshness.stale(papers, closing_day(application.call)) + infected(papers)


def needed_papers(application):
    """The papers that nothing is handed in without, from this firm."""
    traits = traits_of(application.firm) | bonus.traits(application)
    wanted = [paper for paper in application.call.asked_papers if answers.is_wanted(paper, application)]
    return [paper for paper in wanted if need(paper, traits).holds]


def infected(papers, section=None):
    """What holds a virus cannot be handed in. papers: with_scans; section: where all of them stand, or each its own."""
    return [
        Gap(
            _("Holds a virus: %(what)s") % {"what": paper.name},
            f"paper_{paper.code}",
            section or paper.section,
        )
        for paper in papers
        if paper.scan == Scan.INFECTED
    ]


def bytes_of(documents):
    """What these papers take, in bytes."""
    return sum(documents.values_list("file__size", flat=True))


def too_much(used, size):
    """All papers of one application have a limit."""
    if used + size > MAX_APPLICATION_BYTES:
        return [Reason(_("All papers of one application together may be 200 MB."), "file")]
    return []


def not_for(paper, kept):
    """Why a paper of the vault cannot stand in this place."""
    if kept.kind.code != paper.code:
        return [Reason(_("This is another kind of paper."), "file")]
    if kept.file.kind not in (paper.kinds or TYPES):
        kinds = ", ".join(paper.kinds).upper()
        return [Reason(_("Please choose a file of these kinds: %(kinds)s.") % {"kinds": kinds}, "file")]
    return []


def closing_day(call):
    return day_of(call.closes_at)


def day_of(instant):
    """The day of an instant in Korea."""
    return instant.astimezone(KST).date()


def expires_early(expires_on, call):
    """A paper that is no longer valid on the closing day is worth a warning (docs/domain.md, eligibility E16)."""
    return bool(expires_on) and expires_on < closing_day(call)


def missing_money(application, others):
    """What is open or cannot be in the budget of an R&D project."""
    if not application.call.is_rnd:
        return []
    plan = budget.Plan(application.budget)
    faults = budget.faults(plan, application.firm.size, application.call.ceiling_krw, others.shares)
    return budget.missing(plan) + faults


def unsettled(others, papers):
    """Who of the partners has neither confirmed nor sent a letter (docs/domain.md, eligibility E15)."""
    present = {paper.code for paper in papers if paper.scan is not None}
    return others.unsettled(present, {paper.code: paper.section for paper in papers})


def answer_faults(application, *, now):
    """Why an institution can no longer answer whether it takes part."""
    if application.status != "draft":
        return [Reason(_("The application is no longer being written; nothing is asked any more."))]
    call = application.call
    if call.cancelled_at:
        return [Reason(_("The call was cancelled; nothing is asked any more."))]
    if now >= call.closes_at:
        return [
            Reason(
                _("The call closed at %(closes)s; nothing is asked any more.")
                % {"closes": shown(call.closes_at)}
            )
        ]
    return late(call, now=now)


TAKEN_ON_REQUEST = {  # what an earlier application brings beside the plan in short and its answers
    "budget": _("Costs"),
    "partners": _("Partners and the demand company; they are asked to confirm when you save that section"),
    "claims": _("Bonus claims"),
    "papers": _("Papers of the vault that are still valid"),
}


def on_request(call):
    """[(key, words)] of what this call has of it."""
    lacks = {"budget": not call.is_rnd, "claims": not call.bonus_items}
    return [(key, words) for key, words in TAKEN_ON_REQUEST.items() if not lacks.get(key)]


def to_take_over(draft, earlier, also=()):
    """The parts of a draft that are empty and that an earlier application of the firm has: {part: value}.

    also: keys of TAKEN_ON_REQUEST.
    """
    names = ["title", "summary", "field"]
    names += ["demand"] if "partners" in also else []
    if draft.call.is_rnd:
        names += ["institutions"] if "partners" in also else []
        names += ["budget"] if "budget" in also else []
    parts = {
        name: getattr(earlier, name) for name in names if not getattr(draft, name) and getattr(earlier, name)
    }
    if "claims" in also and not draft.claims and (claims := bonus.claimed_alike(draft.call, earlier)):
        parts["claims"] = claims
    kinds = {question.code: (question.kind, question.options) for question in earlier.call.asked}
    found = {
        question.code: earlier.answers[question.code]
        for question in draft.call.asked
        if answers.is_blank(draft.answers.get(question.code))
        and not answers.is_blank(earlier.answers.get(question.code))
        and kinds.get(question.code) == (question.kind, question.options)
    }
    return parts | ({"answers": found} if found else {})


def gaps(application, *, now):
    """What still stands between this draft and its submission at this instant (now: the arrival)."""
    return late_for(application, now=now) or second(application) or missing(application)


SECOND = _("Your firm has an application in this call already; one firm hands in one.")


def second(application):
    """One application per firm and call (docs/domain.md, eligibility E13)."""
    others = type(application).objects.standing().filter(call=application.call_id, firm=application.firm_id)
    if others.exclude(pk__in=(application.pk, application.amends_id or application.pk)).exists():
        return [Reason(SECOND)]
    return []


def call_over(application):
    """Nothing is decided any more about an application whose call was cancelled."""
    if application.call.cancelled_at is None:
        return []
    return [Reason(_("The call was cancelled; nothing is decided about its applications any more."))]
