"""Pages of the reviewer: own work, declaration, papers, own sheets compared, reading a sheet back. Writing it: writing.py."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.calls.disclosure import not_given_out
from applications.calls.models import Call
from applications.kernel import clock, files, formpages
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, framed, page
from applications.lifecycle import SHEET
from applications.review import actions, printed, queries, rules, visited
from applications.review.forms import DeclareForm, PledgeForm
from applications.review.models import Assignment

RELATED = ("application__call__programme", "application__firm", "application__field", "stage")

DONE_SHOWN = 50
ROWS = 25  # a reviewer reads a dozen plans


@page("review.own", "GET")
def own(request):
    narrow = {
        "declaration": queries.to_be_declared,
        "sheet": queries.to_be_handed_in,
        "reason": queries.to_be_explained,
    }.get(request.GET.get("waiting"))
    found = (narrow or queries.own)(request.user)
    rows = page_by_key(found, ["-status", "id"], request.GET.get("mark", ""), size=ROWS)
    for assignment in rows.rows:
        assignment.visit_at = None
    for assignment, at in visited.dates_of(rows.rows):
        assignment.visit_at = at
    facts = {"page": rows, "narrowed": bool(narrow), "now": clock.now()}
    if not narrow:
        facts |= {"work": queries.work_of(request.user), "done": queries.done(request.user)[:DONE_SHOWN]}
    return render(request, "review/own.html", facts)


@page("review.pledge", "GET", "POST")
def pledge(request, key):
    """The pledge for a call by itself, where no declaration asks for it."""
    call = fetch(request, Call, key=key)
    return formpages.asked(
        request, PledgeForm(request.POST or None), lambda **_typed: actions.pledge(call, by=request.user),
        after="review:own", heading=_("Pledge"), hint=call.title,
    )  # fmt: skip


@page("review.declare", "GET", "POST")
def declare(request, key):
    """The pledge and the declaration, before anything but name and title is shown."""
    assignment = fetch(request, Assignment, key=key, related=RELATED)
    log_view(request, "application.declare", assignment.application)
    pledged = request.user.pledges.hold_for(assignment.application.call_id)
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
    facts = {"assignment": assignment, "form": form, "people": queries.people_in(assignment.application)}
    return render(request, "review/declare.html", facts, status=status)


@page("review.read", "GET")
def download(request, key, file):
    assignment = fetch(request, Assignment, key=key, related=("application__call",))
    document = get_object_or_404(assignment.application.documents.select_related("file"), file__key=file)
    if reasons := not_given_out(assignment.application.call, request.user.role):
        raise Refused(*reasons, about=assignment)
    log_view(request, "paper.download", assignment.application)
    return files.download(document.file)


@page("review.read", "GET")
def paper(request, key, file):
    """One paper within the page of the sheet: a PDF or a picture as it is, of any other file the text that was read from it.

    Our own pages alone may frame it, and a file that is withheld is refused as ever.
    """
    assignment = fetch(request, Assignment, key=key, related=("application",))
    found = assignment.application.documents.select_related("file__text", "paper").defer(
        "file__text__search_text"
    )
    document = get_object_or_404(found, file__key=file)
    log_view(request, "paper.download", assignment.application)
    if document.file.is_drawn:
        response = files.download(document.file, drawn=True)
    else:
        files.given_out(document.file)
        text = getattr(document.file, "text", None)
        response = render(
            request, "review/paper.html", {"document": document, "parts": text.parts if text else []}
        )
        response["Cache-Control"] = "private, no-store"
    return framed(response)


@page("review.read", "GET")
def compare(request, key):
    """A reviewer's own sheets of the same stage side by side: is the measure the same everywhere?"""
    assignment = fetch(request, Assignment, key=key, related=("application__call", "stage", "reviewer"))
    criteria = queries.remembered_criteria(assignment.stage_id, assignment.application.call)
    rows = []
    for one in queries.own_sheets(assignment):
        values = one.points
        total = rules.sheet_total(
            ((c.points, values[c.pk]) for c in criteria if c.pk in values),
            scale=assignment.application.call.scale,
        )
        rows.append((one, [(c, values.get(c.pk)) for c in criteria], total if values else None))
    facts = {"assignment": assignment, "criteria": criteria, "rows": rows}
    return render(request, "review/compare.html", facts)


@page("review.print", "GET")
def sheet_pdf(request, key):
    """The sheet as it was handed in, for its author and staff."""
    assignment = fetch(request, Assignment, key=key, related=(*RELATED, "reviewer"))
    event = queries.handed_in_as(assignment)
    if event is None:
        raise Http404
    ask_to_typeset(request)
    log_view(request, "sheet.pdf", assignment.application)
    return document(printed.sheet(event), name=f"{_('Score sheet')} {assignment.application.number}.pdf")


@page("review.score", "GET")
def read_back(request, key):
    """The sheet read back, before it is handed in for good."""
    assignment = fetch(request, Assignment, key=key, related=RELATED)
    criteria = queries.remembered_criteria(assignment.stage_id, assignment.application.call)
    saved = dict(assignment.scores.values_list("criterion", "value"))
    call = assignment.application.call
    comments = {name: getattr(assignment, name) for name in actions.COMMENTS}
    return render(
        request,
        "review/read_back.html",
        {
            "assignment": assignment,
            "application": assignment.application,
            "scores": [(c, saved.get(c.pk), assignment.notes.get(str(c.pk))) for c in criteria],
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
