"""Pages of the accounts that fees are paid to: the reviewer's own, which shows its end only, and what finance reads of each."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.listpages import exported, listed
from applications.kernel.sealing import Unreadable
from applications.kernel.web import fetch, page
from applications.review import people
from applications.review.lists import PAYEES
from applications.review.payee_forms import PayeeForm
from applications.review.payees import BANKS, PayeeAccount


@page("payee.write", "GET", "POST")
def own(request):
    """Which account the fees go to. It is never shown again but for its end; who writes it gives the password once more."""
    form, status = PayeeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            # Wrong ones close the account here as they do at sign-in.
            get_adapter().reauthenticate(request.user, form.cleaned_data["password"])
            people.set_payee(**form.cleaned_data, by=request.user)
        except ValidationError as closed:
            form.add_error("password", closed)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The account is kept. A letter tells you so."))
            return redirect("review:own_payee")
    kept = PayeeAccount.objects.visible_to(request.user).select_related("user").first()
    facts = {"form": form, "kept": kept, "shown": kept and _readable(kept.masked)}
    return render(request, "review/own_payee.html", facts, status=status)


def _readable(read):
    """What was sealed, or None where no key of today opens it."""
    try:
        return read()
    except Unreadable:
        return None


@page("payee.drop", "POST")
def drop(request, key):
    people.drop_payee(fetch(request, PayeeAccount, key=key), by=request.user)
    messages.success(request, _("The account is forgotten."))
    return redirect("review:own_payee")


@page("payee.list", "GET")
def payees(request):
    """Who has said where the fees go; the accounts themselves are read one by one."""
    return listed(request, PAYEES, "review/payees.html", seen="payee.list")


@page("payee.export", "GET", "POST")
def export(request):
    """Who they are as a file; what is sealed never is in one."""
    return exported(request, PAYEES)


@page("payee.read", "GET")
def payee(request, key):
    """One account in full; that it was read is written down first."""
    found = fetch(request, PayeeAccount, key=key, related=("user",))
    log_view(request, "payee.read", found)
    account = _readable(found.opened)
    bank = account and BANKS.get(account["bank"], account["bank"])
    return render(request, "review/payee.html", {"payee": found, "account": account, "bank": bank})
