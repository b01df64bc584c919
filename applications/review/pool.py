"""Pages of what is known of reviewers: their own profile, and what staff see of it, bar by it and allow in spite of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role, User
from applications.intake.challenge import PARTS
from applications.intake.models import Application
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page
from applications.review import actions, people
from applications.review.forms import AffiliationForm, ChallengeForm, ProfileForm, SanctionForm
from applications.review.lists import REVIEWERS
from applications.review.models import Affiliation, ReviewerProfile, Sanction

# The reviewer's own


@page("review.own", "GET", "POST")
def profile(request):
    """Where the reviewer works, worked and what they know; until it is written nobody can ask them."""
    written = ReviewerProfile.objects.filter(user=request.user).first()
    form = ProfileForm(request.POST or None, instance=written)
    if request.method == "POST" and form.is_valid():
        people.set_profile(request.user, **form.cleaned_data, by=request.user)
        messages.success(request, _("The profile is saved."))
        return redirect("review:profile")
    facts = {"form": form, "written": written, "affiliations": written.affiliations.all() if written else []}
    return render(request, "review/profile.html", facts)


@page("review.own", "GET", "POST")
def affiliation(request):
    """Write down where one worked before, or takes part beside the work."""
    written = ReviewerProfile.objects.filter(user=request.user).first()
    if written is None:
        return redirect("review:profile")
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        people.add_affiliation(**form.cleaned_data, by=request.user)
        messages.success(request, _("It is written down."))
        return redirect("review:profile")
    facts = {"form": form, "heading": _("Earlier and other affiliations")}
    return render(request, "parts/form_page.html", facts)


@page("reviewer.forget", "POST")
def remove_affiliation(request, key):
    found = fetch(request, Affiliation, key=key, related=("profile__user",))
    people.remove_affiliation(found, by=request.user)
    messages.success(request, _("It is taken out."))
    return redirect("review:profile")


# What staff see and do


@page("reviewer.list", "GET")
def reviewers(request):
    """All reviewers, as the address narrows and sorts them."""
    return listed(
        request, REVIEWERS, "review/reviewers.html", seen="reviewer.list", may_import=request.user.has_perm("import.list")
    )  # fmt: skip


@page("reviewer.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, REVIEWERS)


@page("reviewer.view", "GET")
def reviewer(request, key):
    """What is known of a reviewer; that it was looked at is written down."""
    found = fetch(request, ReviewerProfile, user__key=key, related=("user", "region"))
    log_view(request, "reviewer.view", found.user)
    context = {
        "profile": found,
        "affiliations": found.affiliations.all(),
        "sanctions": found.sanctions.select_related("by", "lifted_by"),
        "may_sanction": request.user.has_perm("reviewer.sanction", found),
        "may_lift": request.user.has_perm("reviewer.lift"),
    }
    return render(request, "review/reviewer.html", context)


@page("reviewer.sanction", "GET", "POST")
def sanction(request, key):
    found = fetch(request, ReviewerProfile, user__key=key, related=("user",))
    return asked(
        request, SanctionForm(request.POST or None), lambda **typed: people.sanction(found, **typed, by=request.user),
        after=found, heading=_("Bar the reviewer"), hint=found.user.name,
    )  # fmt: skip


@page("reviewer.lift", "GET", "POST")
def lift(request, key):
    found = fetch(request, Sanction, key=key, related=("profile__user",))
    return asked(
        request, ReasonForm(request.POST or None, button=_("Lift the sanction")), lambda **typed: people.lift(found, **typed, by=request.user),
        after=found.profile, heading=_("Lift the sanction"), hint=f"{found.profile.user.name} · {found.reason}",
    )  # fmt: skip


@page("application.waive", "GET", "POST")
def waive(request, key, reviewer):
    """A director allows a reviewer in spite of a conflict, and says why."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    whom = get_object_or_404(User, key=reviewer, role=Role.REVIEWER, reviewer_profile__isnull=False)
    found = actions.found_against(application, whom)
    log_view(request, "reviewer.view", whom)
    hint = f"{application.number} · {whom.name}: {' '.join(map(str, found))}"

    def act(**typed):
        actions.waive(application, reviewer=whom, **typed, by=request.user)

    return asked(
        request, ReasonForm(request.POST or None, button=_("Allow as an exception")), act, after=("review:case", application.key),
        heading=_("Allow as an exception"), hint=hint,
    )  # fmt: skip


@page("application.assign", "GET", "POST")
def challenge(request, key):
    """An officer decides on whom the firm asks to exclude."""
    application = fetch(request, Application, key=key, related=("firm",))
    whom = " · ".join(filter(None, (application.challenge.get(part) for part in PARTS)))
    return asked(
        request, ChallengeForm(request.POST or None),
        lambda **typed: people.answer_challenge(application, **typed, by=request.user),
        after=("review:case", application.key), heading=_("Whom the firm asks to exclude"),
        hint=_("%(number)s. The firm asks to exclude: %(whom)s") % {"number": application.number, "whom": whom},
    )  # fmt: skip
