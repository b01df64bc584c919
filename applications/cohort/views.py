"""Pages of the cohort: n of 100 for everybody, and the desk that seats and ends."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.cohort import actions, charts, queries
from applications.cohort.certificate import written
from applications.cohort.forms import EndForm
from applications.cohort.models import Certificate, Seat
from applications.intake.models import Application
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.tables import page_by_key
from applications.kernel.verifying import answer
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


@page("certificate.view", "GET")
def certificate(request, key):
    """The certificate of a designation as a document."""
    found = fetch(request, Certificate, key=key, related=("seat__firm",))
    ask_to_typeset(request)
    log_view(request, "certificate.pdf", found.seat.firm)
    return document(written(found), name=f"{_('Certificate of designation')} {found.snapshot['number']}.pdf")


@page(
    "GET",
    "POST",
    public="Whoever holds a certificate may ask whether it is registered and unchanged, and hears no more.",
)
def verify(request):
    """Answer for a designation number and the fingerprint of its certificate."""
    return answer(
        request,
        is_registered=queries.is_registered,
        heading=_("Check a certificate of designation"),
        hint=_(
            "Enter the designation number and the fingerprint (SHA-256) that stand on the certificate, or the first eight characters of it. The answer says only whether the designation is registered and unchanged."
        ),
        label=_("Designation number"),
        action=reverse("cohort:verify"),
    )


@page("cohort.view", "GET")
def desk(request):
    seats = Seat.objects.visible_to(request.user).select_related("firm", "field", "region", "certificate")
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
            "may_read": request.user.role != Role.MINISTRY,  # certificates name the representative
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
    return asked(
        request, EndForm(request.POST or None), lambda **typed: actions.end(taken, **typed, by=request.user),
        after="cohort:desk", said=_("The designation has ended; the seat is free."), heading=_("End a designation"),
        hint=f"{taken.number} · {taken.firm.name}",
    )  # fmt: skip
