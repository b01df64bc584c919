"""Pages of joining: ask a firm, and answer who asks."""

from allauth.core import ratelimit
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.firms.actions import joining as actions
from applications.firms.forms.joining import AcceptForm, AskForm
from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.errors import Refused, TooOften
from applications.kernel.web import fetch, page

SHOWN = 10


def count_number(request):
    """Asking and registering both tell whether a number is known here: together so many of them an hour."""
    if not ratelimit.consume(request, action="ask_to_join", user=request.user):
        raise TooOften(_("You have tried many numbers. Please try again in an hour."))


@page("firm.register", "GET", "POST")
def ask(request):
    """Ask to join the firm with a number, and see what became of earlier requests; nobody tries number after number."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count_number(request)
        try:
            actions.ask(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("Your request is sent. You get a letter when it is answered."))
            return redirect("firms:ask")
    own = request.user.join_requests.select_related("firm").order_by("-asked_at")[:SHOWN]
    return render(request, "firms/ask.html", {"form": form, "requests": own, "now": clock.now()})


@page("firm.manage", "GET", "POST")
def answer(request, key, asked):
    """Accept with a right, or decline (button "decline")."""
    firm = fetch(request, Firm, key=key)
    found = get_object_or_404(firm.join_requests.select_related("person"), key=asked)
    form = AcceptForm(request.POST if "right" in request.POST else None)
    if "decline" in request.POST:
        actions.decline(found, by=request.user)
        messages.success(request, _("The request is declined. The person gets a letter without any name."))
        return redirect("firms:members", key=firm.key)
    if form.is_valid():
        actions.accept(found, **form.cleaned_data, by=request.user)
        messages.success(request, _("The person now works for the firm, and gets a letter."))
        return redirect("firms:members", key=firm.key)
    is_open = not found.outcome and found.ends_at > clock.now()
    return render(
        request, "firms/request.html", {"firm": firm, "asked": found, "form": form, "is_open": is_open}
    )
