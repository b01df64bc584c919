"""Pages of a firm's depth: the figures of its years, and what has changed, when and by whom."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.firms.actions import figures as actions
from applications.firms.forms.figures import FiguresForm
from applications.firms.models import Firm
from applications.firms.queries import names_of
from applications.firms.rules import history as words
from applications.firms.rules.figures import years_open
from applications.firms.tabs import tabs_of
from applications.kernel import audit, clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page

STANDINGS_SHOWN = 10


@page("firm.view", "GET")
def figures(request, key):
    """All years with figures, and for owners those that may be filled in."""
    firm = fetch(request, Firm, key=key)
    log_view(request, "firm.view", firm)
    found = {row.year: row for row in firm.figures.all()}
    may_edit = request.user.has_perm("firm.edit", firm)
    open_years = years_open(founded_on=firm.founded_on, today=clock.today()) if may_edit else []
    years = sorted({*found, *open_years}, reverse=True)
    rows = [(year, found.get(year), year in open_years) for year in years]
    return render(
        request,
        "firms/figures.html",
        {"firm": firm, "tabs": tabs_of(firm, request), "rows": rows, "may_edit": may_edit},
    )


@page("firm.edit", "GET", "POST")
def year(request, key, year):
    """The figures of one year (button "remove" takes them away)."""
    firm = fetch(request, Firm, key=key)
    found = firm.figures.filter(year=year).first()
    if year not in years_open(founded_on=firm.founded_on, today=clock.today()):
        raise Http404
    form = FiguresForm(request.POST if request.method == "POST" else None, instance=found)
    if "remove" in request.POST:
        actions.remove_figures(firm, year=year, by=request.user)
        messages.success(request, _("The figures of %(year)d are removed.") % {"year": year})
        return redirect("firms:figures", key=firm.key)
    if form.is_valid():
        try:
            actions.set_figures(firm, year=year, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The figures of %(year)d are saved.") % {"year": year})
            return redirect("firms:figures", key=firm.key)
    return render(request, "firms/year.html", {"firm": firm, "year": year, "form": form, "found": found})


@page("firm.history", "GET")
def history(request, key):
    firm = fetch(request, Firm, key=key)
    log_view(request, "firm.history", firm)
    trail = audit.trail(firm).select_related("actor")
    rows = page_by_key(trail, ["-id"], request.GET.get("mark", ""))
    names = names_of(words.people_in(rows.rows))
    is_firm = request.user.role == Role.APPLICANT
    entries = [(entry, words.told(entry, names), _who(entry, is_firm=is_firm)) for entry in rows.rows]
    return render(
        request,
        "firms/history.html",
        {
            "firm": firm,
            "tabs": tabs_of(firm, request),
            "page": rows,
            "entries": entries,
            "standings": firm.standings.all()[:STANDINGS_SHOWN],
        },
    )


def _who(entry, *, is_firm):
    """Who did it: firms read of staff the office only, not the person."""
    if entry.actor is None:
        return _("By the clock")
    if is_firm and entry.actor_role != Role.APPLICANT:
        return _("Programme office")
    return entry.actor.name or entry.actor.email
