"""Pages of the screening desk: the queue, and what an officer or director does with one application."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.intake import actions
from applications.intake.forms import ExclusionForm, ReasonForm, SupplementForm, plain
from applications.intake.models import Application, Status
from applications.intake.queries import counts_by_status, exclusions_to_confirm, in_a_list
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page


@page("application.list", "GET")
def listing(request):
    """All applications that were handed in; status, call and a search narrow it. Odd values narrow nothing."""
    found = Application.objects.visible_to(request.user).filter(submitted_at__isnull=False)
    calls = (
        Call.objects.visible_to(request.user)
        .order_by("-closes_at", "-id")
        .only("key", "number", "title")[:20]
    )
    call = next((call for call in calls if str(call.key) == request.GET.get("call")), None)
    if call:
        found = found.filter(call=call)
    status = request.GET.get("status", "")
    status = status if status in Status.values else ""
    chips = counts_by_status(found) if call else []
    if status:
        found = found.filter(status=status)
    narrowed = request.GET.get("waiting") == "exclusion"
    if narrowed:
        found = found.filter(pk__in=exclusions_to_confirm().values("pk"))
    if wanted := plain(request.GET.get("q", "")).strip()[:100]:
        found = search(found, wanted)
    rows = page_by_key(in_a_list(found), ["-submitted_at", "-id"], request.GET.get("mark", ""))
    return render(
        request,
        "intake/listing.html",
        {"page": rows, "calls": calls, "call": call, "status": status, "chips": chips, "q": wanted, "narrowed": narrowed,
         "statuses": [choice for choice in Status.choices if choice[0] != Status.DRAFT]},
    )  # fmt: skip


def search(found, wanted):
    """By number, by part of the firm's name or the title, or by business number with or without hyphens."""
    matches = (
        found.filter(number__istartswith=wanted)
        | found.filter(firm__name__icontains=wanted)
        | found.filter(title__icontains=wanted)
    )
    digits = wanted.replace("-", "")
    if digits.isascii() and digits.isdigit():
        matches |= found.filter(firm__business_number__startswith=digits)
    return matches


@page("application.screen", "POST")
def eligible(request, key):
    application = fetch(request, Application, key=key)
    actions.open_review(application, by=request.user)
    messages.success(request, _("%(number)s is eligible and in review.") % {"number": application.number})
    return redirect(application)


@page("application.screen", "POST")
def take_as_is(request, key):
    application = fetch(request, Application, key=key)
    actions.take_as_is(application, by=request.user)
    messages.success(request, _("%(number)s goes on as it was handed in.") % {"number": application.number})
    return redirect(application)


@page("application.screen", "GET", "POST")
def supplement(request, key):
    application = fetch(request, Application, key=key, related=("call",))
    form = SupplementForm(request.POST or None, call=application.call)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_supplement(application, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The firm is asked for the supplement."))
            return redirect(application)
    return act_page(request, application, form, _("Request a supplement"), status)


@page("application.screen", "GET", "POST")
def exclusion(request, key):
    application = fetch(request, Application, key=key)
    form = ExclusionForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_exclusion(application, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The proposal waits for the director."))
            return redirect(application)
    return act_page(request, application, form, _("Propose to rule out"), status)


@page("application.confirm", "POST")
def answer(request, key):
    """The director confirms the proposed exclusion (button "confirm") or turns it down (button "turn_down")."""
    application = fetch(request, Application, key=key)
    confirmed = "confirm" in request.POST
    if confirmed == ("turn_down" in request.POST):
        return redirect(application)
    actions.answer_exclusion(application, confirmed=confirmed, by=request.user)
    messages.success(
        request, _("The application is ruled out.") if confirmed else _("The proposal is turned down.")
    )
    return redirect(application)


@page("application.readmit", "GET", "POST")
def readmit(request, key):
    application = fetch(request, Application, key=key)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.readmit(application, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The application is back on the desk."))
            return redirect(application)
    return act_page(request, application, form, _("Undo the exclusion"), status)


def act_page(request, application, form, heading, status):
    return render(
        request,
        "parts/form_page.html",
        {
            "form": form,
            "heading": f"{heading}: {application.number}",
            "back": application,
            "hint": f"{application.firm.name} — {application.title}",
        },
        status=status,
    )
