"""Pages of the review desk: who reviews what, how far it is, closing."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.accounts.models import Role, User
from applications.calls.models import Call, RequiredPaper
from applications.intake.models import BEFORE_REVIEWERS, Application
from applications.kernel import clock, formpages
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import drawn, exported
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.web import fetch, is_key, page
from applications.lifecycle import APPLICATION, SHEET
from applications.review import (
    actions,
    exempting,
    facts,
    meeting,
    membership,
    printed,
    queries,
    rules,
    visited,
)
from applications.review.deliberating import still_open
from applications.review.forms import AdjustmentForm, DueForm
from applications.review.lists import REVIEWS
from applications.review.models import Assignment


@page("application.list", "GET")
def listing(request):
    """Applications in review or reviewed, as the address narrows and sorts them."""
    asked, may = REVIEWS.asked(request.GET, by=request.user), request.user.has_perm
    return drawn(
        request, asked, "review/listing.html", call=asked.chosen.get("call"), exemptions=exempting.to_decide(request.user),
        may_close=may("decision.propose"), may_plan=may("plan.ask"), may_tell=may("decision.propose"), may_set_due=may("plan.ask"),
    )  # fmt: skip


@page("review.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, REVIEWS)


@page("application.case", "GET")
def case(request, key):
    """The review of one application: assignments, sheets, score, and whom to ask."""
    application = fetch(request, Application, key=key, related=("call", "firm", "field", "stage"))
    log_view(request, "review.view", application)
    found = application.assignments.with_alone().select_related("reviewer__reviewer_profile", "stage")
    assignments = list(found.order_by("stage__ordinal", "pk"))
    for assignment in assignments:  # who sees the case sees them all
        assignment.found_for = request.user.pk
    moves = APPLICATION.open_to(application, request.user)
    stages = list(application.call.stages.all())
    panel = membership.panel_hearing(application)
    candidates, against = _candidates(application, assignments, moves, panel)
    why_out = meeting.why_out(assignments)
    return render(
        request,
        "review/case.html",
        {
            "application": application,
            "panel": panel,
            "assignments": [
                (
                    a,
                    [] if rules.not_in_review(application, a.stage_id) else SHEET.open_to(a, request.user),
                    against.get(a.reviewer_id),
                    why_out.get(a.pk),
                    a.handed_in_at and not a.stage.is_visit and not a.is_alone,
                )
                for a in assignments
            ],
            "candidates": candidates,
            "stages": stages,
            "scores": rules.by_stage(stages, application.stage_scores),
            "visits": visited.shown(application, stages),
            "earlier": rules.stage_before(stages, application),
            "moves": moves,
            "challenge_answer": application.challenge
            and application.challenge_answers.select_related("by").last(),
            "items": queries.items_of(application),
            "may_opine": request.user.has_perm("decision.opine", application)
            and application.status in BEFORE_REVIEWERS,
            **exempting.shown(application, request.user, panel),
            "short": still_open(panel)
            or rules.short_of_quorum(queries.progress(application)) + visited.undecided(application)
            if "close_review" in moves
            else [],
        },
    )


@page("application.case", "GET")
def scores_pdf(request, key):
    """How the score of an application is made, to be printed."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    found = application.assignments.select_related("reviewer", "stage").order_by("stage__ordinal", "pk")
    ask_to_typeset(request)
    log_view(request, "scores.pdf", application)
    pdf = printed.scores(application, found, at=clock.now())
    return document(pdf, name=f"{_('How the score is made')} {application.number}.pdf")


@page("application.case", "GET")
def report_pdf(request, key):
    """All sheets of an application with their words, to be printed: for the record, under codes; none that is still judged alone."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    sheets = list(
        application.assignments.with_alone()
        .filter(is_alone=False)
        .select_related("stage")
        .prefetch_related("scores")
        .order_by("stage__ordinal", "pk")
    )
    heard = (
        application.hearings.select_related("panel")
        .prefetch_related("explanations")
        .order_by("stage__ordinal")
    )
    ask_to_typeset(request)
    log_view(request, "scores.pdf", application)
    pdf = printed.report(application, sheets, heard=heard, why=meeting.why_out(sheets), at=clock.now())
    return document(pdf, name=f"{_('Sheets of the review')} {application.number}.pdf")


def _candidates(application, assignments, moves, panel):
    """Whom to ask, those who fit best first (where there is a panel its members), and {reviewer id: what stands against those who are asked already}."""
    if not {"assign", "waive"} & set(moves):
        return [], {}
    asked = {a.reviewer_id for a in assignments}
    here = {a.reviewer_id for a in assignments if a.stage_id == application.stage_id}
    people = list(queries.reviewers(beside=application.stage))
    if panel:
        members = set(panel.panelists.at_table().values_list("user", flat=True))
        people = [person for person in people if person.pk in members]
    profiles = {profile.user_id: profile for profile in (person.reviewer_profile for person in people)}
    others = queries.profiles_of([who for who in asked if who not in profiles])
    found = facts.findings(application, [*profiles.values(), *others])
    wanted = set(application.technologies.values_list("pk", flat=True))
    candidates = [
        {
            "person": person,
            "profile": person.reviewer_profile,
            "found": found[person.pk],
            "full": rules.beyond_cap(person.reviewer_profile, person.sessions),
            "barred": any(finding.bars for finding in found[person.pk]),
            "fit": rules.fit(person.reviewer_profile, application, wanted),
        }
        for person in people
        if person.pk not in here
    ]
    candidates.sort(key=lambda row: (row["barred"], bool(row["full"]), -row["fit"], row["person"].load))
    return candidates, {who: found[who] for who in asked if who in found}


@page("application.assign", "POST")
def assign(request, key):
    application = fetch(request, Application, key=key)
    chosen = [key for key in request.POST.getlist("reviewer") if is_key(key)]
    people = list(User.objects.filter(role=Role.REVIEWER, key__in=chosen).order_by("pk"))
    if not people:
        messages.error(request, _("Please choose at least one reviewer."))
    for reviewer in people:
        try:
            actions.assign(application, reviewer=reviewer, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is asked for a sheet.") % {"name": reviewer.name})
    return redirect("review:case", key=application.key)


@page("review.manage", "GET", "POST")
def sheet_act(request, key, name):
    """Reopen or exclude a sheet, with a reason."""
    assignment = fetch(request, Assignment, key=key, related=("application", "reviewer"))
    acts = {
        "reopen": (actions.reopen, _("Give the sheet back")),
        "exclude": (actions.exclude, _("Take the sheet out of the score")),
    }
    if name not in acts:
        raise Http404
    action, heading = acts[name]
    return formpages.asked(
        request, ReasonForm(request.POST or None, button=heading), lambda reason: action(assignment, reason=reason, by=request.user),
        after=("review:case", assignment.application.key), heading=heading,
        hint=f"{assignment.application.number} · {assignment.reviewer.name}",
    )  # fmt: skip


@page("review.due", "GET", "POST")
def due(request, key):
    """Until when the sheets of a stage of this call are to be handed in."""
    call = fetch(request, Call, key=key)
    stages = call.stages.select_related("due", "call")
    return formpages.asked(
        request, DueForm(request.POST or None, stages=stages),
        lambda stage, at: actions.set_due(stage, at=at, by=request.user),
        after=("review:due", call.key), said=_("The time is set. Reviewers read it on their pages."),
        template="review/due.html", call=call, stages=stages,
    )  # fmt: skip


@page("application.screen", "GET", "POST")
def adjust(request, key, place):
    """One bonus item that the firm claims, or one penalty item: whether it counts."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    rows = {item.ordinal: (item, words) for item, words, _decision in queries.items_of(application)}
    if place not in rows:
        raise Http404
    item, words = rows[place]
    proofs = application.call.papers.filter(needed_from=RequiredPaper.Trait.BONUS)
    return formpages.asked(
        request, AdjustmentForm(request.POST or None),
        lambda **typed: actions.adjust(application, item=item, **typed, by=request.user),
        after=("review:case", application.key), said=_("The decision is written down."), template="review/adjust.html",
        application=application, item=item, words=words, proof=proofs.first(),
    )  # fmt: skip


@page("application.rank", "POST")
def close(request, key):
    application = fetch(request, Application, key=key)
    following = actions.close_review(application, by=request.user)
    said = _("The review of %(number)s is closed.")
    if following:
        said = _("%(number)s goes on to the next stage: %(stage)s.")
    messages.success(request, said % {"number": application.number, "stage": following})
    return redirect("review:case", key=application.key)


@page("application.rank", "GET", "POST")
def reopen(request, key):
    """Open the review again where it ended, or the stage before the one under review."""
    application = fetch(request, Application, key=key, related=("firm", "stage"))
    said, heading = _("The review is open again."), _("Open the review again")
    if application.status == "in_review":
        said, heading = _("The earlier stage is open again."), _("Open the stage before again")
    return formpages.asked(
        request, ReasonForm(request.POST or None, button=heading),
        lambda reason: actions.reopen_review(application, reason=reason, by=request.user),
        after=("review:case", application.key), said=said, heading=heading, hint=application.number,
    )  # fmt: skip


@page("decision.propose", "POST")
def close_all(request):
    """Close the stage of all applications of a call that have their sheets."""
    wanted = request.POST.get("call", "")
    call = get_object_or_404(Call.objects.published(), key=wanted if is_key(wanted) else None)
    closed, gone_on, still_open = actions.close_all(call, by=request.user)
    messages.success(request, _("%(count)d reviews are closed.") % {"count": closed})
    if gone_on:
        said = _("%(count)d applications go on to the next stage.")
        messages.success(request, said % {"count": gone_on})
    for reason in still_open[:20]:
        messages.warning(request, reason)
    return redirect(f"{reverse('review:desk')}?call={call.key}")
