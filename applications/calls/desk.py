"""The staff's pages of calls: publish, announce changes, answer questions; builder.py has those that make a call."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.calls import actions, announcing, answering, conflicts, queries, rules
from applications.calls.audience import Inquiry, Notice
from applications.calls.builder import tasks, unready
from applications.calls.forms import (
    AnswerForm,
    AssignForm,
    CorrectionForm,
    ExtensionForm,
    NoticeForm,
)
from applications.calls.lists import CALLS, INQUIRIES
from applications.calls.models import Call
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.listpages import exported, listed
from applications.kernel.web import fetch, page
from applications.lifecycle import INQUIRY


@page("call.list", "GET")
def desk(request):
    may = request.user.has_perm
    return listed(
        request, CALLS, "calls/desk.html", may_prepare=may("call.prepare"), may_read=may("inquiry.list")
    )


@page("call.export", "GET", "POST")
def export(request):
    """The list as a file, for a reason that is written down."""
    return exported(request, CALLS)


@page("call.view", "GET")
def manage(request, key):
    call = fetch(request, Call, key=key, related=("programme", "copied_from"))
    is_public = bool(call.published_at)
    gaps = [] if is_public else unready(call)
    return render(
        request,
        "calls/manage.html",
        {
            "call": call,
            "may_edit": request.user.has_perm("call.edit", call),
            "may_change": is_public and not call.cancelled_at and request.user.has_perm("call.change", call),
            "may_copy": request.user.has_perm("call.prepare"),
            "is_over": not rules.unrepeatable(call),
            "copies": call.copies.filter(announces_again=True),
            "unready": gaps,
            "tasks": [] if is_public else tasks(call, gaps),
            "notices": call.notices.select_related("by"),
            "conflict_rules": conflicts.in_force(call),
            "stages": queries.measures(call),
        },
    )


@page("call.publish", "POST")
def publish(request, key):
    call = fetch(request, Call, key=key)
    actions.publish(call, by=request.user)
    messages.success(request, _("The call is published."))
    return redirect("calls:manage", key=call.key)


# Notices


@page("call.change", "GET", "POST")
def correct(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    form = CorrectionForm(request.POST or None, call=call, changeable=announcing.changeable(call))
    return _announce(request, call, form, Notice.Kind.CORRECTION, announcing.correct)


@page("call.change", "GET", "POST")
def extend(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    form = ExtensionForm(request.POST or None, call=call)
    return _announce(request, call, form, Notice.Kind.EXTENSION, announcing.extend)


@page("call.change", "GET", "POST")
def cancel(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    form = NoticeForm(request.POST or None, call=call)
    return _announce(request, call, form, Notice.Kind.CANCELLATION, announcing.cancel)


def _announce(request, call, form, kind, verb):
    """A notice in three steps: typed, looked at with the number of firms it goes to, published."""
    facts, status = {"call": call, "form": form, "kind": kind}, 200
    if request.method == "POST" and form.is_valid():
        try:
            if "publish" in request.POST:
                return _published(request, verb(call, **form.content, by=request.user))
            if "change" not in request.POST:
                facts["notice"] = notice = announcing.draw(call, kind, **form.content, by=request.user)
                notice.rows = rules.rows(notice)
                facts["drafts"], facts["handed_in"] = queries.written_in(call)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
    return render(request, "calls/announce.html", facts, status=status)


def _published(request, notice):
    told = ngettext("%(count)d firm is told.", "%(count)d firms are told.", notice.firms_told)
    messages.success(
        request,
        _("Notice %(number)s is published.") % {"number": notice.number}
        + " "
        + told % {"count": notice.firms_told},
    )
    return redirect("calls:manage", key=notice.call.key)


# Questions


@page("inquiry.list", "GET")
def inquiries(request):
    """All that was ever asked, as the address narrows and sorts it."""
    return listed(request, INQUIRIES, "calls/inquiries.html")


@page("inquiry.export", "GET", "POST")
def inquiries_export(request):
    """The questions as a file, for a reason that is written down; who has asked stands in none."""
    return exported(request, INQUIRIES)


@page("inquiry.read", "GET")
def inquiry(request, key):
    found = fetch(request, Inquiry, key=key, related=("call", "asked_by", "assigned_to", "answered_by"))
    log_view(request, "inquiry.view", found.asked_by)
    moves = INQUIRY.open_to(found, request.user)
    return render(
        request,
        "calls/inquiry.html",
        {
            "inquiry": found,
            "moves": moves,
            "form": AssignForm(officers=queries.officers()) if "assign" in moves else None,
        },
    )


@page("inquiry.handle", "POST")
def assign(request, key):
    found = fetch(request, Inquiry, key=key)
    form = AssignForm(request.POST, officers=queries.officers())
    if form.is_valid():
        answering.assign(found, person=form.cleaned_data["person"], by=request.user)
        messages.success(request, _("The question is assigned."))
    else:
        messages.error(request, _("Please choose who answers."))
    return redirect(found)


@page("inquiry.handle", "GET", "POST")
def answer(request, key):
    found = fetch(request, Inquiry, key=key, related=("call",))
    form = AnswerForm(request.POST or None, initial={"shown": found.shown, "answer": found.answer})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            answering.answer(found, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The answer is saved. Nobody outside sees it yet."))
            return redirect(found)
    return render(request, "calls/answer.html", {"form": form, "inquiry": found}, status=status)


@page("inquiry.handle", "POST")
def publish_answer(request, key):
    found = fetch(request, Inquiry, key=key)
    answering.publish(found, by=request.user)
    messages.success(request, _("Question and answer are published, and the asker is told."))
    return redirect(found)


@page("inquiry.handle", "POST")
def reply(request, key):
    found = fetch(request, Inquiry, key=key)
    answering.reply(found, by=request.user)
    messages.success(request, _("The answer is sent to the asker."))
    return redirect(found)
