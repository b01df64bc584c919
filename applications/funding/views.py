"""Pages of money: payments, and budget lines."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.agreement.models import Agreement
from applications.calls.models import BudgetLine
from applications.funding import actions, queries, rules
from applications.funding.forms import AllocationForm, LineForm, PaidForm, RequestForm
from applications.funding.lists import LINES, PAYMENTS
from applications.funding.models import Payment
from applications.kernel import audit, clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import exported, listed
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import PAYMENT

RELATED = ("agreement__application__firm", "agreement__line")


@page("payment.list", "GET")
def desk(request):
    """All instalments, as the address narrows and sorts them."""
    return listed(request, PAYMENTS, "funding/desk.html")


@page("payment.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, PAYMENTS)


@page("payment.request", "GET", "POST")
def request_payment(request, key):
    agreement = fetch(request, Agreement, key=key, related=("application__firm",))
    tranche = queries.next_tranche(agreement)
    left = agreement.grant_krw - queries.bespoken_krw(agreement)
    usual = (
        min(rules.proposed_krw(agreement.grant_krw, tranche), left)
        if tranche <= len(rules.TRANCHES)
        else left
    )
    barred = rules.not_requestable(
        status=agreement.status, tranche=tranche, under_way=queries.under_way(agreement)
    )
    form = RequestForm(request.POST or None, initial={"krw": usual})
    if request.method == "POST" and form.is_valid():
        try:
            payment = actions.request(agreement, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The instalment is requested."))
            return redirect(payment)
    return render(
        request,
        "funding/request.html",
        {"agreement": agreement, "form": form, "tranche": tranche, "left": left, "barred": barred},
    )


@page("payment.view", "GET")
def payment(request, key):
    found = fetch(
        request, Payment, key=key,
        related=(*RELATED, "requested_by", "verified_by", "approved_by", "paid_by"),
    )  # fmt: skip
    log_view(request, "payment.view", found)
    moves = PAYMENT.open_to(found, request.user)
    four_eyes = "pay" in moves and bool(rules.same_hands(found, request.user))
    if four_eyes:
        moves.remove("pay")
    return render(
        request,
        "funding/payment.html",
        {
            "payment": found,
            "agreement": found.agreement,
            "moves": moves,
            "four_eyes": four_eyes,
            "names": request.user.is_staff and request.user.has_perm("contact.read"),
            "hides_people": not request.user.has_perm("contact.read"),
            "trail": audit.trail(found).select_related("actor") if request.user.is_staff else [],
        },
    )


@page("payment.verify", "POST")
def verify(request, key):
    found = fetch(request, Payment, key=key)
    actions.verify(found, by=request.user)
    messages.success(request, _("The instalment is verified; finance approves it next."))
    return redirect(found)


@page("payment.approve", "POST")
def approve(request, key):
    found = fetch(request, Payment, key=key, related=RELATED)
    actions.approve(found, by=request.user)
    messages.success(request, _("The instalment is approved. Another person of finance records the payment."))
    return redirect(found)


@page("payment.pay", "GET", "POST")
def pay(request, key):
    found = fetch(request, Payment, key=key, related=RELATED)
    form = PaidForm(request.POST or None, initial={"paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.pay(found, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            if found.status == Payment.Status.PAID:  # pressed twice is paid once
                return redirect(found)
            refusal.show_on(form)
        else:
            messages.success(request, _("The payment is recorded and the firm is told."))
            return redirect(found)
    return render(request, "funding/pay.html", {"payment": found, "agreement": found.agreement, "form": form})


@page("payment.refuse", "GET", "POST")
def refuse(request, key):
    found = fetch(request, Payment, key=key, related=RELATED)
    return asked(
        request, ReasonForm(request.POST or None, button=_("Refuse")), lambda **typed: actions.refuse(found, **typed, by=request.user),
        after=found, said=_("The instalment is refused and the firm is told."), heading=_("Refuse the instalment"),
        hint=found.number, back=found,
    )  # fmt: skip


@page("budget.list", "GET")
def lines(request):
    """The budget lines, as the address narrows and sorts them."""
    return listed(request, LINES, "funding/lines.html", may_open=request.user.has_perm("budget.open"))


@page("budget.open", "GET", "POST")
def open_line(request):
    form = LineForm(request.POST or None, initial={"year": clock.today().year})
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_line(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The budget line is open."))
            return redirect("funding:line", key=opened.key)
    return render(request, "parts/form_page.html", {"form": form, "heading": _("Open a budget line")})


@page("budget.view", "GET")
def line(request, key):
    found = fetch(request, BudgetLine, key=key, related=("programme",))
    rows = page_by_key(found.allocations.select_related("by"), ["-id"], request.GET.get("mark", ""))
    return render(
        request,
        "funding/line.html",
        {"line": found, "page": rows, "may_allocate": request.user.has_perm("budget.allocate", found)},
    )


@page("budget.allocate", "GET", "POST")
def allocate(request, key):
    found = fetch(request, BudgetLine, key=key)
    form = AllocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.allocate(found, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
        else:
            messages.success(request, _("The amount is allocated."))
            return redirect("funding:line", key=found.key)
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Allocate from %(line)s") % {"line": found},
         "hint": _("Left: %(krw)s won") % {"krw": f"{found.left_krw:,}"}},
    )  # fmt: skip
