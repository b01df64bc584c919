"""The staff's pages of what follows a decision: the queue of appeals, their decisions, opinions of panels."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from applications.decision import actions, appealing, queries
from applications.decision.appeals import Appeal
from applications.decision.forms import DecideForm, OpinionForm
from applications.decision.lists import APPEALS
from applications.intake.models import Application
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page

CASE = ("application__call__programme", "application__firm", "application__stage", "exclusion", "proposed_by")


@page("appeal.list", "GET")
def listing(request):
    """The appeals that have arrived; those that are due first on top."""
    return listed(request, APPEALS, "decision/appeals.html")


@page("appeal.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, APPEALS)


@page("appeal.examine", "GET", "POST")
def decide(request, key):
    """Propose the decision on an appeal, with its reasons."""
    found = fetch(request, Appeal, key=key, related=CASE)
    form = DecideForm(request.POST or None, appeal=found)
    return asked(
        request, form, lambda **_typed: appealing.propose_decision(found, **form.decision, by=request.user), after=found,
        said=_("The decision is proposed. A director confirms it."), template="decision/decide.html", appeal=found,
    )  # fmt: skip


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
    return asked(
        request, ReasonForm(request.POST or None, button=_("Send it back")),
        lambda reason: appealing.turn_down(found, reason=reason, by=request.user), after=found,
        said=_("The proposed decision is sent back."), heading=_("Send the proposed decision back"), hint=found.number,
        back=found,
    )  # fmt: skip


@page("decision.opine", "GET", "POST")
def opinion(request, key):
    """The opinion of the panel on one plan; it begins with what a panel has concluded, else with what the sheets say."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    written, initial = queries.opinion_of(application), None
    if written is None:
        text, to_improve = queries.comments_of(application)
        initial = {"text": text, "to_improve": to_improve}
    return asked(
        request, OpinionForm(request.POST or None, instance=written, initial=initial),
        lambda **typed: actions.opine(application, **typed, by=request.user), after=("review:case", application.key),
        said=_("The opinion is saved. Its firm reads it with the result."), template="decision/opinion.html",
        application=application, is_drawn=request.method != "POST" and bool(initial and initial["text"]),
    )  # fmt: skip
