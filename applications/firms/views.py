"""Pages of firms: registration, profile, members, invitations."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.firms import actions, rules
from applications.firms.forms import InviteForm, ProfileForm, RegisterForm, RightForm
from applications.firms.joining import count_number
from applications.firms.lists import FIRMS
from applications.firms.models import Firm, Invitation
from applications.firms.queries import namesakes_of
from applications.firms.tabs import joining, tabs_of
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page

NAMESAKES_SHOWN = 20


@page("firm.register", "GET", "POST")
def register(request):
    """Register a firm. Whether its number is known is told when nothing else is wrong, and leads to joining it."""
    form, known, own = RegisterForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        count_number(request)
        try:
            firm = actions.register(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            known = form.cleaned_data["business_number"]
            own = Firm.objects.visible_to(request.user).filter(business_number=known).first()
            refusal.show_on(form)
        else:
            messages.success(request, _("Your firm is registered. You can apply now."))
            warn_of_number(request, firm)
            return redirect(firm)
    return render(request, "firms/register.html", {"form": form, "known": known, "own": own})


def warn_of_number(request, firm):
    """Newer corporate numbers may lack a check digit: a doubt is told, never a block."""
    if firm.corporate_number and not rules.is_corporate_number(firm.corporate_number):
        messages.warning(
            request, _("Please check the corporate registration number: its check digit does not fit.")
        )


@page("firm.list", "GET")
def listing(request):
    """All firms, as the address narrows and sorts them."""
    may_import = request.user.has_perm("import.list")
    return listed(request, FIRMS, "firms/listing.html", may_import=may_import)


@page("firm.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, FIRMS)


@page("firm.view", "GET")
def detail(request, key):
    firm = fetch(request, Firm, key=key, related=("region", "field", "industry"))
    log_view(request, "firm.view", firm)
    return render(
        request,
        "firms/detail.html",
        {
            "firm": firm,
            "tabs": tabs_of(firm, request),
            "requests": joining(firm, request.user),
            "technologies": firm.technologies.all(),
            "standing": firm.standings.first(),
            "doubtful_number": bool(firm.corporate_number)
            and not rules.is_corporate_number(firm.corporate_number),
            "namesakes": namesakes_of(firm, NAMESAKES_SHOWN) if request.user.has_perm("firm.list") else [],
            "may_edit": request.user.has_perm("firm.edit", firm),
            "is_member": request.user.role == Role.APPLICANT,
            "shows_people": request.user.has_perm("contact.read"),
        },
    )


@page("firm.edit", "GET", "POST")
def edit(request, key):
    firm = fetch(request, Firm, key=key)
    form = ProfileForm(request.POST or None, instance=firm)
    if request.method == "POST" and form.is_valid():
        actions.edit(firm, **form.cleaned_data, by=request.user)
        messages.success(request, _("The profile is saved."))
        warn_of_number(request, firm)
        return redirect(firm)
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Profile of the firm"), "back": firm.get_absolute_url()},
    )


@page("firm.members", "GET")
def members(request, key):
    firm = fetch(request, Firm, key=key)
    log_view(request, "firm.members", firm)
    return render(
        request,
        "firms/members.html",
        {
            "firm": firm,
            "tabs": tabs_of(firm, request),
            "members": firm.members.select_related("user"),
            "invitations": firm.invitations.open(clock.now()),
            "requests": joining(firm, request.user),
            "may_manage": request.user.has_perm("firm.manage", firm),
        },
    )


@page("firm.manage", "GET", "POST")
def invite(request, key):
    firm = fetch(request, Firm, key=key)
    return asked(
        request, InviteForm(request.POST or None), lambda **typed: actions.invite(firm, **typed, by=request.user),
        after=("firms:members", firm.key), said=_("The invitation is on its way. It works once, for 72 hours."),
        heading=_("Invite a colleague"), back=firm,
    )  # fmt: skip


@page("firm.manage", "POST")
def take_back(request, key, invitation):
    """Take back an invitation that waits."""
    firm = fetch(request, Firm, key=key)
    actions.take_back(firm, invitation=get_object_or_404(firm.invitations, key=invitation), by=request.user)
    messages.success(request, _("The invitation is taken back. Its link works no more."))
    return redirect("firms:members", key=firm.key)


@page("firm.manage", "GET", "POST")
def member(request, key, member):
    """Change a member's right, or take the member out (button "remove")."""
    firm = fetch(request, Firm, key=key)
    someone = get_object_or_404(firm.members.select_related("user"), key=member)
    form = RightForm(request.POST if "right" in request.POST else None, initial={"right": someone.right})
    if "remove" in request.POST or form.is_valid():
        try:
            if "remove" in request.POST:
                actions.remove(firm, member=someone, by=request.user)
            else:
                actions.change_right(firm, member=someone, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form = RightForm({"right": someone.right})
            refusal.show_on(form)
        else:
            messages.success(request, _("It is done and recorded."))
            return (
                redirect("portal:home")
                if someone.user == request.user
                else redirect("firms:members", key=firm.key)
            )
    return render(request, "firms/member.html", {"firm": firm, "member": someone, "form": form})


@page("invitation.accept", "GET", "POST")
def invitation(request, key):
    found = fetch(request, Invitation, key=key, related=("firm", "invited_by"))
    if request.method == "POST":
        actions.accept(found, by=request.user)
        messages.success(request, _("You have joined the firm."))
        return redirect(found.firm)
    state = "used" if found.used_at else "expired" if found.expires_at <= clock.now() else "open"
    return render(request, "firms/invitation.html", {"invitation": found, "state": state})
