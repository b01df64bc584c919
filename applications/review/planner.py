"""Pages of proposals who reviews what: asking for one, what it says, and having it assigned."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.review import editing, planning
from applications.review.forms import PlanForm
from applications.review.plans import Plan


@page("plan.ask", "GET", "POST")
def plans(request, key):
    """The proposals for a call, the latest on top, and a form that asks for another."""
    call = fetch(request, Call, key=key)
    form, status = PlanForm(request.POST or None, stages=call.stages.all()), 200
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(planning.ask(call, by=request.user, **form.cleaned_data))
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
    found = call.plans.select_related("stage", "asked_by").defer("summary")
    return render(
        request,
        "review/plans.html",
        {
            "call": call,
            "form": form,
            "page": page_by_key(found, ["-id"], request.GET.get("mark", ""), size=20),
        },
        status=status,
    )


@page("plan.view", "GET")
def plan(request, key):
    """What a proposal says, application by application; part=now: how far it is alone."""
    found = fetch(request, Plan, key=key, related=("call", "stage", "asked_by", "used_by"))
    facts = {"plan": found}
    if request.GET.get("part") == "now":
        return render(request, "review/_plan_state.html", facts)
    log_view(request, "plan.view", found)
    rows = found.reviews_planned.select_related("application__firm", "reviewer__reviewer_profile")
    rows = rows.prefetch_related(
        "application__technologies",
        "reviewer__reviewer_profile__technologies",
        "reviewer__reviewer_profile__fields",
    )
    facts["page"] = page_by_key(rows, ["application_id", "id"], request.GET.get("mark", ""))
    planning.explain(found, facts["page"].rows)
    facts["per_kind"] = planning.per_kind_in_words(found)
    facts["short"] = planning.short_of_reviewers(found.summary)
    facts["missing_kinds"] = planning.missing_kinds(found.summary)
    facts["unknown"] = found.summary.get("unknown", ())
    facts["unknown_named"] = facts["unknown"][: planning.NAMED]
    facts["gap"] = planning.gap(found.summary) if found.summary else None
    facts["seconds"] = planning.SECONDS
    facts["refused"] = found.reviews_planned.exclude(refusal="").count() if found.state == "done" else 0
    facts["may_use"] = found.state == "ready" and request.user.has_perm("plan.use", found)
    facts["new"] = found.reviews_planned.filter(stands=False).count() if facts["may_use"] else 0
    return render(request, "review/plan.html", facts)


@page("plan.use", "POST")
def use(request, key):
    found = fetch(request, Plan, key=key)
    planning.use(found, by=request.user)
    messages.success(
        request, _("The reviews are being assigned. You can leave this page and come back to it.")
    )
    return redirect(found)


@page("plan.use", "GET", "POST")
def change(request, key, application):
    """Other reviewers for one application of a proposal; the effect on the whole is shown before it is saved."""
    found = fetch(request, Plan, key=key, related=("call", "stage"))
    plans_for = planning.to_plan(found.call, found.stage).select_related("firm", "call")
    asked = get_object_or_404(plans_for, key=application)
    log_view(request, "plan.view", found)
    rows = editing.candidates(found, asked)
    before = {row.person.pk for row in rows if row.planned}
    keys = {str(row.person.key): row.person.pk for row in rows}
    chosen, told, status = before, [], 200
    if request.method == "POST":
        chosen = {keys[key] for key in request.POST.getlist("reviewer") if key in keys}
        told = editing.faults(rows, chosen)
        seen = [keys[key] for key in request.POST.get("seen", "").split() if key in keys]
        if "save" in request.POST:
            try:
                editing.change(found, asked, reviewers=chosen, seen=seen, by=request.user)
            except Refused as refusal:
                told, status = refusal.reasons, 409
            else:
                messages.success(request, _("The proposal is changed. Nobody is assigned yet."))
                return redirect(found)
    whole, pool = editing.rows_of(found), editing.pool_of(found, rows)
    picked = [row for row in rows if row.person.pk in chosen]
    return render(
        request,
        "review/plan_change.html",
        {
            "plan": found,
            "application": asked,
            "rows": [(row, row.person.pk in chosen) for row in rows],
            "seen": " ".join(str(row.person.key) for row in rows if row.planned),
            "told": told,
            "now": editing.effect_of(found, whole, pool),
            "then": editing.effect_of(found, editing.changed(whole, asked, picked), pool)
            if chosen != before
            else None,
        },
        status=status,
    )
