"""Pages of the firm: its applications, from the draft to the receipt."""

from crispy_forms.layout import HTML
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.accounts.models import Role
from applications.calls.models import Call
from applications.firms.models import Firm
from applications.intake import actions, rules
from applications.intake.forms import (
    FirmForm,
    MoneyForm,
    PlanForm,
    PledgeForm,
    ProjectForm,
    UploadForm,
    WithdrawForm,
)
from applications.intake.models import Application, Submission
from applications.intake.queries import firms_applying, in_a_list, latest_receipt
from applications.kernel import audit, clock, files
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION

TITLES = {
    "project": gettext_lazy("The plan in short"),
    "money": gettext_lazy("Costs and shares"),
    "plan": gettext_lazy("The plan in detail"),
    "papers": gettext_lazy("Papers"),
    "pledges": gettext_lazy("Pledges and consents"),
}


@page("application.own", "GET")
def own(request):
    rows = page_by_key(
        in_a_list(Application.objects.visible_to(request.user)),
        ["-created_at", "-id"],
        request.GET.get("mark", ""),
        size=20,
    )
    return render(request, "intake/own.html", {"page": rows})


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
    application = fetch(request, Application, key=key, related=("call__programme", "firm__region", "field"))
    if request.user.role == Role.APPLICANT:
        return where_it_stands(request, application)
    log_view(request, "application.view", application)
    return render(request, "intake/case.html", {**facts(application), **case(request, application)})


def where_it_stands(request, application):
    """The firm's own page: what is done, what is missing, what comes next."""
    gaps = rules.missing(application) if application.status == "draft" else []
    return render(
        request,
        "intake/detail.html",
        {
            "application": application,
            "tasks": tasks(application, gaps),
            "gaps": gaps,
            "late": rules.late(application.call, now=clock.now()),
            "moves": APPLICATION.open_to(application, request.user),
            "supplement": open_supplement(application),
            "receipts": application.submissions.order_by("-ordinal"),
            "way": way(application),
            "now": clock.now(),
        },
    )


def way(application):
    """[(stage, done | now | next)] of an application that was handed in and is still on its way."""
    stages = [
        _("Eligibility check"),
        _("Under review"),
        _("Result"),
        _("Agreement") if application.call.is_rnd else _("Designation"),
    ]
    reached = {
        "submitted": 0,
        "returned": 0,
        "in_review": 1,
        "reviewed": 1,
        "selected": 3,
        "reserved": 3,
        "declined": 3,
    }
    here = reached.get(application.status, len(stages))
    if application.status in ("reserved", "declined"):  # nothing of theirs goes on beyond the result
        stages = stages[:3]
    return [
        (stage, "done" if place < here else "now" if place == here else "next")
        for place, stage in enumerate(stages)
    ]


def tasks(application, gaps):
    """[(section, title, number of gaps)] of the task list."""
    return [
        (section, TITLES[section], sum(1 for gap in gaps if gap.section == section))
        for section in rules.sections(application.call)
    ]


def open_supplement(application):
    if application.status != "returned":
        return None
    return application.supplements.open().prefetch_related("papers").first()


def facts(application):
    """The whole of an application as a page shows it: answers with their questions, papers, amounts."""
    return {
        "application": application,
        "technologies": application.technologies.all(),
        "answers": [
            (question, application.answers.get(question.code, ""))
            for question in application.call.questions.all()
        ],
        "documents": application.documents.select_related("paper", "file").order_by("paper__ordinal"),
    }


def case(request, application):
    """What staff see beside the application itself; finance and the ministry see less."""
    if not request.user.has_perm("application.case", application):
        return {}
    moves = APPLICATION.open_to(application, request.user)
    return {
        "moves": moves,
        "exclusion": open_exclusion(application),
        "may_take_as_is": "take_as_is" in moves and not rules.supplement_runs(application, now=clock.now()),
        "supplements": application.supplements.prefetch_related("papers"),
        "receipts": application.submissions.order_by("-ordinal"),
        "adjustments": application.adjustments.order_by("pk"),
        "trail": audit.trail(application).select_related("actor"),
        "is_case": True,
    }


def open_exclusion(application):
    if application.status not in ("submitted", "returned"):
        return None
    return application.exclusions.filter(answered_at=None).select_related("proposed_by").first()


@page("application.edit", "GET", "POST")
def section(request, key, name):
    application = fetch(request, Application, key=key, related=("call__programme", "firm"))
    names = rules.sections(application.call)
    if name not in names:
        raise Http404
    if name == "papers":
        return papers(request, application)
    if application.status != "draft":
        return redirect(application)
    form, saved = section_form(request.POST or None, application, name)
    status, differences = 200, []
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.edit(application, by=request.user, now=request.arrived_at, version=version, **saved(form))
        except Refused as refusal:
            refusal.show_on(form)
            status, differences = 409, compare(request, application, form, name, version)
        else:
            messages.success(request, _("Saved."))
            following = names[names.index(name) + 1 :]
            if not following:
                return redirect("intake:check", application.key)
            return redirect("intake:section", application.key, following[0])
    return render(
        request,
        "intake/section.html",
        {
            "application": application,
            "form": form,
            "name": name,
            "title": TITLES[name],
            "steps": steps(names, name),
            "previous": names[names.index(name) - 1] if name != names[0] else None,
            "late": rules.late(application.call, now=clock.now()),
            "differences": differences,
            "now": clock.now(),
        },
        status=status,
    )


def compare(request, application, form, name, version):
    """[(label, what is saved, what was typed)] where a stale section differs; the next save is made in full sight."""
    current = Application.objects.select_related("call__programme", "firm").get(pk=application.pk)
    if not rules.stale(current, [name], version=version):
        return []
    form.data = form.data.copy()
    form.data["version"] = current.version
    form.helper.layout.insert(
        0, HTML('{% include "intake/_differences.html" %}')
    )  # below the summary of errors
    saved, _handed_over = section_form(None, current, name)
    rows = []
    for field in saved.visible_fields():
        typed = field.field.prepare_value(form.cleaned_data[field.name])
        rows.append((field.label, in_words(field, field.value()), in_words(field, typed)))
    return [row for row in rows if row[1] != row[2]]


def in_words(field, value):
    """The value of a form field as people read it."""
    if choices := getattr(field.field, "choices", None):
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        return ", ".join(str(label) for key, label in choices if key and str(key) in chosen)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)


def steps(names, current):
    """[(section, title, state)] of the step indicator."""
    place = names.index(current)
    return [
        (name, TITLES[name], "done" if number < place else "now" if number == place else "next")
        for number, name in enumerate(names)
    ]


def section_form(data, application, name):
    """The form of a section, and how its cleaned data is handed to actions.edit."""
    initial = {"version": application.version}

    def without_version(form):
        return {key: value for key, value in form.cleaned_data.items() if key != "version"}

    match name:
        case "project":
            return ProjectForm(data, instance=application, initial=initial), without_version
        case "money":
            amounts = {key: getattr(application, key) for key in ("total_krw", "requested_krw", "cash_krw")}
            return MoneyForm(data, application=application, initial=initial | amounts), without_version
        case "plan":
            return PlanForm(data, application=application, initial=initial), lambda form: {
                "answers": form.answers
            }
    return PledgeForm(data, application=application, initial=initial), lambda form: {
        "consents": form.consents
    }


def papers(request, application):
    """The papers of a draft, or those named by a supplement: each is uploaded on a page of its own."""
    if application.status not in ("draft", "returned"):
        return redirect(application)
    supplement = open_supplement(application)
    wanted = supplement.papers.all() if supplement else application.call.papers.all()
    present = {document.paper_id: document for document in application.documents.select_related("file")}
    names = rules.sections(application.call)
    return render(
        request,
        "intake/papers.html",
        {
            "application": application,
            "supplement": supplement,
            "papers": [(paper, present.get(paper.pk)) for paper in wanted],
            "steps": steps(names, "papers"),
            "previous": None if supplement else names[names.index("papers") - 1],
            "title": TITLES["papers"],
            "now": clock.now(),
        },
    )


@page("application.edit", "GET", "POST")
def paper(request, key, code):
    """Upload one paper, or take it out again (button "remove")."""
    application = fetch(request, Application, key=key, related=("call",))
    wanted = get_object_or_404(application.call.papers, code=code)
    form = UploadForm(*((request.POST, request.FILES) if "upload" in request.POST else ()), paper=wanted)
    status = 200
    try:
        if "remove" in request.POST:
            actions.remove_paper(application, paper=wanted, by=request.user, now=request.arrived_at)
            messages.success(request, _("The paper is removed."))
            return redirect("intake:section", application.key, "papers")
        if request.method == "POST" and form.is_valid():
            actions.add_paper(
                application,
                paper=wanted,
                upload=form.cleaned_data["file"],
                by=request.user,
                now=request.arrived_at,
            )
            messages.success(request, _("%(paper)s is uploaded.") % {"paper": wanted.name})
            return redirect("intake:section", application.key, "papers")
    except Refused as refusal:
        if not form.is_bound:
            raise
        refusal.show_on(form)
        status = 409
    document = application.documents.filter(paper=wanted).select_related("file").first()
    return render(
        request,
        "intake/paper.html",
        {"application": application, "paper": wanted, "document": document, "form": form},
        status=status,
    )


@page("application.view", "GET")
def download(request, key, file):
    """One paper of an application, to everybody who may see the application itself."""
    application = fetch(request, Application, key=key)
    document = get_object_or_404(application.documents.select_related("file"), file__key=file)
    log_view(request, "paper.download", application)
    return files.download(document.file)


@page("application.view", "GET")
def check(request, key):
    """Check your answers: the whole application, every gap, and the button that hands it in."""
    application = fetch(request, Application, key=key, related=("call__programme", "firm__region", "field"))
    if request.user.role != Role.APPLICANT:
        return redirect(application)
    return render(
        request,
        "intake/check.html",
        {
            **facts(application),
            "gaps": rules.gaps(application, now=clock.now()),
            "moves": APPLICATION.open_to(application, request.user),
            "pledges": [(text, application.consents.get(code)) for code, text in rules.PLEDGES.items()],
            "now": clock.now(),
        },
    )


@page("application.submit", "POST")
def submit(request, key):
    """Hand in. Whatever is pressed twice ends on the same receipt."""
    application = fetch(request, Application, key=key, related=("call",))
    actions.record_attempt(application, by=request.user, arrived_at=request.arrived_at)
    try:
        return redirect(actions.submit(application, by=request.user, arrived_at=request.arrived_at))
    except Refused as refusal:
        return latest_instead(request, application) or refused(request, application, refusal)


@page("application.submit", "POST")
def hand_in_supplement(request, key):
    """Hand the mended papers in; pressed twice it ends on the same receipt too."""
    application = fetch(request, Application, key=key, related=("call",))
    actions.record_attempt(application, by=request.user, arrived_at=request.arrived_at)
    try:
        return redirect(
            actions.hand_in_supplement(application, by=request.user, arrived_at=request.arrived_at)
        )
    except Refused as refusal:
        return latest_instead(request, application) or refused(request, application, refusal)


def latest_instead(request, application):
    """Where the application is handed in already: its receipt, and who was quicker."""
    receipt = latest_receipt(application)
    if (
        receipt is None
        or Application.objects.filter(pk=application.pk, status__in=("draft", "returned")).exists()
    ):
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
        {"application": application, "reasons": refusal.reasons, "incomplete": incomplete},
        status=422 if incomplete else 409,
    )


@page("application.receipt", "GET")
def receipt(request, key):
    found = fetch(request, Submission, key=key, related=("application__call", "application__firm", "by"))
    log_view(request, "receipt.view", found.application)
    return render(request, "intake/receipt.html", {"receipt": found, "application": found.application,
                                                   "arrived": rules.shown(found.arrived_at)})  # fmt: skip


@page("application.withdraw", "GET", "POST")
def withdraw(request, key):
    application = fetch(request, Application, key=key)
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
