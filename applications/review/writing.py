"""The page on which a sheet is written, saved while it is written."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from applications.calls.disclosure import not_given_out
from applications.intake.queries import facts
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.web import fetch, page
from applications.lifecycle import SHEET
from applications.review import actions, queries, rules
from applications.review.models import Assignment
from applications.review.sheet_forms import SheetForm, in_full_sight


@page("review.own", "GET", "POST")
def sheet(request, key):
    """The application on the left, the sheet on the right."""
    assignment = queries.staged(fetch(request, queries.to_read(), key=key))
    if not request.user.has_perm("review.read", assignment):
        return redirect("review:declare", key=assignment.key)
    if assignment.stage.is_visit:
        return redirect(assignment)
    criteria = queries.remembered_criteria(assignment.stage_id, assignment.application.call)
    stood = {}
    if request.method != "POST":
        stood = dict(assignment.scores.values_list("criterion", "value"))
    form = form_of(request.POST or None, assignment, criteria, stood)
    status, differences = 200, []
    if request.method == "POST" and form.is_valid():
        try:
            actions.save(
                assignment, values=form.values, comments=form.comments, notes=form.notes,
                version=form.cleaned_data["version"], by=request.user,
            )  # fmt: skip
        except Refused as refusal:
            refusal.show_on(form)
            status, differences = 409, compared(assignment, form)
        else:
            messages.success(request, _("Your sheet is saved. It is not handed in yet."))
            return redirect(*after(request, assignment))
    if form.is_bound:
        stood = form.values
    log_view(request, "application.review", assignment.application)
    return render(
        request,
        "review/sheet.html",
        {
            "assignment": assignment,
            "application": assignment.application,
            "form": form,
            "differences": differences,
            "moves": []
            if rules.not_in_review(assignment.application, assignment.stage_id)
            else SHEET.open_to(assignment, request.user),
            "scores": [
                (criterion, stood.get(criterion.pk), assignment.notes.get(str(criterion.pk)))
                for criterion in criteria
            ],
            **queries.tally(assignment, request.user),
            **sums(assignment, criteria, stood),
            **facts(assignment.application),
            "reads_only": not_given_out(assignment.application.call, request.user.role),
        },
        status=status,
    )


def form_of(data, assignment, criteria, stood):
    return SheetForm(
        data,
        criteria=criteria,
        call=assignment.application.call,
        initial={f"score_{pk}": value for pk, value in stood.items()}
        | {f"note_{pk}": text for pk, text in assignment.notes.items()}
        | {name: getattr(assignment, name) for name in actions.COMMENTS}
        | {"version": assignment.version},
    )


def sums(assignment, criteria, values):
    """The total so far, and how many criteria have no score yet."""
    pairs = ((c.points, values[c.pk]) for c in criteria if c.pk in values)
    return {
        "running": rules.sheet_total(pairs, scale=assignment.application.call.scale),
        "left": len(criteria) - len(values),
    }


def following(assignment, user):
    """Where the open sheet is that comes after this one; one's own work where no other is open."""
    other = rules.following(queries.beside(assignment, user), assignment.pk)
    return ("review:sheet", other.key) if other else ("review:own",)


@page("review.read", "GET")
def skip(request, key):
    """On to the next open sheet."""
    return redirect(*following(fetch(request, Assignment, key=key), request.user))


def after(request, assignment):
    """Where a pressed button leads."""
    if "check" in request.POST:
        return ("review:read_back", assignment.key)
    if "next" in request.POST:
        return following(assignment, request.user)
    return ("review:sheet", assignment.key)


def compared(assignment, form):
    """[(label, what is saved, what was typed)] where a sheet was saved elsewhere meanwhile."""
    if not in_full_sight(form, assignment):
        return []
    stood = dict(assignment.scores.values_list("criterion", "value"))
    saved = form_of(None, assignment, form.criteria, stood).initial
    typed = {f"score_{pk}": value for pk, value in form.values.items()} | form.comments
    typed |= {f"note_{pk}": text for pk, text in form.notes.items()}
    rows = [
        (field.label, saved.get(name), typed.get(name))
        for name, field in form.fields.items()
        if name != "version"
    ]
    return [row for row in rows if (row[1] or "") != (row[2] or "")]


@page("review.score", "POST")
def autosave(request, key):
    """Save what is typed well while it is written; answers JSON.

    200: {"version", "at" (KST), "errors": {name of a field: [sentences]}, "said": {}, "live": {place: markup}}; in the
    place of what has an error, what stands saved is kept.
    409: {"error", "stale"}: closed, or saved elsewhere meanwhile; nothing is changed.
    """
    assignment = queries.staged(fetch(request, queries.to_read(), key=key))
    criteria = queries.remembered_criteria(assignment.stage_id, assignment.application.call)
    form, stood = form_of(request.POST, assignment, criteria, {}), {}
    if not form.is_valid():
        stood = dict(assignment.scores.values_list("criterion", "value"))
    version = form.cleaned_data.get("version")
    if version is None:
        return JsonResponse({"error": _("Please load this page again."), "stale": False}, status=409)
    good = form.good_of(assignment, stood)
    try:
        version = actions.save(assignment, **good, version=version, by=request.user)
    except Refused as refusal:
        stale = assignment.is_open and version != assignment.version
        return JsonResponse({"error": str(refusal), "stale": stale}, status=409)
    total = render_to_string("review/_total.html", sums(assignment, criteria, good["values"]), request)
    at = clock.now().astimezone(clock.KST).strftime("%H:%M:%S")
    told = {"version": version, "at": at, "errors": form.errors, "said": {}, "live": {"total": total}}
    return JsonResponse(told)
