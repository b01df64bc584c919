"""The staff's pages of what follows a decision: the queue of appeals, their decisions, opinions of panels, further lists."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.decision import actions, appealing, queries
from applications.decision.appeals import Appeal
from applications.decision.forms import DecideForm, OpinionForm, WhyForm
from applications.decision.lists import APPEALS
from applications.intake.models import Application
from applications.kernel.errors import Refused
from applications.kernel.listpages import counted, listed
from applications.kernel.web import fetch, page

CASE = ("application__call__programme", "application__firm", "application__stage", "exclusion", "proposed_by")


@page("appeal.list", "GET")
def listing(request):
    """The appeals that have arrived; those that are due first on top."""
    return listed(request, APPEALS, Appeal.objects.visible_to(request.user), "decision/appeals.html")


@page("appeal.list", "GET")
def counts(request):
    return counted(request, APPEALS, Appeal.objects.visible_to(request.user), "decision:appeals")


@page("appeal.examine", "GET", "POST")
def decide(request, key):
    """Propose the decision on an appeal, with its reasons."""
    found = fetch(request, Appeal, key=key, related=CASE)
    form = DecideForm(request.POST or None, appeal=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            appealing.propose_decision(found, **form.decision, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The decision is proposed. A director confirms it."))
            return redirect(found)
    return render(request, "decision/decide.html", {"form": form, "appeal": found}, status=status)


@page("appeal.confirm", "POST")
def confirm(request, key):
    found = fetch(request, Appeal, key=key, related=CASE)
    decided = appealing.confirm(found, by=request.user)
    messages.success(
        request,
        _("The appeal is decided: %(outcome)s. The firm is told.")
        % {"outcome": decided.get_status_display()},
    )
    return redirect(decided)


@page("appeal.confirm", "GET", "POST")
def turn_down(request, key):
    """Not confirmed: the appeal is examined on, and its examiner reads why."""
    found = fetch(request, Appeal, key=key, related=CASE)
    form = WhyForm(request.POST or None, button=_("Send it back"))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            appealing.turn_down(found, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The proposed decision is sent back."))
            return redirect(found)
    facts = {
        "form": form,
        "heading": _("Send the proposed decision back"),
        "hint": found.number,
        "back": found,
    }
    return render(request, "parts/form_page.html", facts, status=status)


@page("decision.opine", "GET", "POST")
def opinion(request, key):
    """The opinion of the panel on one plan; it begins with what the sheets say, in no order that tells who."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    written = queries.opinion_of(application)
    text, to_improve = ("", "") if written else queries.comments_of(application)
    form = OpinionForm(request.POST or None, instance=written, initial={"text": text, "to_improve": to_improve}
                       if not written else None)  # fmt: skip
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.opine(application, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The opinion is saved. Its firm reads it with the result."))
            return redirect("review:case", key=application.key)
    return render(
        request,
        "decision/opinion.html",
        {"form": form, "application": application, "is_drawn": bool(text) and request.method != "POST"},
        status=status,
    )
