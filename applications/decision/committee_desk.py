"""Pages of the committee: its meeting, the attendance, its decisions, the minutes."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.decision import (
    bounding,
    deliberated,
    deliberating,
    filling,
    minutes,
    queries,
    resampling,
    resolving,
)
from applications.decision.actions import draw_with
from applications.decision.committee_forms import (
    AttendanceForm,
    CloseForm,
    MeetingForm,
    MinutesForm,
    ResolutionForm,
    TakeBackForm,
    label_of,
)
from applications.decision.committees import Deliberation, Resolution
from applications.decision.models import Place
from applications.decision.views import around_the_cut, cuts_of
from applications.kernel import audit, clock
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.web import fetch, page
from applications.lifecycle import DELIBERATION

RELATED = ("call__programme", "secretary", "closed_by", "convened_by")


@page("committee.convene", "GET", "POST")
def convene(request, key):
    """Begin a meeting on the list of a call."""
    call = fetch(request, Call, key=key, related=("programme",))
    form = MeetingForm(
        request.POST or None,
        initial={"held_at": clock.now(), "secretary": request.user.pk},
        button=_("Begin the meeting"),
    )
    return asked(
        request, form, lambda **typed: resolving.convene(call, **typed, by=request.user),
        said=_("The meeting is begun. Its list waits until it is closed."), heading=_("Meeting of the committee"),
        hint=f"{call.number} · {call.title}",
    )  # fmt: skip


@page("committee.view", "GET")
def meeting(request, key):
    """One meeting: who was there, whether they could decide, what they decided with which votes, and the minutes."""
    found = fetch(request, Deliberation, key=key, related=RELATED)
    log_view(request, "committee.view", found)
    members, call = list(found.members.all()), found.call
    last = deliberated.shown(found)
    for one in last:
        one.voters, one.out = minutes.voters(one, members), minutes.recused(one)
    in_force = {one.application_id: one for one in last if one.result != Resolution.Result.TAKEN_BACK}
    moves, is_open = DELIBERATION.open_to(found, request.user), found.status == Deliberation.Status.OPEN
    return render(
        request,
        "decision/committee.html",
        {
            "meeting": found,
            "call": call,
            "members": members,
            "quorum": minutes.quorum(members, is_open=is_open) if members else "",
            "resolutions": last,
            "ruled_words": Place.Result.choices,
            "moves": moves,
            "proposals": found.proposals.order_by("ordinal"),
            "trail": audit.trail(found).select_related("actor"),
            **(drawn(found, in_force) if is_open else {}),
        },
    )


def drawn(found, resolutions):
    """The list as it would be with these decisions, and what stands against closing the meeting."""
    call = found.call
    lines, plain, _deviations = draw_with(call, resolutions)
    shown, ruled = around_the_cut(lines), {line.candidate.pk: line for line in plain}
    applications = queries.by_id({line.candidate.pk for line in shown})
    chances = resampling.chances(call)
    return {
        "obstacles": resolving.obstacles(found, resolutions, lines),
        "counts": [sum(line.result == name for line in lines) for name in Place.Result.values],
        **filling.of_lines(lines, bounding.limits(call), resolutions),
        "shown": [
            (applications[line.candidate.pk], line, ruled[line.candidate.pk], chances.get(line.candidate.pk))
            for line in shown
        ],
        "chances": bool(chances),
        "cuts": cuts_of(lines),
        "columns": 8 + call.is_rnd + bool(chances),
        "left_out": len(lines) - len(shown),
    }


def of_meeting(request, key):
    return fetch(request, Deliberation, key=key, related=RELATED)


@page("committee.keep", "GET", "POST")
def edit(request, key):
    """When, where, the secretary and the minutes."""
    found = of_meeting(request, key)
    initial = {"minutes": found.minutes, "version": found.version}
    form = MinutesForm(
        request.POST or None, instance=None if request.POST else found, initial=initial, button=_("Save")
    )
    return asked(
        request, form, lambda **typed: resolving.edit(found, **typed, by=request.user), after=found,
        said=_("The minutes are saved."), heading=_("Minutes"), hint=f"{found.call.number} · {found.call.title}", back=found,
    )  # fmt: skip


@page("committee.keep", "GET", "POST")
def attend(request, key):
    """Who belongs to the committee and who is present."""
    found = of_meeting(request, key)
    form = AttendanceForm(
        request.POST or None, members=list(found.members.all()), initial={"version": found.version}
    )
    return asked(
        request, form,
        lambda version, **_typed: resolving.attend(found, version=version, members=form.members, by=request.user),
        after=found, said=_("The attendance is saved."), template="decision/attendance.html", meeting=found,
    )  # fmt: skip


@page("committee.keep", "GET", "POST")
def resolve(request, key):
    """One decision of the committee; of an application that has one already, the one that is to take its place."""
    found = of_meeting(request, key)
    initial = {}
    if number := request.GET.get("application", "")[:20]:
        initial = decided_before(found, number) or {"number": number}
    members = list(found.members.all())
    form = ResolutionForm(request.POST or None, call=found.call, members=members, initial=initial)
    hint = f"{found.call.number} · {found.call.title}"
    if application := form.named():
        out = [f"{one.name}: {why}" for one, why in resolving.conflicts_of(application, members)]
        hint += "".join(f" · {_('Recused')}: {one}" for one in out)
    return asked(
        request, form, lambda **_typed: resolving.resolve(found, **form.said, by=request.user), after=found,
        said=_("The decision of the committee is written down."), heading=_("Decision of the committee"),
        hint=hint, back=found,
    )  # fmt: skip


def decided_before(found, number):
    """What was written down last on the application of this number, as the form begins; {} where nothing was."""
    last = found.resolutions.filter(application__number=number).last()
    if last is None:
        return {}
    names = ("grant_krw", "conditions", "reason", "votes_for", "votes_against", "votes_abstained")
    result = {} if last.result == Resolution.Result.TAKEN_BACK else {"result": last.result}
    return {
        "number": number,
        "replaces": last.ordinal,
        "recused": [
            label_of(one) for one in found.members.all() if not deliberating.sitting([one], last.recused)
        ],
        **{name: getattr(last, name) for name in names},
        **result,
    }


@page("committee.keep", "GET", "POST")
def take_back(request, key, place):
    """A decision was not as it was written down: it stays in the record, and the application stands as the rules have it."""
    found = of_meeting(request, key)
    resolution = get_object_or_404(
        found.resolutions.select_related("application__firm", "deliberation__call"), ordinal=place
    )
    return asked(
        request, TakeBackForm(request.POST or None, button=_("Take the decision back")),
        lambda reason: resolving.take_back(resolution, reason=reason, by=request.user), after=found,
        said=_("The decision is taken back."), heading=_("Take the decision back"),
        hint=f"{resolution.application.number} · {resolution.application.firm.name}", back=found,
    )  # fmt: skip


@page("committee.keep", "GET", "POST")
def close(request, key):
    """What is fixed by it, and what is still lacking."""
    found = of_meeting(request, key)
    return asked(
        request, CloseForm(request.POST or None, initial={"version": found.version}),
        lambda version: resolving.close(found, version=version, by=request.user), after=found,
        said=_("The meeting is closed. The list of the call follows it from now on."), heading=_("Close the meeting"),
        hint=_("Attendance, minutes and decisions are fixed by it. A list that was proposed before has to be proposed and approved again."),
        back=found,
    )  # fmt: skip


@page("committee.keep", "GET", "POST")
def call_off(request, key):
    found = of_meeting(request, key)
    return asked(
        request, ReasonForm(request.POST or None, button=_("Call the meeting off")),
        lambda reason: resolving.call_off(found, reason=reason, by=request.user), after=found,
        said=_("The meeting is called off."), heading=_("Call the meeting off"),
        hint=_("It decides nothing then, and the list no longer waits for it."), back=found,
    )  # fmt: skip


@page("committee.view", "GET")
def minutes_pdf(request, key):
    """The minutes as a document."""
    found = of_meeting(request, key)
    ask_to_typeset(request)
    log_view(request, "committee.pdf", found)
    resolutions = [one for one in deliberated.shown(found) if one.result != Resolution.Result.TAKEN_BACK]
    pdf = minutes.printed(found, list(found.members.all()), resolutions, at=clock.now())
    return document(pdf, name=f"{_('Minutes of the committee')} {found.call.number}-{found.ordinal}.pdf")
