"""Pages of the decision desk: ranking, proposal, publication; and the firm's result."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.decision import actions, queries, rules
from applications.decision.forms import ProposeForm, PublishForm
from applications.decision.models import Proposal
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import PROPOSAL


@page("decision.desk", "GET")
def desk(request):
    """The calls that are closed, with where their list stands."""
    found = Call.objects.published().filter(closes_at__lte=clock.now()).select_related("programme")
    rows = page_by_key(found, ["-closes_at", "-id"], request.GET.get("mark", ""), size=20)
    proposals = {
        proposal.call_id: proposal
        for proposal in Proposal.objects.filter(call__in=rows.rows).exclude(status=Proposal.Status.REPLACED)
    }
    return render(
        request,
        "decision/desk.html",
        {"page": rows, "calls": [(call, proposals.get(call.pk)) for call in rows.rows]},
    )


@page("decision.rank", "GET")
def ranking(request, key):
    """All reviewed applications of a call, ranked and cut by the rules as they stand now."""
    call = fetch(request, Call, key=key, related=("programme",))
    drawn = actions.draw(call)
    lines = [line for _application, line in drawn]
    return render(
        request,
        "decision/ranking.html",
        {
            "call": call,
            "drawn": with_cut(drawn),
            "quotas": quota_counts(call, drawn),
            "reasons": rules.not_ready(
                open_numbers=queries.still_open(call),
                lines=lines,
                preferred=(),
                now=clock.now(),
                closes_at=call.closes_at,
            ),
            "selected": sum(line.result == "selected" for line in lines),
            "proposal": queries.in_force(call),
            "may_propose": request.user.has_perm("decision.propose", call),
        },
    )


def with_cut(drawn):
    """Triples (application, line, whether the cut runs above this line)."""
    marked, before = [], None
    for application, line in drawn:
        marked.append((application, line, before == "selected" and line.result != "selected"))
        before = line.result
    return marked


def quota_counts(call, drawn):
    """[(field, taken, places)] of the quotas of a call."""
    taken = {}
    for application, line in drawn:
        if line.result == "selected":
            taken[application.field_id] = taken.get(application.field_id, 0) + 1
    return [
        (quota.field, taken.get(quota.field_id, 0), quota.places) for quota in call.quotas.select_related("field")
    ]


@page("decision.propose", "GET", "POST")
def propose(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    drawn = actions.draw(call)
    tied_groups = rules.ties_at_the_cut([line for _application, line in drawn])
    tied_ids = {candidate.pk for group in tied_groups for candidate in group}
    form = ProposeForm(request.POST or None, tied=[a for a, _line in drawn if a.pk in tied_ids])
    if request.method == "POST" and form.is_valid():
        try:
            proposal = actions.propose(
                call, note=form.cleaned_data["note"], preferred=form.preferred, by=request.user
            )
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The list is proposed. Another person must approve it."))
            return redirect(proposal)
    counts = [sum(line.result == name for _a, line in drawn) for name in ("selected", "reserved", "declined")]
    return render(request, "decision/propose.html", {"call": call, "form": form, "counts": counts})


@page("decision.view", "GET")
def proposal(request, key):
    found = fetch(
        request, Proposal, key=key, related=("call__programme", "proposed_by", "approved_by", "published_by")
    )
    places = list(found.places.select_related("application__firm", "application__field"))
    moves = PROPOSAL.open_to(found, request.user)
    in_question = found.status in (Proposal.Status.PROPOSED, Proposal.Status.APPROVED)
    return render(
        request,
        "decision/proposal.html",
        {
            "proposal": found,
            "places": places,
            "counts": [sum(p.result == name for p in places) for name in ("selected", "reserved", "declined")],
            "moves": moves,
            "stale": rules.stale(found, queries.fingerprint(found.call)) if in_question else [],
            "own_proposal": found.proposed_by_id == request.user.pk,
            "trail": audit.trail(found).select_related("actor"),
        },
    )


@page("decision.approve", "POST")
def approve(request, key):
    found = fetch(request, Proposal, key=key, related=("call",))
    actions.approve(found, by=request.user)
    messages.success(request, _("The list is approved. It can be published now."))
    return redirect(found)


@page("decision.publish", "GET", "POST")
def publish(request, key):
    """What will happen, to how many, and that it cannot be undone."""
    found = fetch(request, Proposal, key=key, related=("call",))
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish(found, publish_at=form.cleaned_data["publish_at"], by=request.user)
        except Refused as refusal:
            if found.status == Proposal.Status.PUBLISHED:  # pressed twice is published once
                return redirect(found)
            refusal.show_on(form)
        else:
            messages.success(
                request,
                _("The result is published and every firm is told.")
                if found.status == Proposal.Status.PUBLISHED
                else _("The result will be published at the instant you set."),
            )
            return redirect(found)
    places = list(found.places.all())
    counts = [sum(p.result == name for p in places) for name in ("selected", "reserved", "declined")]
    return render(request, "decision/publish.html", {"proposal": found, "form": form, "counts": counts})


@page("decision.result", "GET")
def result(request, key):
    """A firm's own result, from its instant on; before it there is no such page."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    place = queries.published_place(application, now=clock.now())
    if place is None:
        raise Http404
    return render(request, "decision/result.html", {"application": application, "place": place})
