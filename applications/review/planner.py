"""Pages of proposals who reviews what: asking for one, what it says, and having it assigned."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.review import planning
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
    found = call.plans.select_related("stage", "asked_by")
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
    rows = found.reviews_planned.select_related("application__firm", "reviewer__reviewer_profile")
    facts["page"] = page_by_key(rows, ["application_id", "id"], request.GET.get("mark", ""))
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
