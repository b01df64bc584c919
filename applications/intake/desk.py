"""Pages of the screening desk: the queue, and what an officer or director does with one application."""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.intake import actions
from applications.intake.forms import ExclusionForm, SupplementForm
from applications.intake.lists import DESK
from applications.intake.models import Application, Status
from applications.kernel import choosing, formpages
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import drawn, exported
from applications.kernel.web import fetch, page


@page("application.list", "GET")
def listing(request):
    """All applications that were handed in, as the address narrows and sorts them."""
    asked, may = DESK.asked(request.GET, by=request.user), request.user.has_perm
    waits = asked.chosen.get("status")  # what can be found eligible at all
    may_bulk = bool(waits) and waits.code == Status.SUBMITTED and may("application.bulk")
    return drawn(request, asked, "intake/listing.html", pick=may_bulk, may_bulk=may_bulk)


@page("application.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, DESK)


@page("application.bulk", "POST")
def bulk(request):
    """Find many eligible: rows are chosen on several pages of the list, a page says how many and which, then each goes by its own rule.

    What is confirmed are the applications that were counted, never a filter; of many, one press takes the next piece.
    """
    asked = DESK.asked(QueryDict(request.POST.get("query", "")[:4000]), by=request.user)
    visible = (
        Application.objects.visible_to(request.user).handed_in().select_related("firm").order_by("number")
    )
    if "confirm" in request.POST:
        return _go_on(request, asked, visible)
    keys, to_list = choosing.choose(request, DESK), f"{DESK.url}?{asked.address()}"
    if "forget" in request.POST:
        choosing.forget(request, DESK)
        return redirect(to_list)
    if "mark" in request.POST:  # another page of the list
        return redirect(f"{DESK.url}?{asked.address(mark=request.POST['mark'])}")
    found = asked.narrowed(visible) if request.POST.get("which") == "all" else visible.filter(key__in=keys)
    ids = list(found.values_list("pk", flat=True)[: choosing.MOST])
    if not ids:
        messages.error(request, _("Please choose at least one application."))
        return redirect(to_list)
    facts = {
        "act": choosing.begin(request, ids),
        "number": len(ids),
        "later": found.count() - len(ids),
        "at_once": choosing.AT_ONCE,
        "shown": visible.filter(pk__in=ids)[: choosing.AT_ONCE],
        "query": asked.address(),
    }
    return render(request, "intake/bulk.html", facts)


def _go_on(request, asked, visible):
    """Find the next ones of those that were confirmed eligible, and say what became of each."""
    taken = choosing.take(request)
    if taken is None:
        messages.error(
            request, _("This was done before, or something else was chosen since. Please choose again.")
        )
        return redirect(f"{DESK.url}?{asked.address()}")
    act, piece = taken
    choosing.forget(request, DESK)
    refused = choosing.go_on(
        request, act, visible.filter(pk__in=piece), lambda application: actions.open_review(application, by=request.user),
        denied=_("You may not do this any more."),
    )  # fmt: skip
    total, at_once = len(act["ids"]), choosing.AT_ONCE
    left = total - act["at"]
    facts = {
        "act": act,
        "total": total,
        "in_pieces": total > at_once,
        "left": left,
        "next": min(left, at_once),
    }
    return render(request, "intake/bulk_done.html", facts | {"refused": refused, "query": asked.address()})


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
    application = fetch(request, Application, key=key, related=("call", "firm"))
    return act_page(
        request, application, SupplementForm(request.POST or None, application=application), actions.request_supplement,
        said=_("The firm is asked for the supplement."), heading=_("Request a supplement"),
    )  # fmt: skip


@page("application.screen", "GET", "POST")
def exclusion(request, key):
    application = fetch(request, Application, key=key, related=("firm",))
    return act_page(
        request, application, ExclusionForm(request.POST or None, initial={"code": request.GET.get("rule")}),
        actions.propose_exclusion, said=_("The proposal waits for the director."), heading=_("Propose to rule out"),
    )  # fmt: skip


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
    application = fetch(request, Application, key=key, related=("firm",))
    return act_page(
        request, application, ReasonForm(request.POST or None, button=_("Confirm")), actions.readmit,
        said=_("The application is back on the desk."), heading=_("Undo the exclusion"),
    )  # fmt: skip


@page("application.screen_again", "GET", "POST")
def screen_again(request, key):
    application = fetch(request, Application, key=key, related=("firm",))
    return act_page(
        request, application, ReasonForm(request.POST or None, button=_("Confirm")), actions.screen_again,
        said=_("The application is back on the desk."), heading=_("Undo the finding that it is eligible"),
    )  # fmt: skip


def act_page(request, application, form, act, *, said, heading):
    """One act on an application, with what its form asks for."""
    return formpages.asked(
        request, form, lambda **typed: act(application, **typed, by=request.user), after=application, said=said,
        heading=f"{heading}: {application.number}", back=application, hint=f"{application.firm.name} — {application.title}",
    )  # fmt: skip
