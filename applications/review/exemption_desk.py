"""Pages of exceptions to the number of sheets: the chair or an officer says why, a director decides."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.calls.models import Call
from applications.intake.models import Application
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.web import fetch, page
from applications.review import exempting, queries
from applications.review.exemptions import Exemption
from applications.review.forms import DecideSeveralForm, ExemptionForm, SeveralExemptionsForm
from applications.review.meetings import fetch_hearing


def _why(request, act, *, after, number):
    """The page that asks for the reason; number: how many sheets are to suffice."""
    heading = ngettext("Why %(count)d sheet suffices", "Why %(count)d sheets suffice", number) % {
        "count": number
    }
    return asked(
        request, ReasonForm(request.POST or None, button=_("Ask the director")), act, after=after, heading=heading,
        said=_("The director is asked."),
        hint=_("Five sheets are the rule, and two thirds of those who were asked. With three or four nothing is trimmed; a director decides on your reason."),
    )  # fmt: skip


def _sheets(application):
    """How many are handed in in the stage under review; 404 before there is any."""
    if application.stage is None:
        raise Http404
    return queries.progress(application)[-1][1]


@page("application.exempt", "GET", "POST")
def ask(request, key):
    """An officer, for an application that no panel hears."""
    application = fetch(request, Application, key=key, related=("call", "stage"))
    return _why(
        request, lambda **typed: exempting.ask(application, **typed, by=request.user),
        after=("review:case", application.key), number=_sheets(application),
    )  # fmt: skip


@page("stage.exempt", "GET", "POST")
def ask_for_several(request, key, place):
    """An officer, for several applications of a stage that no panel hears, with one reason."""
    call = fetch(request, Call, key=key)
    stage = get_object_or_404(call.stages, ordinal=place)
    rows = exempting.askable(stage)
    if request.method == "GET" and not rows:
        messages.info(request, _("There is no application of this stage to ask for now."))
        return redirect("review:stages", key=call.key)
    of_key = {str(one.key): one for one, _sheets in rows}
    return asked(
        request, SeveralExemptionsForm(request.POST or None, rows=rows),
        lambda applications, reason: exempting.ask_for_several(
            [of_key[one] for one in applications], reason=reason, by=request.user
        ),
        after=("review:stages", call.key), heading=_("Ask for exceptions to the number of sheets"),
        hint=f"{call.title} · {stage}", said=_("The directors are asked."),
    )  # fmt: skip


@page("hearing.exempt", "GET", "POST")
def ask_of_panel(request, key):
    """The chair of the panel that hears the application."""
    hearing = fetch_hearing(request, key)
    if not exempting.is_heard(hearing):
        raise Http404
    return _why(
        request, lambda **typed: exempting.ask(hearing.application, **typed, by=request.user),
        after=("review:hearing", hearing.key), number=_sheets(hearing.application),
    )  # fmt: skip


@page("stage.exempt", "GET", "POST")
def ask_for_all(request, key, place):
    """An officer, for all applications of a stage whose call asks for fewer than five sheets."""
    call = fetch(request, Call, key=key)
    stage = get_object_or_404(call.stages, ordinal=place)
    return _why(
        request, lambda **typed: exempting.ask_for_all(stage, **typed, by=request.user),
        after=("review:stages", call.key), number=stage.quorum,
    )  # fmt: skip


@page("exemption.decide", "GET", "POST")
def decide(request, key):
    """The reason that was given, and the director's decision."""
    exemption = fetch(request, Exemption, key=key, related=("stage__call", "application", "by"))
    application = exemption.application
    after = ("review:case", application.key) if application else "review:desk"
    return asked(
        request, ExemptionForm(request.POST or None),
        lambda **typed: exempting.decide(exemption, **typed, by=request.user),
        after=after, template="review/exemption.html", exemption=exemption,
    )  # fmt: skip


@page("exemption.list", "GET", "POST")
def decide_several(request):
    """All that waits for a director, and one decision on those that are ticked."""
    rows = exempting.to_decide(request.user)
    if request.method == "GET" and not rows:
        messages.info(request, _("No exception waits for your decision."))
        return redirect("review:desk")
    of_key = {str(one.key): one for one in rows}
    return asked(
        request, DecideSeveralForm(request.POST or None, rows=rows),
        lambda exemptions, **typed: exempting.decide_several(
            [of_key[one] for one in exemptions], **typed, by=request.user
        ),
        after="review:desk", heading=_("Exceptions to the number of sheets"),
        hint=_("Allowed, a review can be closed with so many sheets; best and worst are not left out of so few. Two thirds of those who were asked are needed in any case, and never fewer than three."),
    )  # fmt: skip
