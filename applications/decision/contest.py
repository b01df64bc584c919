"""Pages of the firm after a decision: its result, the appeal against it, giving it up; staff see the case at the address of the appeal."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.decision import appealing, contesting, continuing, disclosing, following, letters, queries
from applications.decision.appeals import Appeal
from applications.decision.forms import AppealForm, EvidenceForm
from applications.intake.models import Application, Status
from applications.intake.queries import owners_of
from applications.kernel import audit, clock, files
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.formpages import asked
from applications.kernel.forms import ReasonForm
from applications.kernel.pdf import ask_to_typeset, document
from applications.kernel.web import fetch, page
from applications.lifecycle import APPEAL, APPLICATION
from applications.permissions import parts_in

RELATED = ("call__programme", "firm")
OWN = ("application__call", "application__firm", "handed_in_by")


def result_of(application):
    """What the page and the document of a result show. Raises 404 before its instant: there is no such page."""
    now = clock.now()
    place = queries.published_place(application, now=now)
    if place is None:
        raise Http404
    # Between the instant of a further list and its notices there is the notice of the list before: it is not of this place.
    notice = queries.notice_of(application) if place.proposal.published_at else None
    is_confirmed = queries.is_confirmed(application.call, now=now)
    facts = {
        "application": application,
        "place": place,
        "notice": notice,
        "is_confirmed": is_confirmed,
        "now": now,
    }
    if notice:
        facts |= disclosing.shown(notice, disclosing.words_of(application.call), is_confirmed=is_confirmed)
        facts["earlier"] = queries.notice_before(notice)
    return facts


@page("decision.result", "GET")
def result(request, key):
    """A firm's own result, from its instant on; before it there is no such page."""
    application = fetch(request, Application, key=key, related=RELATED)
    facts = result_of(application)
    moves, appeals = APPLICATION.open_to(application, request.user), application.appeals.order_by("-pk")
    notice = facts["notice"]
    return render(
        request,
        "decision/result.html",
        {
            **facts,
            "appeals": appeals,
            "is_contested": any(one.arrived_at and notice and one.notice_id == notice.pk for one in appeals),
            "certificate": queries.certificate_of(application),
            "may_appeal": notice is not None and may_appeal(request, application, facts["now"]),
            "may_give_up": "give_up" in moves and not following.bound_already(application),
        },
    )


def may_appeal(request, application, now):
    """Whether this person can begin an appeal against the last decision now."""
    contested = queries.contested(application)
    return (
        request.user.has_perm("appeal.begin", application)
        and not contesting.not_appealable(application, contested)
        and not contesting.late(contested.ends_at, now)
        and not Appeal.objects.filter(**contested.thing).exists()
    )


@page("decision.result", "GET")
def result_pdf(request, key):
    """The letter of the result as a document."""
    application = fetch(request, Application, key=key, related=RELATED)
    facts = result_of(application)
    if facts["notice"] is None:
        raise Http404
    ask_to_typeset(request)
    log_view(request, "result.pdf", application)
    return document(letters.result(facts), name=f"{_('Result')} {application.number}.pdf")


@page("appeal.begin", "GET", "POST")
def begin(request, key):
    """What may be appealed against and until when; from here on the appeal is written."""
    application = fetch(request, Application, key=key, related=RELATED)
    contested = queries.contested(application)
    if contested is None:  # nothing is decided, or it is not public: there is no such page (G54)
        raise Http404
    if there := Appeal.objects.filter(**contested.thing).first():
        return redirect(there)
    if request.method == "POST":
        return redirect(appealing.begin(application, by=request.user, now=request.arrived_at))
    faults = contesting.not_appealable(application, contested) or contesting.late(
        contested.ends_at, clock.now()
    )
    facts = {"application": application, "contested": contested, "faults": faults, "now": clock.now()}
    return render(request, "decision/appeal_begin.html", facts)


@page("appeal.view", "GET")
def appeal(request, key):
    """An appeal: its firm writes it here and sees where it stands; staff see the case."""
    found = fetch(
        request, Appeal, key=key,
        related=("application__call__programme", "application__firm", "application__stage", "exclusion", "notice__place",
                 "handed_in_by", "proposed_by", "decided_by", "stage"),
    )  # fmt: skip
    if request.user.role != Role.APPLICANT:
        return case(request, found)
    return own(request, found, AppealForm(instance=found, key=found.key))


@page("appeal.write", "GET", "POST")
def write(request, key):
    """Save what is written; a refusal keeps it in the form. Who comes to its address later is led to the appeal."""
    found = fetch(request, Appeal, key=key, related=OWN)
    if request.method != "POST":
        return redirect(found)
    form = AppealForm(request.POST, instance=Appeal(), key=found.key)
    if form.is_valid():
        try:
            appealing.write(found, **form.cleaned_data, by=request.user, now=request.arrived_at)
        except Refused as refusal:
            refusal.show_on(form)
            return own(request, found, form, status=409)
        messages.success(request, _("Saved. It is not handed in yet."))
        return redirect(found)
    return own(request, found, form)


def own(request, found, form, *, status=200):
    """The firm's page of an appeal."""
    moves, newer = APPEAL.open_to(found, request.user), queries.newer_decision(found)
    facts = {
        "appeal": found,
        "application": found.application,
        "form": form if "write" in moves else None,
        "evidence": found.evidence.select_related("file"),
        "moves": moves,
        "late": contesting.late(found.ends_at, clock.now()),
        "overtaken": contesting.overtaken(newer),
        "may_take_over": newer and not contesting.late(newer.ends_at, clock.now()) and "carry_over" in moves,
        "owners": [] if "hand_in" in moves else owners_of(found.application.firm),
        "most_files": contesting.MOST_FILES,
        "now": clock.now(),
    }
    return render(request, "decision/appeal.html", facts, status=status)


def case(request, found):
    """The staff's page of an appeal."""
    log_view(request, "appeal.view", found.application)
    application = found.application
    notice = found.notice
    facts = {
        "appeal": found,
        "application": application,
        "evidence": found.evidence.select_related("file"),
        "moves": APPEAL.open_to(found, request.user),
        "attempts": found.attempts.select_related("by").order_by("pk"),
        "place": notice and notice.place,
        "part": found.is_open and contesting.PARTS.get(parts_in(found).get(request.user.pk)),
        "unmanned": queries.unmanned(found),
        "own_proposal": found.proposed_by_id == request.user.pk,
        "trail": audit.trail(found).select_related("actor"),
        "now": clock.now(),
    }
    if notice:
        facts |= disclosing.shown(notice, disclosing.words_of(application.call), is_confirmed=True)
    return render(request, "decision/appeal_case.html", facts)


@page("appeal.write", "GET", "POST")
def evidence(request, key):
    """Add a file to an appeal that is being written."""
    found = fetch(request, Appeal, key=key, related=("application__call", "application__firm"))
    form = EvidenceForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    status = 200
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            added = appealing.add_evidence(found, upload=sent, by=request.user, now=request.arrived_at)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("“%(name)s” is added.") % {"name": added.file.name})
            if said := files.renamed(added.file, sent.name):
                messages.warning(request, said)
            return redirect(found)
    return render(
        request,
        "parts/form_page.html",
        {
            "form": form,
            "heading": _("Add evidence"),
            "hint": found.application.number,
            "back": found.get_absolute_url(),
        },
        status=status,
    )


@page("appeal.write", "POST")
def drop_evidence(request, key, file):
    found = fetch(request, Appeal, key=key, related=("application__call", "application__firm"))
    one = get_object_or_404(found.evidence, key=file)
    appealing.remove_evidence(found, evidence=one, by=request.user)
    messages.success(request, _("The file is taken out."))
    return redirect(found)


@page("appeal.view", "GET")
def evidence_file(request, key, file):
    """A file of an appeal, to everybody who may see the appeal."""
    found = fetch(request, Appeal, key=key, related=("application",))
    one = get_object_or_404(found.evidence.select_related("file"), key=file)
    log_view(request, "evidence.download", found.application)
    return files.download(one.file, own=request.user.role == Role.APPLICANT)


@page("appeal.write", "GET", "POST")
def hand_in(request, key):
    """Hand it in as it stands in the form; the instant of its arrival is kept, whether it is accepted or refused."""
    found = fetch(request, Appeal, key=key, related=OWN)
    if request.method != "POST":
        return redirect(found)
    appealing.record_attempt(found, by=request.user, arrived_at=request.arrived_at)
    if found.arrived_at is not None:
        return redirect(found)
    form = AppealForm(request.POST, instance=Appeal(), key=found.key)
    if not form.is_valid():
        return own(request, found, form)
    try:
        appealing.write(found, **form.cleaned_data, by=request.user, now=request.arrived_at)
        handed = appealing.hand_in(found, by=request.user, arrived_at=request.arrived_at)
    except Refused as refusal:
        found.refresh_from_db()
        if found.arrived_at is not None:  # pressed twice is handed in once
            return redirect(found)
        refusal.show_on(form)
        return own(request, found, form, status=409)
    messages.success(request, _("Your appeal %(number)s is received.") % {"number": handed.number})
    return redirect(handed)


@page("appeal.write", "POST")
def take_over(request, key):
    """A draft about an earlier decision goes on as one about the new one."""
    found = fetch(request, Appeal, key=key, related=OWN)
    appealing.take_over(found, by=request.user, now=request.arrived_at)
    messages.success(request, _("The draft is about the new decision now. It is not handed in yet."))
    return redirect(found)


@page("appeal.view", "GET")
def receipt_pdf(request, key):
    """The receipt of an appeal as a document."""
    found = fetch(
        request, Appeal, key=key, related=("application__call", "application__firm", "handed_in_by")
    )
    if found.arrived_at is None:
        raise Http404
    ask_to_typeset(request)
    log_view(request, "appeal.pdf", found.application)
    return document(letters.appeal_receipt(found), name=f"{_('Receipt')} {found.number}.pdf")


@page("appeal.withdraw", "GET", "POST")
def withdraw(request, key):
    found = fetch(request, Appeal, key=key, related=("application__firm",))
    return asked(
        request, ReasonForm(request.POST or None, button=_("Withdraw the appeal for good")),
        lambda reason: appealing.withdraw(found, reason=reason, by=request.user), after=found,
        said=_("The appeal is withdrawn. The decision stands."), heading=_("Withdraw the appeal"), hint=found.number, back=found,
    )  # fmt: skip


@page("application.give_up", "GET", "POST")
def give_up(request, key):
    """Give a selection or a place among the reserves up: what it means, and the reason."""
    application = fetch(request, Application, key=key, related=RELATED)
    if request.method != "POST" and "give_up" not in APPLICATION.open_to(application, request.user):
        return redirect(application)
    hint = _("Your place goes to the next firm on the reserve list. This cannot be undone.")
    if application.status == Status.SELECTED:
        later = _(
            "Rule E17: a selection that is given up without a good reason is looked at in calls of the next three years."
        )
        hint = f"{hint} {later}"
    return asked(
        request, ReasonForm(request.POST or None, button=_("Give up for good")),
        lambda reason: continuing.give_up(application, reason=reason, by=request.user), after=application,
        said=_("You have given your place up."), heading=_("Give the place up"), hint=f"{application.number} · {hint}",
        back=application,
    )  # fmt: skip
