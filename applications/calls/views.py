"""Pages of calls: the public list and notice, and the desk where officers make them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.calls import actions, rules
from applications.calls.forms import CallForm, PointsForm
from applications.calls.models import Call, Criterion
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page


@page("GET", public="Calls are announced to everybody.")
def listing(request):
    published = Call.objects.published().select_related("programme")
    rows = page_by_key(published, ["-closes_at", "-id"], request.GET.get("mark", ""), size=20)
    return render(request, "calls/listing.html", {"page": rows})


@page("GET", public="A published call is a public notice.")
def detail(request, key):
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("programme"), key=key)
    return render(
        request,
        "calls/detail.html",
        {
            "call": call,
            "criteria": Criterion.objects.filter(group__stage__call=call).select_related("group__stage"),
            "papers": call.papers.all(),
            "quotas": call.quotas.select_related("field"),
            "exclusions": rules.EXCLUSIONS.values(),
            "now": clock.now(),
            "may_apply": call.state == "open"
            and (not request.user.is_authenticated or request.user.has_perm("application.own")),
            "is_staff": request.user.is_authenticated and request.user.has_perm("call.list"),
        },
    )


@page("call.list", "GET")
def desk(request):
    rows = page_by_key(
        Call.objects.visible_to(request.user).select_related("programme"),
        ["-closes_at", "-id"],
        request.GET.get("mark", ""),
    )
    return render(
        request, "calls/desk.html", {"page": rows, "may_prepare": request.user.has_perm("call.prepare")}
    )


@page("call.prepare", "GET", "POST")
def prepare(request):
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = actions.prepare(**form.cleaned_data, by=request.user)
        messages.success(request, _("The call is saved. Nobody outside sees it yet."))
        return redirect("calls:manage", key=call.key)
    return render(request, "parts/form_page.html", {"form": form, "heading": _("Prepare a call")})


@page("call.view", "GET")
def manage(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    return render(
        request,
        "calls/manage.html",
        {
            "call": call,
            "may_edit": request.user.has_perm("call.edit", call),
            "unready": [] if call.published_at else rules.unready(call, now=clock.now()),
            "criteria": Criterion.objects.filter(group__stage__call=call).select_related("group__stage"),
        },
    )


@page("call.edit", "GET", "POST")
def edit(request, key):
    call = fetch(request, Call, key=key, related=("programme",))
    form = CallForm(request.POST or None, instance=call)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(call, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The call is saved."))
            return redirect("calls:manage", key=call.key)
    return render(
        request, "parts/form_page.html", {"form": form, "heading": _("Edit the call")}, status=status
    )


@page("call.edit", "GET", "POST")
def points(request, key):
    call = fetch(request, Call, key=key)
    form = PointsForm(request.POST or None, call=call)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_points(call, points=form.points, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The points are saved."))
            return redirect("calls:manage", key=call.key)
    return render(
        request, "parts/form_page.html", {"form": form, "heading": _("Points of the criteria")}, status=status
    )


@page("call.publish", "POST")
def publish(request, key):
    call = fetch(request, Call, key=key)
    actions.publish(call, by=request.user)
    messages.success(request, _("The call is published."))
    return redirect("calls:manage", key=call.key)
