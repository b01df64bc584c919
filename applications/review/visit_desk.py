"""Pages of the desk for site visits and for telling firms that they go on."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.calls.models import Call
from applications.intake.models import Application
from applications.kernel import files
from applications.kernel.accesslog import log_view
from applications.kernel.formpages import asked
from applications.kernel.web import fetch, page
from applications.review import exempting, fitness, visited, visiting
from applications.review.visit_forms import AppointForm, DecideForm

OF_CASE = ("call", "firm", "stage")


def _in_visit(application):
    """The application, if it is in a site visit now."""
    if application.stage is None or not application.stage.is_visit:
        raise Http404
    return application


@page("visit.appoint", "GET", "POST")
def appoint(request, key):
    """When and where the place is visited; the firm and the visitors are told."""
    application = _in_visit(fetch(request, Application, key=key, related=OF_CASE))
    visit = visited.visit_of(application, application.stage)
    initial = {} if visit else {"place": application.firm.address}
    return asked(
        request, AppointForm(request.POST or None, instance=visit, initial=initial),
        lambda **typed: visiting.appoint(application, **typed, by=request.user),
        after=("review:case", application.key), said=_("The visit is set; the firm and the visitors are told."),
        template="review/appoint.html", application=application, visit=visit, points=visited.points_of(application.stage),
        visitors=visited.visitors(application, application.stage).select_related("reviewer"),
    )  # fmt: skip


@page("visit.decide", "GET", "POST")
def decide(request, key):
    """The two findings side by side, and what holds."""
    application = _in_visit(fetch(request, Application, key=key, related=OF_CASE))
    return asked(
        request, DecideForm(request.POST or None),
        lambda **typed: visiting.decide(application, **typed, by=request.user),
        after=("review:case", application.key), said=_("The decision is written down. The stage can be closed now."),
        template="review/decide.html", application=application, visits=visited.shown(application, [application.stage]),
    )  # fmt: skip


@page("application.case", "GET")
def photo(request, key, photo):
    """A photo of the place, for staff, once its visitor has handed in."""
    application = fetch(request, Application, key=key)
    found = get_object_or_404(visited.photos_of(application), key=photo)
    log_view(request, "paper.download", application)
    return files.download(found.file)


@page("stage.tell", "GET")
def stages(request, key):
    """The stages of a call: how many are where, and whose firms were told that they go on."""
    call = fetch(request, Call, key=key)
    rows = [(*row, len(exempting.askable(row[0]))) for row in visited.by_stage(call)]
    return render(request, "review/stages.html", {"call": call, "rows": rows})


@page("stage.tell", "GET", "POST")
def tell(request, key, place):
    """Tell the firms that go on to a stage: how many, and what stands against it."""
    call = fetch(request, Call, key=key)
    stage = get_object_or_404(call.stages, ordinal=place)
    if request.method == "POST":
        count = visiting.tell(call, stage=stage, by=request.user)
        said = ngettext("%(count)d firm is told.", "%(count)d firms are told.", count)
        messages.success(request, said % {"count": count})
        return redirect("review:stages", key=call.key)
    waiting = visited.going_on(call, stage).select_related("firm").order_by("number")
    count = waiting.count()
    facts = {
        "call": call,
        "stage": stage,
        "count": count,
        "waiting": waiting[:50],
        "reasons": fitness.untellable(
            call, stage, still_before=visited.still_before(call, stage), to_tell=count
        ),
    }
    return render(request, "review/tell.html", facts)
