"""Pages of the cohort: n of 100 for everybody, and the desk that seats and ends."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.cohort import actions, charts, queries
from applications.cohort.forms import EndForm
from applications.cohort.models import Seat
from applications.intake.models import Application
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page


def drawn(figures):
    """The figures with their drawings."""
    return {
        **figures,
        "free": figures["total"] - figures["net"],
        "grid": charts.grid(figures["seats"]),
        "path": charts.path_to_target(figures["by_year"]),
        "path_finding": charts.path_finding(figures["by_year"]),
        "fields": charts.bars(figures["by_field"]),
        "fields_finding": charts.bars_finding(figures["by_field"]),
        "regions": charts.tiles(figures["by_region"]),
        "regions_finding": charts.tiles_finding(figures["by_region"]),
    }


@page("GET", public="How far the hundred is reached is public; it names no firm.")
def public(request):
    return render(request, "cohort/public.html", drawn(queries.figures()))


@page("cohort.view", "GET")
def desk(request):
    seats = Seat.objects.visible_to(request.user).select_related("firm", "field", "region")
    rows = page_by_key(seats, ["-designated_on", "-id"], request.GET.get("mark", ""))
    may_seat = request.user.has_perm("cohort.seat")
    return render(
        request,
        "cohort/desk.html",
        {
            **drawn(queries.figures()),
            "page": rows,
            "waiting": queries.waiting_for_seat()[:50],
            "may_seat": may_seat,
            "may_import": request.user.has_perm("import.list"),
            "may_end": request.user.has_perm("cohort.end", rows.rows[0]) if rows.rows else False,
        },
    )


@page("cohort.seat", "POST")
def seat(request, key):
    application = fetch(request, Application, key=key)
    taken = actions.seat(application, by=request.user)
    messages.success(
        request,
        _("%(firm)s has taken seat %(place)d.") % {"firm": application.firm.name, "place": taken.place},
    )
    return redirect("cohort:desk")


@page("cohort.end", "GET", "POST")
def end(request, key):
    taken = fetch(request, Seat, key=key, related=("firm",))
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(taken, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The designation has ended; the seat is free."))
            return redirect("cohort:desk")
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("End a designation"), "hint": f"{taken.number} · {taken.firm.name}"},
    )
