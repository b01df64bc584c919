"""Pages of the decision desk: ranking, proposal, further list, approval, publication."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.calls.ruling import tie_names
from applications.decision import (
    actions,
    bounding,
    continuing,
    deliberated,
    deliberating,
    filling,
    following,
    further,
    letter_desk,
    parts,
    queries,
    resampling,
    rules,
)
from applications.decision.committees import Deliberation
from applications.decision.forms import ProposeForm, PublishForm, asked_about
from applications.decision.lists import DECISIONS
from applications.decision.models import Place, Proposal
from applications.kernel import audit
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import listed
from applications.kernel.tables import page_by_key
from applications.kernel.taxonomy import IndustryField, terms_of
from applications.kernel.web import fetch, page
from applications.lifecycle import PROPOSAL
from applications.review.rules import by_stage

ROWS = 250
BELOW = 10


@page("decision.desk", "GET")
def desk(request):
    """The calls that are closed, with where their list stands."""
    return listed(request, DECISIONS, "decision/desk.html")


@page("decision.rank", "GET")
def ranking(request, key):
    """The reviewed applications of a call, or of one panel, field or region of it, by their stored scores.

    Where the list is proposed the cut is drawn.
    """
    call = fetch(request, Call, key=key, related=("programme",))
    fields = terms_of(IndustryField)
    part = parts.part_of(call, request.GET, fields)
    ranked = queries.ranking(call, part.where)
    found = page_by_key(ranked, queries.RANK_ORDER, request.GET.get("mark", ""), size=ROWS)
    ranks = queries.ranks(call, found.rows, is_first_page=not found.previous, where=part.where)
    names_of_fields = {field.pk: str(field) for field in fields}
    groups = parts.groups_of(call)
    means = parts.means_of(call, found.rows, groups)
    stages = list(call.stages.all())
    names = tie_names(call)
    ties = queries.broken_ties(found.rows, names)
    proposal = queries.in_force(call)
    marks = {"pass_mark": call.pass_mark, "select_mark": call.select_mark}
    return render(
        request,
        "decision/ranking.html",
        {
            "call": call,
            "page": found,
            "rows": [
                (
                    rank,
                    row,
                    names_of_fields.get(row.field_id, ""),
                    tie,
                    by_stage(stages, row.stage_scores),
                    list(zip(groups, of_groups, strict=True)),
                    rules.standing(row.failings, row.base_score, **marks),
                )
                for rank, row, tie, of_groups in zip(ranks, found.rows, ties, means, strict=True)
            ],
            "part": part,
            "figures": None if part.is_whole else parts.figures_of(ranked),
            "groups": groups,
            "has_stages": len(stages) > 1,
            "columns": 8 + call.is_rnd + len(groups),
            "is_rnd": call.is_rnd,
            "tie_names": [name for name in names if name],
            "proposal": proposal,
            "is_public": proposal and (proposal.status == Proposal.Status.PUBLISHED or proposal.follows_id),
            "sent_back": queries.sent_back(call),
            "may_propose": request.user.has_perm("decision.propose", call),
            **committee_of(request, call, proposal),
        },
    )


def committee_of(request, call, proposal):
    """The meetings of the committee on a call, and whether this person can begin one now."""
    meetings = list(deliberated.all_of(call))
    is_over = proposal and (proposal.follows_id or proposal.status == Proposal.Status.PUBLISHED)
    is_open = any(meeting.status == Deliberation.Status.OPEN for meeting in meetings)
    may = not is_over and not is_open and request.user.has_perm("committee.convene", call)
    return {"meetings": meetings, "may_convene": may}


@page("decision.propose", "GET", "POST")
def propose(request, key):
    """The list as the rules draw it now: the cut, the quotas, the budget, and what stands against proposing it."""
    call = fetch(request, Call, key=key, related=("programme",))
    resolutions = deliberated.in_force(deliberated.closed(call))
    lines = actions.draw_with(call, resolutions)[0]
    earlier = queries.in_force(call)

    def waiting(decided):
        drawn = actions.draw_with(call, resolutions, decided)[0] if decided else lines
        return rules.undecided(drawn, decided) or actions.swayed(call, drawn, decided)

    groups = asked_about(waiting, request.POST)
    shown = around_the_cut(lines)
    applications = queries.by_id(
        {line.candidate.pk for line in shown} | {c.pk for group in groups for c in group}
    )
    form, status, proposal = proposing(request, call, actions.propose, groups, applications, earlier)
    if proposal:
        return redirect(proposal)
    chances = resampling.chances(call)
    # The form asks for the order of equals; what else stands in the way does not depend on it.
    any_order = {c.pk: place for group in groups for place, c in enumerate(group, 1)}
    return render(
        request,
        "decision/propose.html",
        {
            "call": call,
            "form": form,
            "earlier": earlier,
            "reasons": actions.obstacles(call, lines, any_order),
            "counts": [sum(line.result == name for line in lines) for name in Place.Result.values],
            **filling.of_lines(lines, bounding.limits(call), resolutions),
            "without_opinion": queries.without_opinion(call),
            "shown": [
                (applications[line.candidate.pk], line, chances.get(line.candidate.pk)) for line in shown
            ],
            "cuts": cuts_of(lines),
            "chances": bool(chances),
            "columns": 8 + call.is_rnd + bool(chances),
            "left_out": len(lines) - len(shown),
        },
        status=status,
    )


def proposing(request, call, verb, groups, applications, earlier):
    """(form, status, the list where it was proposed) of a page that proposes one with this verb.

    groups: of equals whose order matters, with the applications by their ids; earlier: the list in force, if there is one.
    """
    form = ProposeForm(
        request.POST or None,
        equals=[[applications[c.pk] for c in group] for group in groups],
        initial={"replaces": earlier and earlier.ordinal},
    )
    if request.method != "POST" or not form.is_valid():
        return form, 200, None
    given = form.cleaned_data
    try:
        proposal = verb(
            call,
            note=given["note"],
            decided=form.decided,
            why=given.get("order_reason", ""),
            replaces=given["replaces"],
            by=request.user,
        )
    except Refused as refusal:
        refusal.show_on(form)
        return form, 409, None
    messages.success(request, _("The list is proposed. Another person must approve it."))
    return form, 200, proposal


def around_the_cut(lines):
    """The lines down to the last one that is selected or reserved, and a few below."""
    last = max((line.rank for line in lines if line.result != "declined"), default=0)
    return lines[: min(last, ROWS) + BELOW]


def cuts_of(lines):
    """Of lines that are drawn now what queries.cuts says of a list that was written down."""
    selected = max((line.rank for line in lines if line.result == "selected"), default=0)
    passed = max((line.rank for line in lines if line.result != "declined"), default=0)
    return rules.cuts(selected, passed)


@page("decision.propose", "GET", "POST")
def go_on(request, key):
    """The further list as it would be now: what it changes, and what stands against proposing it."""
    call = fetch(request, Call, key=key, related=("programme",))
    published = queries.published(call)
    if published is None:
        return redirect("decision:ranking", key=call.key)
    lines, standings, _order, equals = continuing.draw(call, published)
    groups = asked_about(
        lambda decided: continuing.draw(call, published, decided)[3] if decided else equals, request.POST
    )
    changed = further.changed(lines, standings)
    earlier = queries.in_force(call)
    applications = queries.by_id(
        {line.candidate.pk for line in changed} | {c.pk for group in groups for c in group}
    )
    form, status, proposal = proposing(request, call, continuing.propose, groups, applications, earlier)
    if proposal:
        return redirect(proposal)
    return render(
        request,
        "decision/go_on.html",
        {
            "call": call,
            "form": form,
            "published": published,
            "waiting": earlier if earlier.status != Proposal.Status.PUBLISHED else None,
            "reasons": continuing.obstacles(call, lines, standings),
            "counts": [sum(line.result == name for line in lines) for name in Place.Result.values],
            "changed": [
                (applications[line.candidate.pk], line, standings[line.candidate.pk]) for line in changed
            ],
            "gone": following.given_up(call),
        },
        status=status,
    )


@page("decision.view", "GET")
def proposal(request, key):
    found = fetch(
        request,
        Proposal,
        key=key,
        related=("call__programme", "follows", "deliberation", "proposed_by", "approved_by", "published_by"),
    )
    places = found.places.select_related("application__firm", "application__field")
    rows = page_by_key(places, ["rank"], request.GET.get("mark", ""), size=ROWS)
    said = deliberated.conditions_of(found, [place.application_id for place in rows.rows])
    for place in rows.rows:
        place.said = said.get(place.application_id) if place.result != Place.Result.DECLINED else None
    chances = resampling.chances(found.call) if found.waits else {}
    for place in rows.rows:
        place.chance = chances.get(place.application_id)
    return render(
        request,
        "decision/proposal.html",
        {
            "proposal": found,
            "page": rows,
            "cuts": queries.cuts(found),
            "counts": queries.counts(found),
            **filling.of_proposal(found),
            "chances": bool(chances),
            "columns": 7 + found.call.is_rnd + bool(chances),
            "moves": PROPOSAL.open_to(found, request.user),
            "stale": queries.stale(found) if found.waits else [],
            "left": queries.left(found),
            "may_preview": found.waits and request.user.has_perm("decision.preview", found),
            "own_proposal": found.proposed_by_id == request.user.pk,
            "own_minutes": deliberating.same_hands(deliberated.hands(found.deliberation), request.user),
            "may_read_minutes": request.user.has_perm("committee.view", found.deliberation),
            "trail": audit.trail(found).select_related("actor"),
        },
    )


@page("decision.approve", "POST")
def approve(request, key):
    found = fetch(request, Proposal, key=key, related=("call",))
    actions.approve(found, by=request.user)
    messages.success(request, _("The list is approved. A programme officer publishes it next."))
    return redirect(found)


@page("decision.approve", "GET", "POST")
def send_back(request, key):
    """Not approved: the list goes back to who proposed it, with the reason."""
    found = fetch(request, Proposal, key=key, related=("call", "proposed_by"))
    return asked(
        request,
        ReasonForm(
            request.POST or None,
            button=_("Send it back"),
            hint=_("The officer who proposed the list reads this."),
        ),
        lambda reason: actions.send_back(found, reason=reason, by=request.user),
        after=found, said=_("The list is sent back and %(name)s is told.") % {"name": found.proposed_by.name},
        heading=_("Send the list back"), hint=found.call.title, back=found,
    )  # fmt: skip


@page("decision.publish", "GET", "POST")
def publish(request, key):
    """What will happen, to how many, and that it cannot be undone."""
    found = fetch(request, Proposal, key=key, related=("call", "follows"))
    form = PublishForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish(found, publish_at=form.cleaned_data["publish_at"], by=request.user)
        except Refused as refusal:
            if found.status == Proposal.Status.PUBLISHED:  # pressed twice is published once
                return redirect(found)
            refusal.show_on(form)
            status = 409
        else:
            messages.success(
                request,
                _("The result is published and every firm is told.")
                if found.status == Proposal.Status.PUBLISHED
                else _("The result will be published at the instant you set."),
            )
            return redirect(found)
    return render(
        request,
        "decision/publish.html",
        {
            "proposal": found,
            "form": form,
            "counts": queries.counts(found),
            "samples": letter_desk.samples(request, found),
            "stale": queries.stale(found),
            "left": queries.left(found),
        },
        status=status,
    )


@page("decision.publish", "GET", "POST")
def hold_back(request, key):
    """The instant of a list is taken back, with the reason: nothing is published until it is set again."""
    found = fetch(request, Proposal, key=key, related=("call",))
    return asked(
        request,
        ReasonForm(request.POST or None, button=_("Take the instant back")),
        lambda reason: actions.hold_back(found, reason=reason, by=request.user),
        after=found, said=_("The instant is taken back. Nothing is published until it is set again."),
        heading=_("Take the instant back"), hint=found.call.title, back=found,
    )  # fmt: skip
