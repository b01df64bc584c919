"""Staff's pages of panels: what each hears, who sits in it, how they were drawn and invited; and the page of whoever is invited."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role, User
from applications.calls.models import Call
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, is_key, page
from applications.lifecycle import PANELIST
from applications.review import actions, drawing, membership, queries, rules, seating
from applications.review.models import ReviewerProfile
from applications.review.panel_forms import AnswerByForm, AnswerForm, ChairForm, DrawForm, PanelForm
from applications.review.panels import Panel, Panelist

SAID = (ReviewerProfile.Gender.FEMALE, ReviewerProfile.Gender.MALE)
RELATED = ("call__programme", "stage", "chair", "secretary", "made_by")


@page("panel.list", "GET")
def panels(request, key):
    """The panels of a call, stage by stage."""
    call = fetch(request, Call, key=key)
    log_view(request, "panel.list", call)
    stages = list(call.stages.all())
    facts = {
        "call": call,
        "panels": membership.panels_of(call),
        "without": [(stage, membership.without_panel(stage).count()) for stage in stages],
        "may_make": request.user.has_perm("panel.prepare"),
    }
    return render(request, "review/panels.html", facts)


@page("panel.prepare", "GET", "POST")
def make(request, key):
    call = fetch(request, Call, key=key)
    return asked(
        request, PanelForm(request.POST or None, call=call),
        lambda **typed: seating.make(call, **typed, by=request.user),
        said=_("The panel is made. Please invite its members."), heading=_("A new panel"), hint=call.title,
        back=("review:panels", call.key),
    )  # fmt: skip


@page("panel.view", "GET")
def panel(request, key):
    """One panel: its members, what it hears, its draws, and how it is made up."""
    found = fetch(request, Panel, key=key, related=RELATED)
    log_view(request, "panel.view", found)
    manages = request.user.has_perm("panel.manage", found)
    may = manages and not drawing.closed(found)
    people = list(membership.at_table(found))
    for one in people:  # who sees the panel sees them all
        one.found_for = request.user.pk
    heard = found.hearings.select_related("application__firm", "application__field")
    return render(
        request,
        "review/panel.html",
        {
            "panel": found,
            "people": [(one, _acts(one, request.user) if may else []) for one in people],
            "balance": _balance(found, people),
            "fields": found.fields.all(),
            "technologies": found.technologies.all(),
            "draws": found.draws.select_related("by"),
            "page": page_by_key(heard, ["id"], request.GET.get("mark", "")),
            "heard": found.hearings.count(),
            "waiting": membership.without_panel(found.stage).count(),
            "may": may,
            "may_reopen": manages and not may,
        },
    )


def _acts(panelist, user):
    """What staff may do with an invitation now."""
    names = {"remind_panelist": "remind", "release_panelist": "release"}
    return [names[move] for move in PANELIST.open_to(panelist, user) if move in names]


def _balance(found, people):
    """How a panel is made up: tables of (value, number, percent, width of its bar), and what stands out."""
    seated = [one for one in people if one.status in membership.ACTIVE and not one.is_late]
    profiles = [one.user.reviewer_profile for one in seated]
    kinds = dict(ReviewerProfile.Kind.choices)
    names = {}  # of an institution as its first member writes it
    for profile in profiles:
        names.setdefault(rules.house(profile), profile.affiliation)
    houses = [(names[of], *row) for of, *row in drawing.shares(map(rules.house, profiles))]
    before = membership.sat_before(found, [one.user_id for one in seated])
    genders = drawing.shares_of_genders(
        [profile.gender for profile in profiles], {one.value: one.label for one in SAID}, unsaid=_("Not said")
    )
    return {
        "members": len(seated),
        "tables": [
            (_("Kind"), drawing.shares((kinds[profile.kind] for profile in profiles), order=kinds.values())),
            (_("Region"), drawing.shares(str(profile.region or _("Not given")) for profile in profiles)),
            *([(_("Gender"), genders)] if genders else []),
            (_("Institution"), houses),
        ],
        "without_genders": not genders,
        "twice": [name for name, number, *_rest in houses if number > 1],
        "again": [(one.user.name, before[one.user_id]) for one in seated if one.user_id in before],
    }


@page("panel.manage", "GET", "POST")
def change(request, key):
    found = fetch(request, Panel, key=key, related=RELATED)
    form = PanelForm(request.POST or None, call=found.call, instance=found)
    return asked(
        request, form, lambda **typed: seating.change(found, **typed, by=request.user), after=found,
        said=_("The panel is saved."), heading=_("What the panel hears"), hint=found.call.title,
    )  # fmt: skip


@page("panel.prepare", "POST")
def gather(request, key):
    """Bring what has come under review since before the panels of the stage."""
    found = fetch(request, Panel, key=key, related=RELATED)
    came = seating.gather(found.stage, by=request.user)
    messages.success(request, _("%(count)d applications have come before their panels.") % {"count": came})
    return redirect(found)


@page("panel.manage", "GET", "POST")
def invite(request, key):
    """Whom to invite by hand: those who know most of the subject first."""
    found = fetch(request, Panel, key=key, related=RELATED)
    log_view(request, "reviewer.list", found)
    form, status = AnswerByForm(request.POST or None, button=_("Invite the chosen reviewers")), 200
    form.helper.form_tag = False
    chosen = [key for key in request.POST.getlist("reviewer") if is_key(key)]
    if request.method == "POST" and form.is_valid():
        people = list(User.objects.filter(role=Role.REVIEWER, key__in=chosen).order_by("pk"))
        if not people:
            form.add_error(None, _("Please choose at least one reviewer."))
        invited = 0
        for reviewer in people:
            try:
                seating.invite(found, reviewer=reviewer, **form.cleaned_data, by=request.user)
                invited += 1
            except Refused as refusal:
                if any(reason.field in form.fields for reason in refusal.reasons):  # the same for all of them
                    refusal.show_on(form)
                    break
                messages.error(request, f"{reviewer.name}: {refusal}")
        if invited:
            messages.success(request, _("%(count)d reviewers are invited.") % {"count": invited})
            return redirect(found)
        status = 409
    technologies, fields = membership.knowledge_of(found)
    invited_before = set(found.panelists.values_list("user", flat=True))
    people = [person for person in queries.reviewers(beside=found.stage) if person.pk not in invited_before]
    profiles = [person.reviewer_profile for person in people]
    conflicts = membership.conflicts_in(found, profiles)
    useless = membership.useless(found, profiles, conflicts)
    rows = [
        {
            "person": person,
            "profile": person.reviewer_profile,
            "conflicts": [*conflicts[person.pk].values()],
            "barred": person.pk in useless,
            "knows": membership.knows(person.reviewer_profile, technologies, fields),
            "full": rules.beyond_cap(person.reviewer_profile, person.sessions),
        }
        for person in people
    ]
    rows.sort(key=lambda row: (bool(row["full"]) or row["barred"], -row["knows"], row["person"].load))
    facts = {"panel": found, "form": form, "rows": rows, "chosen": chosen, "heard": found.hearings.count()}
    return render(request, "review/invite.html", facts, status=status)


@page("panel.manage", "GET", "POST")
def draw(request, key):
    """Draw candidates by chance; and each draw with its seed, drawn again to show that it gives the same."""
    found = fetch(request, Panel, key=key, related=RELATED)
    form, status = DrawForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            seating.draw(found, wanted=form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            return redirect("review:draw", key=found.key)
    draws = list(found.draws.select_related("by"))
    keys = {key for one in draws for keys in one.order.values() for key in keys}
    people = User.objects.filter(key__in=keys).select_related("reviewer_profile")
    known = {str(person.key): person for person in people}
    kinds = dict(ReviewerProfile.Kind.choices)
    invited = {str(one.user.key): one for one in membership.at_table(found)}
    facts = {
        "panel": found,
        "form": form,
        "fill_form": AnswerByForm(button=_("Invite the next ones")),
        "draws": [
            {
                "draw": one,
                "same": drawing.draw(one.pool, one.wanted, seed=one.seed) == one.order,
                "kinds": [
                    (kinds[kind], one.wanted[kind], [(known[key], invited.get(key), drawing.place_of(key, one.seed)) for key in keys])
                    for kind, keys in one.order.items()
                ],
            }
            for one in draws
        ],
        "may": not drawing.closed(found),
    }  # fmt: skip
    return render(request, "review/draw.html", facts, status=status)


@page("panel.fill", "POST")
def fill(request, key):
    found = fetch(request, Panel, key=key)
    form = AnswerByForm(request.POST, button="")
    if not form.is_valid():
        messages.error(request, _("Please say until when they are to answer."))
        return redirect("review:draw", key=found.key)
    invited, short = seating.fill(found, **form.cleaned_data, by=request.user)
    messages.success(request, _("%(count)d reviewers are invited.") % {"count": len(invited)})
    if short:
        said = _(
            "%(count)d places stay empty: nobody is left in the drawn order. Please draw again or invite by hand."
        )
        messages.warning(request, said % {"count": sum(short.values())})
    return redirect(found)


@page("panel.seat", "GET", "POST")
def seat_act(request, key, name):
    """Remind somebody of an invitation, or ask them no longer."""
    panelist = fetch(request, Panelist, key=key, related=("panel", "user"))
    acts = {
        "remind": (seating.remind, _("Remind of the invitation")),
        "release": (seating.release, _("Ask no longer")),
    }
    if name not in acts:
        raise Http404
    act, heading = acts[name]
    form = (
        AnswerByForm(request.POST or None, button=heading)
        if name == "remind"
        else ReasonForm(request.POST or None, button=heading)
    )
    return asked(
        request, form, lambda **typed: act(panelist, **typed, by=request.user), after=panelist.panel,
        heading=heading, hint=f"{panelist.panel} · {panelist.user.name}",
    )  # fmt: skip


@page("panel.manage", "GET", "POST")
def chair(request, key):
    found = fetch(request, Panel, key=key)
    members = User.objects.filter(panel_seats__in=found.panelists.at_table()).order_by("name", "pk")
    return asked(
        request, ChairForm(request.POST or None, members=members),
        lambda **typed: seating.appoint(found, **typed, by=request.user), after=found,
        said=_("The chair is named."), heading=_("Who chairs the panel"), hint=found.name,
    )  # fmt: skip


@page("panel.answer", "GET", "POST")
def invitation(request, key):
    """What somebody is invited to, and their answer."""
    panelist = fetch(request, Panelist, key=key, related=("panel__call", "panel__stage"))
    pledged = request.user.pledges.hold_for(panelist.panel.call)
    form, status = AnswerForm(request.POST or None, pledged=pledged), 200
    if request.method == "POST" and form.is_valid():
        try:
            _answer(panelist, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("Thank you. Your answer has arrived."))
            return redirect(panelist)
    facts = {
        "panelist": panelist,
        "panel": panelist.panel,
        "form": form,
        "heard": panelist.panel.hearings.count(),
        "may_answer": panelist.status == Panelist.Status.INVITED and not panelist.is_late,
        "fields": panelist.panel.fields.all(),
        "technologies": panelist.panel.technologies.all(),
    }
    return render(request, "review/invitation.html", facts, status=status)


def _answer(panelist, *, answer, reason, suggestion, by, pledge=False):
    if answer == "decline":
        seating.decline(panelist, reason=reason, suggestion=suggestion, by=by)
        return
    if pledge:
        actions.pledge(panelist.panel.call, by=by)
    seating.accept(panelist, by=by)
