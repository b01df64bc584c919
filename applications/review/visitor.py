"""Pages of the visitor of a site: what is found, photos, reading back and handing in."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.calls.disclosure import not_given_out
from applications.intake.queries import facts
from applications.kernel import clock, files
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.web import fetch, page
from applications.lifecycle import SHEET
from applications.review import fitness, queries, rules, visited, visiting
from applications.review.models import Assignment
from applications.review.sheet_forms import in_full_sight
from applications.review.visit_forms import PhotoForm, VisitForm, differing, initial_of

RELATED = ("application__call__programme", "application__firm", "application__field", "stage")


def _site(assignment):
    """Only what is asked of a site visit has these pages."""
    if not assignment.stage.is_visit:
        raise Http404
    return assignment


def _moves(assignment, user):
    """What the visitor may do now; nothing once the stage is closed."""
    closed = rules.not_in_review(assignment.application, assignment.stage_id)
    return [] if closed else SHEET.open_to(assignment, user)


@page("review.own", "GET", "POST")
def visit(request, key):
    """The application on the left, the checklist on the right."""
    assignment = _site(fetch(request, queries.to_read(), key=key))
    if not request.user.has_perm("review.read", assignment):
        return redirect("review:declare", key=assignment.key)
    points = visited.points_of(assignment.stage)
    saved = initial_of(assignment, visited.findings_of(assignment))
    form, status, differences = VisitForm(request.POST or None, points=points, initial=saved), 200, []
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("fit", "overall", "version")}
        try:
            visiting.save(assignment, findings=form.findings, **typed, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status, differences = 409, compared(assignment, form, points)
        else:
            messages.success(request, _("Your findings are saved. They are not handed in yet."))
            if "check" in request.POST:
                return redirect("review:visit_check", key=assignment.key)
            return redirect(assignment)
    application = assignment.application
    log_view(request, "application.review", application)
    return render(
        request,
        "review/visit.html",
        {
            "assignment": assignment,
            "form": form,
            "differences": differences,
            "visit": visited.visit_of(application, assignment.stage),
            "rows": visited.rows_of(assignment),
            "photos": list(assignment.photos.select_related("file")),
            "moves": _moves(assignment, request.user),
            **facts(application),
            "reads_only": not_given_out(application.call, request.user.role),
        },
        status=status,
    )


def compared(assignment, form, points):
    """[(label, what is saved, what was typed)] where the findings were saved elsewhere meanwhile."""
    if not in_full_sight(form, assignment):
        return []
    saved = visited.findings_of(assignment), assignment.fit, assignment.overall
    return differing(points, saved, (form.findings, form.cleaned_data["fit"], form.cleaned_data["overall"]))


@page("review.score", "GET", "POST")
def visit_check(request, key):
    """The findings read back, and handed in for good."""
    assignment = _site(fetch(request, Assignment, key=key, related=RELATED))
    if request.method == "POST":
        return _hand_in(request, assignment)
    application = assignment.application
    appointed = visited.visit_of(application, assignment.stage)
    gaps = fitness.not_yet(appointed, now=clock.now()) + fitness.unfinished(
        visited.points_of(assignment.stage), visited.findings_of(assignment), fit=assignment.fit,
        overall=assignment.overall, least=application.call.comment_length,
    )  # fmt: skip
    return render(
        request,
        "review/visit_check.html",
        {
            "assignment": assignment,
            "application": application,
            "visit": appointed,
            "rows": visited.rows_of(assignment),
            "photos": list(assignment.photos.select_related("file")),
            "gaps": gaps,
            "moves": _moves(assignment, request.user),
        },
    )


def _hand_in(request, assignment):
    try:
        visiting.hand_in(assignment, by=request.user)
    except Refused:
        assignment.refresh_from_db()
        if assignment.status != Assignment.SheetStatus.HANDED_IN:  # pressed twice is handed in once
            raise
    messages.success(request, _("Your findings are handed in."))
    return redirect("review:own")


@page("review.read", "GET", "POST")
def photos(request, key):
    """The photos of a visit, and a form for one more."""
    assignment = _site(fetch(request, Assignment, key=key, related=RELATED))
    form, status = PhotoForm(*((request.POST, request.FILES) if request.method == "POST" else ())), 200
    if request.method == "POST" and form.is_valid():
        try:
            photo = visiting.add_photo(
                assignment,
                upload=form.cleaned_data["file"],
                caption=form.cleaned_data["caption"],
                by=request.user,
            )
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("%(name)s is uploaded.") % {"name": photo.file.name})
            return redirect("review:photos", key=assignment.key)
    return render(
        request,
        "review/photos.html",
        {
            "assignment": assignment,
            "application": assignment.application,
            "form": form,
            "photos": list(assignment.photos.select_related("file")),
            "moves": _moves(assignment, request.user),
        },
        status=status,
    )


def _photo(assignment, key):
    return get_object_or_404(assignment.photos.select_related("file", "assignment"), key=key)


@page("review.read", "GET")
def photo(request, key, photo):
    """A visitor's own photo."""
    assignment = _site(fetch(request, Assignment, key=key, related=RELATED))
    return files.download(_photo(assignment, photo).file, own=True)


@page("review.score", "POST")
def remove_photo(request, key, photo):
    assignment = _site(fetch(request, Assignment, key=key, related=RELATED))
    visiting.remove_photo(_photo(assignment, photo), by=request.user)
    messages.success(request, _("The photo is removed."))
    return redirect("review:photos", key=assignment.key)
