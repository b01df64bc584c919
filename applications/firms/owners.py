"""Pages of ownership: hand the firm over, let editors submit; for administrators, appoint an owner."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.firms.actions import owners as actions
from applications.firms.forms.owners import AppointForm, FindForm, HandOverForm, SubmittingForm
from applications.firms.models import Firm
from applications.firms.queries import firm_with_number
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.web import fetch, page


@page("firm.manage", "GET", "POST")
def hand_over(request, key, member):
    firm = fetch(request, Firm, key=key)
    someone = get_object_or_404(firm.members.select_related("user"), key=member)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.hand_over(firm, member=someone, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The firm is handed over. You are an editor now."))
            return redirect("firms:members", key=firm.key)
    return render(request, "firms/hand_over.html", {"firm": firm, "member": someone, "form": form})


@page("firm.manage", "GET", "POST")
def submitting(request, key):
    """Whether editors may submit applications, or owners only."""
    firm = fetch(request, Firm, key=key)
    form = SubmittingForm(
        request.POST if request.method == "POST" else None, initial={"allowed": firm.editors_submit}
    )
    if form.is_valid():
        actions.let_editors_submit(firm, **form.cleaned_data, by=request.user)
        messages.success(request, _("It is done and recorded."))
        return redirect("firms:members", key=firm.key)
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Who submits applications"), "back": firm},
    )


@page("firm.appoint", "GET", "POST")
def appoint_owner(request):
    """An administrator finds a firm by its whole number, and makes one of its members the owner."""
    find = FindForm(request.POST if "number" in request.POST else request.GET or None)
    firm = firm_with_number(find.cleaned_data["number"]) if find.is_valid() else None
    form = None
    if firm:
        log_view(request, "firm.members", firm)
        form = AppointForm(
            firm, request.POST if "member" in request.POST or "reason" in request.POST else None
        )
        if form.is_valid():
            try:
                appoint = actions.appoint_first if form.is_first else actions.appoint
                appoint(firm, **form.cleaned_data, by=request.user)
            except Refused as refusal:
                refusal.show_on(form)
            else:
                messages.success(
                    request, _("It is done and recorded. The old and the new owner get a letter.")
                )
                return redirect("firms:appoint")
    return render(request, "firms/appoint.html", {"find": find, "firm": firm, "form": form})
