"""Pages of the checklist: every rule beside the papers that it is decided on, and the way into the review."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.intake import actions, answers, deciding, finding
from applications.intake.forms import CheckForm, RestForm
from applications.intake.models import Application
from applications.intake.queries import read_papers
from applications.intake.screened import verdicts_of
from applications.intake.screening import PERSON, RULES
from applications.intake.verdicts import ANSWERS, PAPERS
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION

RELATED = ("call__programme", "firm", "field")
PLAN, REST = "D01", "rest"


@page("application.case", "GET")
def listing(request, key):
    """The rules and where each stands, beside one of the papers."""
    application = fetch(request, Application, key=key, related=RELATED)
    return show(request, application)


@page("application.screen", "GET", "POST")
def rule(request, key, code):
    """One rule to be decided on beside its paper (or "rest": all that are left to a person); the next open one follows."""
    if code != REST and code not in RULES:
        raise Http404
    application = fetch(request, Application, key=key, related=RELATED)
    form = RestForm(request.POST or None) if code == REST else CheckForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if code == REST:
                actions.check_rest(application, **form.cleaned_data, by=request.user)
            else:
                actions.check(application, code=code, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("Written down."))
            return redirect(address_of(application, following(verdicts_of(application), code)))
    return show(request, application, code=code, form=form, status=status)


def show(request, application, *, code="", form=None, status=200):
    log_view(request, "application.view", application)
    found = verdicts_of(application)
    documents = list(read_papers(application))
    document = paper_beside(documents, request.GET.get("paper", ""), code)
    text = getattr(document.file, "text", None) if document and not document.file.is_withheld else None
    return render(
        request,
        "intake/checklist.html",
        {
            "application": application,
            "verdicts": found,
            "chosen": code,
            "form": form,
            "open": sum(one.is_open for one in found),
            "by_hand": sum(one.outcome == PERSON for one in found),
            "moves": deciding.without_screening(
                APPLICATION.open_to(application, request.user), application, now=clock.now()
            ),
            "waits": deciding.may_be_recalled(application, now=clock.now()),
            "declared": declared_on(application, code),
            "documents": documents,
            "document": document,
            "is_wanted": document
            and document.paper.code in (request.GET.get("paper"), *PAPERS.get(code, ())),
            "beginning": finding.beginning(text.parts) if text else "",
        },
        status=status,
    )


def declared_on(application, code):
    """What the firm has declared that this rule is decided on, as pages show answers."""
    given, wanted = application.answers, ANSWERS.get(code, ())
    return [
        answers.as_shown(question, given.get(question.code))
        for question in answers.asked(application)
        if question.code in wanted
    ]


def paper_beside(documents, wanted, code):
    """The paper that was asked for, else the one that this rule is decided on, else the plan; None where there is none."""
    there = {document.paper.code: document for document in documents}
    return next((there[name] for name in (wanted, *PAPERS.get(code, ()), PLAN) if name in there), None)


def following(found, code):
    """The next open rule after this one, or the first; empty where none is open."""
    codes = [one.code for one in found]
    place = codes.index(code) + 1 if code in codes else 0
    return next((one.code for one in [*found[place:], *found[:place]] if one.is_open), "")


def address_of(application, code):
    if code:
        return f"{reverse('intake:rule', args=[application.key, code])}#{code}"
    return reverse("intake:checklist", args=[application.key])
