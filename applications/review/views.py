"""Pages of the reviewer: own work, declaration, the sheet, and reading it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.intake.queries import facts
from applications.kernel import files
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import SHEET
from applications.review import actions, queries, rules
from applications.review.forms import DeclareForm, SheetForm
from applications.review.models import Assignment

RELATED = ("application__call__programme", "application__firm", "application__field", "stage")

DONE_SHOWN = 50


@page("review.own", "GET")
def own(request):
    narrow = {"declaration": queries.to_be_declared, "sheet": queries.to_be_handed_in}.get(
        request.GET.get("waiting")
    )
    found = (narrow or queries.own)(request.user)
    rows = page_by_key(found, ["-status", "id"], request.GET.get("mark", ""))
    done = [] if narrow else queries.done(request.user)[:DONE_SHOWN]
    return render(request, "review/own.html", {"page": rows, "narrowed": bool(narrow), "done": done})


@page("review.declare", "GET", "POST")
def declare(request, key):
    """The pledge and the declaration, before anything but name and title is shown."""
    assignment = fetch(request, Assignment, key=key, related=RELATED)
    pledged = request.user.pledges.filter(call=assignment.application.call_id).exists()
    form = DeclareForm(request.POST or None, pledged=pledged, call=assignment.application.call)
    status = 200
    if request.method == "POST" and form.is_valid():
        if not pledged:
            actions.pledge(assignment.application.call, by=request.user)
        try:
            actions.declare(assignment, **form.declaration, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            if assignment.has_conflict:
                messages.success(request, _("Thank you. You will not see this application any more."))
                return redirect("review:own")
            return redirect(assignment)
    return render(request, "review/declare.html", {"assignment": assignment, "form": form}, status=status)


@page("review.own", "GET", "POST")
def sheet(request, key):
    """The application on the left, the sheet on the right."""
    assignment = fetch(request, queries.to_read(), key=key)
    if not request.user.has_perm("review.read", assignment):
        return redirect("review:declare", key=assignment.key)
    application = assignment.application
    criteria = queries.criteria_of(assignment.stage)
    saved = {}
    if request.method != "POST":
        saved = dict(assignment.scores.values_list("criterion", "value"))
    form = SheetForm(
        request.POST or None,
        criteria=criteria,
        call=application.call,
        initial={f"score_{pk}": value for pk, value in saved.items()}
        | {name: getattr(assignment, name) for name in actions.COMMENTS},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.save(assignment, values=form.values, comments=form.comments, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("Your sheet is saved. It is not handed in yet."))
            if "check" in request.POST:
                return redirect("review:read_back", key=assignment.key)
            return redirect(assignment)
    if form.is_bound:
        saved = form.values
    log_view(request, "application.review", application)
    return render(
        request,
        "review/sheet.html",
        {
            "assignment": assignment,
            "application": application,
            "form": form,
            "moves": []
            if rules.not_in_review(application, assignment.stage_id)
            else SHEET.open_to(assignment, request.user),
            "scores": [(criterion, saved.get(criterion.pk)) for criterion in criteria],
            "running": rules.sheet_total(
                ((c.points, saved[c.pk]) for c in criteria if c.pk in saved), scale=application.call.scale
            ),
            "left": len(criteria) - len(saved),
            **facts(application),
        },
        status=status,
    )


@page("review.read", "GET")
def download(request, key, file):
    assignment = fetch(request, Assignment, key=key, related=("application",))
    document = get_object_or_404(assignment.application.documents.select_related("file"), file__key=file)
    log_view(request, "paper.download", assignment.application)
    return files.download(document.file)


@page("review.score", "GET")
def read_back(request, key):
    """The sheet read back, before it is handed in for good."""
    assignment = fetch(request, Assignment, key=key, related=RELATED)
    criteria = queries.criteria_of(assignment.stage)
    saved = dict(assignment.scores.values_list("criterion", "value"))
    call = assignment.application.call
    comments = {name: getattr(assignment, name) for name in actions.COMMENTS}
    return render(
        request,
        "review/read_back.html",
        {
            "assignment": assignment,
            "application": assignment.application,
            "scores": [(criterion, saved.get(criterion.pk)) for criterion in criteria],
            "running": rules.sheet_total(
                ((c.points, saved[c.pk]) for c in criteria if c.pk in saved), scale=call.scale
            ),
            "gaps": rules.unfinished(saved, criteria, comments, least=call.comment_length),
            "moves": SHEET.open_to(assignment, request.user),
        },
    )


@page("review.score", "POST")
def hand_in(request, key):
    assignment = fetch(request, Assignment, key=key)
    try:
        actions.hand_in(assignment, by=request.user)
    except Refused:
        assignment.refresh_from_db()
        if assignment.status != Assignment.SheetStatus.HANDED_IN:  # pressed twice is handed in once
            raise
    messages.success(request, _("Your sheet is handed in."))
    return redirect("review:own")
