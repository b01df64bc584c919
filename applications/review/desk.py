"""Pages of the review desk: who reviews what, how far it is, closing."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role, User
from applications.calls.models import Call
from applications.intake.models import Application, Status
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION, SHEET
from applications.review import actions, queries, rules
from applications.review.forms import AdjustmentForm, ReasonForm
from applications.review.models import Assignment


@page("application.list", "GET")
def listing(request):
    found = queries.desk()
    calls = Call.objects.published().order_by("-closes_at", "-id")[:20]
    call = next((call for call in calls if str(call.key) == request.GET.get("call")), None)
    if call:
        found = found.filter(call=call)
    narrowed = request.GET.get("waiting") == "review"
    if narrowed:
        found = found.filter(status=Status.IN_REVIEW)
    rows = page_by_key(found, ["-submitted_at", "-id"], request.GET.get("mark", ""))
    return render(
        request,
        "review/listing.html",
        {
            "narrowed": narrowed,
            "page": rows,
            "calls": calls,
            "call": call,
            "may_close": request.user.has_perm("decision.propose"),
        },
    )


@page("application.case", "GET")
def case(request, key):
    """The review of one application: assignments, sheets, score, and whom to ask."""
    application = fetch(request, Application, key=key, related=("call", "firm", "field"))
    assignments = application.assignments.select_related("reviewer__reviewer_profile", "stage").order_by("pk")
    moves = APPLICATION.open_to(application, request.user)
    candidates = []
    if "assign" in moves:
        asked = {assignment.reviewer_id for assignment in assignments}
        found = [reviewer for reviewer in queries.reviewers() if reviewer.pk not in asked]
        barred = queries.what_bars(application, found)
        wanted = set(application.technologies.values_list("pk", flat=True))
        candidates = sorted(
            (
                {
                    "person": reviewer,
                    "barred": [f"{code} {rules.CONFLICTS[code]}" for code in barred[reviewer.pk]],
                    "fit": len(wanted & {t.pk for t in reviewer.reviewer_profile.technologies.all()}),
                }
                for reviewer in found
            ),
            key=lambda row: (bool(row["barred"]), -row["fit"], row["person"].load),
        )
    return render(
        request,
        "review/case.html",
        {
            "application": application,
            "assignments": [(a, SHEET.open_to(a, request.user)) for a in assignments],
            "candidates": candidates,
            "moves": moves,
            "adjustments": application.adjustments.order_by("pk"),
            "short": rules.short_of_quorum(queries.progress(application), quorum=application.call.quorum),
        },
    )


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


def is_key(text):
    """The text of a UUID, as our own pages send it."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


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
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            action(assignment, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("It is done and recorded."))
            return redirect("review:case", key=assignment.application.key)
    hint = f"{assignment.application.number} · {assignment.reviewer.name}"
    return render(
        request, "parts/form_page.html", {"form": form, "heading": heading, "hint": hint}, status=status
    )


@page("application.screen", "GET", "POST")
def adjust(request, key):
    application = fetch(request, Application, key=key, related=("firm",))
    form = AdjustmentForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.adjust(application, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The points are written down."))
            return redirect("review:case", key=application.key)
    hint = f"{application.number} · {application.firm.name}"
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Bonus or penalty points"), "hint": hint},
        status=status,
    )


@page("application.rank", "POST")
def close(request, key):
    application = fetch(request, Application, key=key)
    actions.close_review(application, by=request.user)
    messages.success(request, _("The review of %(number)s is closed.") % {"number": application.number})
    return redirect("review:case", key=application.key)


@page("application.rank", "GET", "POST")
def reopen(request, key):
    application = fetch(request, Application, key=key, related=("firm",))
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen_review(application, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The review is open again."))
            return redirect("review:case", key=application.key)
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Open the review again"), "hint": application.number},
        status=status,
    )


@page("decision.propose", "POST")
def close_all(request):
    """Close all reviews of a call that have their sheets."""
    wanted = request.POST.get("call", "")
    call = get_object_or_404(Call.objects.published(), key=wanted if is_key(wanted) else None)
    closed, still_open = actions.close_all(call, by=request.user)
    messages.success(request, _("%(count)d reviews are closed.") % {"count": closed})
    for reason in still_open[:20]:
        messages.warning(request, reason)
    return redirect("review:desk")
