"""Pages of a panel's meeting: all sheets side by side, one application with its opinion, closing; and a reviewer's reason for a total."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Denied, Refused
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import PANEL
from applications.review import (
    actions,
    charts,
    deliberating,
    deliberation,
    exempting,
    meeting,
    membership,
    printed,
    queries,
    rules,
)
from applications.review.meeting_rows import Rows
from applications.review.models import Assignment
from applications.review.panel_forms import ExplanationForm, OpinionForm
from applications.review.panels import Hearing, Panel

AT_ONCE = 250
RELATED = ("call", "stage", "chair", "secretary", "made_by")


@page("panel.meet", "GET")
def show(request, key):
    """All that the panel hears with all its sheets, once this person may see them; how far it is before."""
    panel = fetch(request, Panel, key=key, related=RELATED)
    log_view(request, "panel.view", panel)
    moves = PANEL.open_to(panel, request.user)
    facts = {"panel": panel, "moves": moves, "is_staff": request.user.role != "reviewer"}
    if not request.user.has_perm("panel.sheets", panel):
        facts["own"] = request.user.assignments.open_in(panel).count()
        facts["lacks_pledge"] = not facts["is_staff"] and not request.user.pledges.hold_for(panel.call_id)
        knows = facts["is_staff"] or ("open_deliberation" in moves and not facts["own"])
        facts["progress"] = membership.progress_of(panel) if knows else None
        return render(request, "review/meeting_waits.html", facts)
    seen = meeting.rows(panel, request.user)
    found = page_by_key(seen, ["id"], request.GET.get("mark", ""), size=AT_ONCE)
    heard = panel.hearings.in_play().aggregate(all=Count("pk"), concluded=Count("pk", filter=~Q(opinion="")))
    lines = meeting.lines_with_sheets(panel, found.rows, whole=len(found.rows) == heard["all"])
    if not request.user.has_perm("panel.exclusions", panel):
        for line in lines:
            line.excluded = []
    names = meeting.names_of(lines)
    means = deliberating.by_reviewer(lines)
    rows = Rows(names, meeting.twins_in(lines, seen))
    facts |= {
        "page": found,
        "heard": heard,
        "names": names.values(),
        "rows": [rows.row(place, line) for place, line in enumerate(lines, 1)],
        "means": [(name, means.get(who)) for who, name in names.items()],
        "plot": charts.dots(lines),
        "finding": charts.finding(lines),
        "apart": sum(line.waits_for_reason for line in lines),
    }
    return render(request, "review/meeting.html", facts)


@page("panel.preside", "POST")
def open_deliberation(request, key):
    panel = fetch(request, Panel, key=key)
    deliberation.open_deliberation(panel, by=request.user)
    messages.success(
        request, _("The deliberation is open. Members who have handed in their own sheets see the others.")
    )
    return redirect("review:meeting", key=panel.key)


@page("panel.conclude", "POST")
def ask_reasons(request, key):
    panel = fetch(request, Panel, key=key)
    count = deliberation.ask_reasons(panel, by=request.user)
    messages.success(request, _("%(count)d reviewers are asked for a reason.") % {"count": count})
    return redirect("review:meeting", key=panel.key)


OF_HEARING = ("panel__call", "panel__stage", "application__firm", "application__call")


def fetch_hearing(request, key):
    """One application before its panel, else 404: also where our data keeps the person from it."""
    found = fetch(request, Hearing, key=key, related=OF_HEARING)
    if meeting.is_withheld(found, request.user):
        raise Denied(request.permission)
    return found


@page("hearing.view", "GET")
def hearing(request, key):
    """One application before the panel: its sheets side by side, the reasons, and the opinion."""
    found = fetch_hearing(request, key)
    may = request.user.has_perm("hearing.conclude", found) and found.panel.status == "deliberating"
    form = OpinionForm(initial={"opinion": found.opinion, "version": found.version}) if may else None
    log_view(request, "hearing.view", found.application)
    return _hearing(request, found, form)


@page("hearing.conclude", "POST")
def conclude(request, key):
    """Save the opinion; what was typed stays where it cannot be."""
    found = fetch_hearing(request, key)
    form, status = OpinionForm(request.POST), 200
    if form.is_valid():
        try:
            deliberation.conclude(found, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The opinion is saved."))
            following = meeting.next_without_opinion(found, meeting.rows(found.panel, request.user))
            return redirect(following if "next" in request.POST and following else found)
    return _hearing(request, found, form, status=status)


def _hearing(request, found, form, status=200):
    [line] = meeting.lines_of(found.panel, only=found)
    sheets = list(meeting.sheets_of(found).prefetch_related("scores"))
    handed_in = [sheet for sheet in sheets if sheet.status == "handed_in"]
    looked_at = {sheet.pk: sheet for sheet in line.sheets}
    seen = meeting.rows(found.panel, request.user) if form or line.alike else None
    twins = meeting.twins_in([line], seen)
    facts = {
        "hearing": found,
        "panel": found.panel,
        "application": found.application,
        "line": line,
        "sheets": [
            (
                sheet,
                form and sheet.status == "handed_in" and sheet.reviewer_id != request.user.pk,
                looked_at[sheet.pk].lacks_comments,
                [twins[pk] for pk in sorted(line.alike.get(sheet.pk, ()))],
            )
            for sheet in sheets
        ],
        "handed_in": handed_in,
        "points": _points(found, handed_in),
        "excluded": _excluded(found) if request.user.has_perm("panel.exclusions", found) else [],
        "explanations": found.explanations.select_related("by"),
        "form": form,
        "may_explain": line.waits_for_reason and request.user.has_perm("hearing.explain", found),
        "following": meeting.next_without_opinion(found, seen) if form else None,
        **exempting.shown_at(found, request.user),
    }
    return render(request, "review/hearing.html", facts, status=status)


@page("hearing.view", "GET")
def report_pdf(request, key):
    """The sheets of one application before the panel with their words and the opinion, to be printed under codes."""
    found = fetch_hearing(request, key)
    sheets = list(meeting.asked_for(found).select_related("stage").prefetch_related("scores").order_by("pk"))
    why = meeting.why_out(sheets) if request.user.has_perm("panel.exclusions", found) else {}
    ask_to_typeset(request)
    log_view(request, "scores.pdf", found.application)
    pdf = printed.report(found.application, sheets, heard=[found], why=why, at=clock.now(), results=False)
    return document(pdf, name=f"{_('Sheets of the review')} {found.application.number}.pdf")


def _points(hearing, sheets):
    """[(criterion, [(name, points, comment)])]: each criterion as every reviewer scored it."""
    criteria = queries.remembered_criteria(hearing.stage_id, hearing.panel.call)
    return [
        (
            criterion,
            [
                (sheet.reviewer.name, points, sheet.notes.get(str(criterion.pk)))
                for sheet, points in zip(sheets, row, strict=True)
            ],
        )
        for criterion, row in rules.side_by_side(criteria, sheets)
    ]


def _excluded(hearing):
    """[(sheet, why)] of what was taken out."""
    sheets = list(meeting.excluded_of(hearing))
    why = meeting.why_out(sheets)
    return [(sheet, why[sheet.pk]) for sheet in sheets]


@page("hearing.conclude", "GET", "POST")
def give_back(request, key, sheet):
    """Give a sheet back to its reviewer, with a reason that they read."""
    found = fetch_hearing(request, key)
    theirs = get_object_or_404(meeting.sheets_of(found), key=sheet)
    return asked(
        request, ReasonForm(request.POST or None, button=_("Give the sheet back")),
        lambda **typed: actions.reopen(theirs, **typed, by=request.user), after=found,
        heading=_("Give the sheet back"), hint=f"{found.application.number} · {theirs.reviewer.name}",
    )  # fmt: skip


@page("hearing.explain", "GET", "POST")
def explain(request, key):
    """The chair writes why totals lie far apart."""
    found = fetch_hearing(request, key)
    return asked(
        request, ExplanationForm(request.POST or None),
        lambda **typed: deliberation.explain(found, **typed, by=request.user), after=found,
        heading=_("Why totals lie far apart"), hint=found.application.number,
    )  # fmt: skip


@page("review.explain", "GET", "POST")
def explain_own(request, key):
    """A reviewer writes why their total lies far off the others; it is not changed by that."""
    sheet = fetch(request, Assignment, key=key, related=("application",))
    found = get_object_or_404(
        Hearing.objects.select_related("panel", "application").filter(application=sheet.application_id, stage=sheet.stage_id)
    )  # fmt: skip
    return asked(
        request, ExplanationForm(request.POST or None),
        lambda **typed: deliberation.explain(found, sheet=sheet, **typed, by=request.user), after=sheet,
        heading=_("Why my total lies far off"),
        hint=_("%(number)s: what you saw that others may have weighed otherwise. Your score stays as it is.")
        % {"number": found.application.number},
    )  # fmt: skip


@page("panel.preside", "GET", "POST")
def close(request, key):
    """What is still lacking, and closing for good."""
    panel = fetch(request, Panel, key=key, related=RELATED)
    if request.method == "POST":
        deliberation.close(panel, by=request.user)
        messages.success(request, _("The panel is closed. Thank you."))
        return redirect("review:meeting", key=panel.key)
    lines = meeting.lines_of(panel)
    facts = {
        "panel": panel,
        "heard": len(lines),
        "lacking": deliberating.lacking(lines),
        "may": panel.status == "deliberating" and not deliberating.unclosable(lines),
    }
    return render(request, "review/close_panel.html", facts)


@page("panel.manage", "GET", "POST")
def reopen(request, key):
    panel = fetch(request, Panel, key=key, related=RELATED)
    return asked(
        request, ReasonForm(request.POST or None, button=_("Open the panel again")),
        lambda **typed: deliberation.reopen(panel, **typed, by=request.user), after=panel,
        heading=_("Open the panel again"), hint=panel.name,
    )  # fmt: skip
