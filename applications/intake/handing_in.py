"""Pages of handing in and of what comes after: the last check, the receipt, where it stands, taking it back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.accounts.session import confirmed_until
from applications.intake import actions, coming, rules
from applications.intake.forms import WithdrawForm
from applications.intake.models import Application, Status, Submission
from applications.intake.queries import (
    facts,
    is_registered,
    latest_receipt,
    milestones,
    open_supplement,
    owners_of,
    still_to_be_handed_in,
    told_of,
    visit_of,
)
from applications.intake.receipt import written
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.verifying import answer
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION

CHECKED = ("call__programme", "firm__region", "field", "amends__call")


@page("application.view", "GET")
def check(request, key):
    """Check your answers: the whole application, every gap, and the last step, which hands it in."""
    application = fetch(request, Application, key=key, related=CHECKED)
    if request.user.role != Role.APPLICANT and not application.is_from_office:
        return redirect(application)
    moves, given = APPLICATION.open_to(application, request.user), application.given
    over = coming.over(application, now=clock.now()) if application.status == Status.DRAFT else ""
    if over:
        moves = []
    return render(
        request,
        "intake/check.html",
        {
            **facts(application),
            "gaps": rules.gaps(application, now=clock.now()),
            "moves": moves,
            "over": over,
            "pledges": [(text, given.get(code)) for code, text in rules.PLEDGES.items()],
            "confirmed_until": confirmed_until(request, at=clock.now()),
            "confirm_url": confirm_url(application),
            "owners": owners_of(application.firm) if "edit" in moves and "submit" not in moves else [],
            "now": clock.now(),
        },
    )


def confirm_url(application):
    """Where the password or a passkey is asked again; from there the way leads back to the last step."""
    is_mended = application.status == Status.RETURNED
    back = reverse("intake:papers" if is_mended else "intake:check", args=[application.key])
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"


@page("application.submit", "POST")
def submit(request, key):
    """Hand in. Whatever is pressed twice ends on the same receipt; who did not confirm themselves does that first."""
    application = fetch(request, Application, key=key)
    actions.record_attempt(application, by=request.user, arrived_at=request.arrived_at)
    if not confirmed_until(request, at=request.arrived_at):
        return latest_instead(request, application) or confirm_first(request, application)
    try:
        return redirect(actions.submit(application, by=request.user, arrived_at=request.arrived_at))
    except Refused as refusal:
        return latest_instead(request, application) or refused(request, application, refusal)


def confirm_first(request, application):
    messages.info(
        request, _("Nothing is submitted yet. Please confirm that it is you, then submit. Nothing is lost.")
    )
    return redirect(confirm_url(application))


@page("application.submit", "POST")
def hand_in_supplement(request, key):
    """Hand the mended papers in: whatever gives a receipt is confirmed first, and pressed twice it is the same one."""
    application = fetch(request, Application, key=key, related=("call",))
    actions.record_attempt(application, by=request.user, arrived_at=request.arrived_at)
    if not confirmed_until(request, at=request.arrived_at):
        return latest_instead(request, application) or confirm_first(request, application)
    try:
        return redirect(
            actions.hand_in_supplement(application, by=request.user, arrived_at=request.arrived_at)
        )
    except Refused as refusal:
        return latest_instead(request, application) or refused(request, application, refusal)


def latest_instead(request, application):
    """Where the application is handed in already: its receipt, and who was quicker."""
    receipt = latest_receipt(application.original)
    if receipt is None or still_to_be_handed_in(application):
        return None
    said = {"name": receipt.by.name, "time": rules.shown(receipt.arrived_at)}
    messages.info(request, _("Already submitted by %(name)s at %(time)s.") % said)
    return redirect(receipt)


def refused(request, application, refusal):
    """Not handed in: 422 where something is missing, 409 where it is not the time; the draft is kept."""
    incomplete = all(getattr(reason, "section", "") for reason in refusal.reasons)
    return render(
        request,
        "intake/refused.html",
        {
            "application": application,
            "reasons": refusal.reasons,
            "incomplete": incomplete,
            "stands": latest_receipt(application.original) if application.amends_id else None,
        },
        status=422 if incomplete else 409,
    )


@page("application.receipt", "GET")
def receipt(request, key):
    found = fetch(request, Submission, key=key, related=("application__call", "application__firm", "by"))
    log_view(request, "receipt.view", found.application)
    latest = latest_receipt(found.application)
    return render(
        request,
        "intake/receipt.html",
        {
            "receipt": found,
            "application": found.application,
            "arrived": rules.shown(found.arrived_at),
            "later": latest if latest.ordinal > found.ordinal else None,
            "coming": coming.steps(found.application, None, {}, now=clock.now())
            if found.application.status == Status.SUBMITTED
            else [],
        },
    )


@page("application.receipt", "GET")
def receipt_pdf(request, key):
    """The receipt as a document for the files of the firm, in the reader's language."""
    found = fetch(request, Submission, key=key, related=("by", "application"))
    ask_to_typeset(request)
    log_view(request, "receipt.pdf", found.application)
    content = written(found, by_name=request.user.role != Role.MINISTRY)
    return document(content, name=f"{_('Receipt')} {found.number}.pdf")


@page(
    "GET",
    "POST",
    public="Whoever holds a receipt may ask whether it is registered and unchanged, and hears no more.",
)
def verify(request):
    """Answer for a receipt number and its fingerprint; the link on a receipt fills both in."""
    return answer(
        request,
        is_registered=is_registered,
        heading=_("Check a receipt"),
        hint=_(
            "Enter the receipt number and the fingerprint (SHA-256) that stand on the receipt, or the first eight characters of it. The answer says only whether what was handed in is registered and unchanged."
        ),
        label=_("Receipt number"),
        action=reverse("intake:verify"),
    )


@page("application.submit", "GET", "POST")
def recall(request, key):
    """Take back for changes what was handed in; it stands until they are handed in too."""
    application = fetch(request, Application, key=key, related=("call",))
    if request.method == "POST":
        amendment = actions.recall(application, by=request.user, now=request.arrived_at)
        messages.success(request, _("You can change it now. Submit again when it is ready."))
        return redirect(amendment)
    return render(
        request,
        "intake/recall.html",
        {
            "application": application,
            "receipt": latest_receipt(application),
            "faults": coming.recall_faults(application, now=clock.now()),
        },
    )


@page("application.submit", "GET", "POST")
def keep(request, key):
    """Give the changes up again: what was handed in last stays."""
    application = fetch(request, Application, key=key, related=("call",))
    if request.method == "POST":
        actions.keep(application, by=request.user)
        messages.success(request, _("The changes are given up. What you submitted last counts."))
        return redirect(application)
    return render(
        request, "intake/keep.html", {"application": application, "receipt": latest_receipt(application)}
    )


@page("application.withdraw", "GET", "POST")
def withdraw(request, key):
    application = fetch(request, Application, key=key, related=("amends",))
    if application.amends_id:
        return redirect("intake:keep", application.amends.key)
    form = WithdrawForm(request.POST or None, application=application)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(application, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The application is withdrawn."))
            return redirect(application)
    return render(request, "intake/withdraw.html", {"application": application, "form": form}, status=status)


def where_it_stands(request, application):
    """The firm's page of what it has handed in: what is done and when, what comes next and until when, who may do what."""
    supplement, reached = open_supplement(application), milestones(application)
    return render(
        request,
        "intake/detail.html",
        {
            "application": application,
            "changes": application.amendment if application.is_being_changed else None,
            "moves": APPLICATION.open_to(application, request.user),
            "supplement": supplement,
            "receipts": application.submissions.select_related("by").order_by("-ordinal"),
            "may_recall": not coming.recall_faults(application, now=clock.now()),
            "way": way(application, reached),
            "told": told_of(application),
            "visit": visit_of(application),
            "coming": coming.steps(application, supplement, reached, now=clock.now()),
            "may_appeal": application.status == Status.INELIGIBLE
            and request.user.has_perm("appeal.begin", application),
            "members": application.firm.members.select_related("user").order_by("pk"),
            "now": clock.now(),
        },
    )


def way(application, reached):
    """[(stage, done | now | next, when it was done)] of an application that is still on its way."""
    result = max((reached[verb] for verb in coming.RESULTS if verb in reached), default=None)
    stages = [
        (_("Eligibility check"), reached.get("open_review")),
        (_("Under review"), result),
        (_("Result"), result),
        (_("Agreement") if application.call.is_rnd else _("Designation"), None),
    ]
    places = {"submitted": 0, "returned": 0, "in_review": 1, "reviewed": 1}
    here = places.get(application.status, 4 if application.status == "agreed" else 3)
    if application.status in (
        "reserved",
        "declined",
        "given_up",
    ):  # nothing of theirs goes on beyond the result
        stages = stages[:3]
    return [
        (stage, "done" if place < here else "now" if place == here else "next", at if place < here else None)
        for place, (stage, at) in enumerate(stages)
    ]
