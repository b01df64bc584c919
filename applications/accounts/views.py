"""Pages of accounts: one's own, and those that administrators keep."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.accounts import actions
from applications.accounts.forms import InviteForm, OwnForm, ReasonForm, RoleForm
from applications.accounts.lists import PEOPLE
from applications.accounts.models import User
from applications.kernel import audit
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page


@page("account.own", "GET", "POST")
def me(request):
    form = OwnForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        actions.edit_own(request.user, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect("accounts:me")
    return render(request, "accounts/me.html", {"form": form, "has_factor": request.user.has_factor})


@page("account.list", "GET")
def people(request):
    """Everybody who has an account, as the address narrows and sorts them."""
    may_invite = request.user.has_perm("account.invite")
    return listed(request, PEOPLE, "accounts/people.html", seen="account.list", may_invite=may_invite)


@page("account.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, PEOPLE)


@page("account.invite", "GET", "POST")
def invite(request):
    return asked(
        request, InviteForm(request.POST or None), lambda **typed: actions.invite(**typed, by=request.user),
        after="accounts:people", said=_("The invitation is on its way."), heading=_("Invite a colleague or a reviewer"),
    )  # fmt: skip


@page("account.list", "GET")
def person(request, key):
    someone = fetch(request, User, key=key)
    log_view(request, "account.view", someone)
    return render(
        request,
        "accounts/person.html",
        {
            "person": someone,
            "trail": audit.trail(someone).select_related("actor"),
            "acts": _acts(request.user, someone),
        },
    )


def _acts(user, someone):
    if not user.has_perm("account.manage", someone):
        return []
    return [
        ("role", _("Change the role")),
        ("deactivate", _("Deactivate")) if someone.is_active else ("activate", _("Activate again")),
        ("unlock", _("Unlock after wrong passwords")),
        ("factor", _("Reset the second factor")),
    ]


ACTS = {
    "role": (RoleForm, actions.change_role, {}),
    "deactivate": (ReasonForm, actions.set_active, {"active": False}),
    "activate": (ReasonForm, actions.set_active, {"active": True}),
    "unlock": (ReasonForm, actions.unlock, {}),
    "factor": (ReasonForm, actions.reset_second_factor, {}),
}


@page("account.manage", "GET", "POST")
def act(request, key, name):
    """One act on another person's account, with its reason."""
    someone = fetch(request, User, key=key)
    if name not in ACTS:
        raise Http404
    form_class, action, fixed = ACTS[name]
    heading = dict(_acts(request.user, someone)).get(name, _("Account"))
    return asked(
        request, form_class(request.POST or None), lambda **typed: action(someone, **fixed, **typed, by=request.user),
        after=("accounts:person", someone.key), heading=f"{heading}: {someone.name}",
    )  # fmt: skip
