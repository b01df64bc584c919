"""Pages of the cohort: n of 100 for everybody, and the desk that seats and ends."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.cohort import actions, charts, queries
from applications.cohort.certificate import written
from applications.cohort.forms import EndForm
from applications.cohort.lists import seats_for
from applications.cohort.models import Certificate, Seat
from applications.intake.models import Application
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.listpages import exported, listed
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.verifying import answer
from applications.kernel.web import fetch, page


def drawn():
    """The figures with their drawings."""
    figures = queries.figures()
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
    return render(request, "cohort/public.html", drawn())


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
    """How far the hundred is reached, who waits for a seat, and all designations as the address narrows and sorts them."""
    may = request.user.has_perm
    return listed(
        request, seats_for(request.user), "cohort/desk.html", beside=drawn,
        waiting=queries.waiting_for_seat()[:50], may_seat=may("cohort.seat"), may_import=may("import.list"),
    )  # fmt: skip


@page("cohort.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, seats_for(request.user))


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
