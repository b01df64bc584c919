"""Pages of agreements: the desk, the terms, the signatures."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.agreement import actions, queries
from applications.agreement.forms import SignForm, TermsForm
from applications.agreement.lists import AGREEMENTS
from applications.agreement.models import Agreement
from applications.intake.models import Application
from applications.kernel import audit
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page
from applications.lifecycle import AGREEMENT

TERMS = ("total_krw", "grant_krw", "cash_krw", "starts_on", "ends_on")


@page("agreement.list", "GET")
def desk(request):
    """All agreements, as the address narrows and sorts them; for officers, what is still to be drafted."""
    may_draft = request.user.has_perm("agreement.draft")
    waiting = queries.waiting_for_draft()[:50] if may_draft else []
    return listed(request, AGREEMENTS, "agreement/desk.html", waiting=waiting)


@page("agreement.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, AGREEMENTS)


@page("agreement.draft", "GET", "POST")
def draft(request, key):
    """Draft the agreement of a selected application."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    selection = queries.selection_of(application)
    initial = {
        "total_krw": application.total_krw,
        "grant_krw": selection.place.grant_krw if selection else application.requested_krw,
        "cash_krw": application.cash_krw,
    }
    return asked(
        request, TermsForm(request.POST or None, initial=initial),
        lambda **typed: actions.draft(application, **typed, by=request.user),
        said=_("The agreement is drafted. Offer it to the firm when it is right."), heading=_("Draft the agreement"),
        hint=f"{application.number} · {application.firm.name}",
    )  # fmt: skip


@page("agreement.draft", "GET", "POST")
def amend(request, key):
    agreement = fetch(request, Agreement, key=key, related=("application__firm", "application__call"))
    return asked(
        request, TermsForm(request.POST or None, initial={name: getattr(agreement, name) for name in TERMS}),
        lambda **typed: actions.amend_draft(agreement, **typed, by=request.user), after=agreement,
        said=_("The terms are saved."), heading=_("Change the terms"), hint=agreement.number, back=agreement,
    )  # fmt: skip


@page("agreement.draft", "POST")
def offer(request, key):
    agreement = fetch(request, Agreement, key=key, related=("application__firm",))
    actions.offer(agreement, by=request.user)
    messages.success(request, _("The firm is asked to sign."))
    return redirect(agreement)


@page("agreement.view", "GET")
def detail(request, key):
    agreement = fetch(
        request, Agreement, key=key, related=("application__firm", "application__call", "line", "drafted_by")
    )
    log_view(request, "agreement.view", agreement)
    signatures = list(agreement.signatures.select_related("by"))
    signed = {signature.side for signature in signatures}
    moves = AGREEMENT.open_to(agreement, request.user)
    if "sign" in moves and actions.side_of(request.user) in signed:
        moves.remove("sign")
    return render(
        request,
        "agreement/detail.html",
        {
            "agreement": agreement,
            "application": agreement.application,
            "signatures": signatures,
            "committee": queries.terms_of(agreement.application),
            "hides_people": not request.user.has_perm("contact.read"),
            "moves": moves,
            "payments": agreement.payments.order_by("tranche", "pk"),
            "may_request": agreement.status == "in_force"
            and request.user.has_perm("payment.request", agreement),
            "trail": audit.trail(agreement).select_related("actor") if request.user.is_staff else [],
        },
    )


@page("agreement.sign", "GET", "POST")
def sign(request, key):
    agreement = fetch(request, Agreement, key=key, related=("application__firm", "application__call"))
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            # Wrong ones close the account here as they do at sign-in.
            get_adapter().reauthenticate(request.user, password)
            agreement = actions.sign(agreement, password=password, by=request.user)
        except ValidationError as closed:
            form.add_error("password", closed)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(
                request,
                _("Both sides have signed: the agreement is in force.")
                if agreement.status == "in_force"
                else _("Signed. The other side signs next."),
            )
            return redirect(agreement)
    return render(request, "agreement/sign.html", {"agreement": agreement, "form": form,
                                                   "application": agreement.application,
                                                   "committee": queries.terms_of(agreement.application)})  # fmt: skip
