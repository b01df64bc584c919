"""Pages of the firm: its applications and what other firms ask of it; the page of an application, its preview, its document."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.calls.disclosure import not_given_out
from applications.calls.models import Call
from applications.firms.models import Firm
from applications.intake import actions, coming, deciding, mending, rules
from applications.intake.actions import partners
from applications.intake.forms import AnswerForm, FirmForm
from applications.intake.handing_in import where_it_stands
from applications.intake.models import Application, Status
from applications.intake.models.partners import Partner
from applications.intake.printed import written
from applications.intake.queries import (
    asked_of,
    earlier,
    facts,
    firms_applying,
    in_a_list,
    owners_of,
)
from applications.intake.writing import RELATED, steps
from applications.kernel import audit, clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION, PARTNER


@page("application.own", "GET")
def own(request):
    rows = page_by_key(
        in_a_list(Application.objects.visible_to(request.user).of_their_own()),
        ["-created_at", "-id"],
        request.GET.get("mark", ""),
        size=20,
    )
    return render(request, "intake/own.html", {"page": rows, "now": clock.now()})


@page("application.own", "GET")
def named(request):
    """The projects of other firms that name one of this person's as partner."""
    rows = page_by_key(asked_of(request.user), ["-asked_at", "-id"], request.GET.get("mark", ""), size=20)
    return render(request, "intake/named.html", {"page": rows})


@page("partner.answer", "GET", "POST")
def partner(request, key):
    """What an institution is asked to agree to, and nothing else of the plan; it says yes or no."""
    found = fetch(request, Partner, key=key, related=("application__firm", "application__call", "firm"))
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        accepted = "accept" in request.POST
        remark = "" if accepted else form.cleaned_data["remark"]
        try:
            partners.answer(found, accepted=accepted, remark=remark, by=request.user, now=request.arrived_at)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            said = (
                _("You have confirmed; the firm is told.")
                if accepted
                else _("You have declined; the firm is told.")
            )
            messages.success(request, said)
            return redirect(found)
    moves = PARTNER.open_to(found, request.user)
    faults = rules.answer_faults(found.application, now=clock.now())
    return render(
        request,
        "intake/partner.html",
        {"partner": found, "form": form, "moves": () if faults else moves, "faults": faults},
        status=status,
    )


@page("application.own", "POST")
def begin(request, call):
    """Begin an application in this call, or go on with the draft that is there; who has several firms chooses one."""
    call = get_object_or_404(Call.objects.published(), key=call)
    firms = firms_applying(request.user)
    match list(firms[:2]):
        case []:
            return without_firm(request)
        case [firm]:
            return redirect(actions.begin(call, firm, by=request.user, now=request.arrived_at))
    form = FirmForm(request.POST if "firm" in request.POST or "save" in request.POST else None, firms=firms)
    if form.is_valid():
        firm = form.cleaned_data["firm"]
        return redirect(actions.begin(call, firm, by=request.user, now=request.arrived_at))
    return render(
        request,
        "parts/form_page.html",
        {"form": form, "heading": _("Which firm applies?"), "hint": call.title},
    )


def without_firm(request):
    if firm := Firm.objects.visible_to(request.user).first():
        messages.info(
            request, _("You may only read in your firm. Please ask its owner to make you an editor.")
        )
        return redirect(firm)
    messages.info(request, _("Please register your firm first; then you can apply."))
    return redirect("firms:register")


@page("application.view", "GET")
def detail(request, key):
    applications = Application.objects
    if request.user.role == Role.APPLICANT:
        applications = applications.with_steps()
    related = ("call__programme", "firm__region", "field", "stage")
    application = fetch(request, applications, key=key, related=related)
    log_view(request, "application.view", application)
    if application.status == "draft":
        return task_list(request, application)
    if request.user.role == Role.APPLICANT:
        return where_it_stands(request, application)
    reader = {
        "in_full": request.user.role != Role.REVIEWER,
        "reads_only": not_given_out(application.call, request.user.role),
    }
    return render(request, "intake/case.html", {**facts(application), **reader, **case(request, application)})


def task_list(request, application):
    """The firm's page of a draft: its sections, and how much is missing in each."""
    moves = APPLICATION.open_to(application, request.user)
    return render(
        request,
        "intake/draft.html",
        {
            "application": application,
            "tasks": steps(application),
            "over": coming.over(application, now=clock.now()),
            "moves": moves,
            "owners": owners_of(application.firm) if "edit" in moves and "submit" not in moves else [],
            "earlier": earlier(application) if "edit" in moves else (),
            "on_request": rules.on_request(application.call),
            "now": clock.now(),
        },
    )


ON_THE_DESK = (Status.SUBMITTED, Status.RETURNED)


def case(request, application):
    """What staff see beside the application itself; finance and the ministry see less."""
    if not request.user.has_perm("application.case", application):
        return {}
    now = clock.now()
    moves = deciding.without_screening(APPLICATION.open_to(application, request.user), application, now=now)
    if waits := mending.inexcludable(application, now=now) if application.status in ON_THE_DESK else []:
        moves = [move for move in moves if move not in ("take_as_is", "propose_exclusion", "rule_out")]
    return {
        "moves": moves,
        "over": rules.call_over(application) or waits,
        "exclusion": open_exclusion(application),
        "may_take_as_is": "take_as_is" in moves,
        "may_undo": "screen_again" in moves and not deciding.reviewed_already(application),
        "supplements": application.supplements.prefetch_related("papers", "questions"),
        "receipts": application.submissions.defer("snapshot").order_by("-ordinal"),
        "trail": audit.trail(application).select_related("actor"),
        "is_case": True,
    }


def open_exclusion(application):
    if application.status not in ("submitted", "returned"):
        return None
    return application.exclusions.filter(answered_at=None).select_related("proposed_by").first()


@page("application.view", "GET")
def preview(request, key):
    """The application exactly as a reviewer will see it."""
    application = fetch(request, Application, key=key, related=RELATED)
    if request.user.role != Role.APPLICANT and not application.is_from_office:
        return redirect(application)
    reads_only = not_given_out(application.call, Role.REVIEWER)
    shown = {**facts(application), "reads_only": reads_only, "now": clock.now()}
    if application.status == Status.DRAFT:
        shown["over"] = coming.over(application, now=clock.now())
    return render(request, "intake/preview.html", shown)


@page("application.view", "GET")
def printed_pdf(request, key):
    """The application to be read on paper, as it stands now."""
    application = fetch(request, Application, key=key, related=RELATED)
    if request.user.role != Role.APPLICANT and not application.is_from_office:
        return redirect(application)
    ask_to_typeset(request)
    name = application.number or application.call.number
    return document(written(application, at=clock.now()), name=f"{_('Application')} {name}.pdf")
