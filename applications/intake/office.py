"""The page on which officers begin to enter what firms have sent on paper; the sections are those of every draft."""

from django.shortcuts import get_object_or_404, redirect, render

from applications.calls.models import Call
from applications.firms.models import Firm
from applications.intake import actions
from applications.intake.forms import PaperForm
from applications.intake.models import Application
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import page


@page("application.enter", "GET", "POST")
def enter(request, call):
    """Begin to enter a paper, or go on with one of those that are not handed in yet."""
    call, status = get_object_or_404(Call.objects.published(), key=call), 200
    form = PaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        firm = Firm.objects.visible_to(request.user).filter(business_number=given.pop("number")).first()
        try:
            return redirect(
                actions.begin_from_paper(call, firm, **given, by=request.user, now=request.arrived_at)
            )
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
    begun = (
        Application.objects.visible_to(request.user)
        .filter(call=call, status="draft")
        .select_related("firm", "created_by")
    )
    return render(
        request,
        "intake/enter.html",
        {
            "call": call,
            "form": form,
            "page": page_by_key(begun, ["-id"], request.GET.get("mark", "")),
            "ends_at": legal_clock("paper_entry").ends_at(call.closes_at),
        },
        status=status,
    )
