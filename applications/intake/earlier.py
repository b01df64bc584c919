"""Pages of what was written earlier: the versions of a section and the way back to one, and what another application brings."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.intake import actions, coming
from applications.intake.models import Application
from applications.intake.queries import content_of, revisions_of
from applications.intake.writing import RELATED, changes, titles
from applications.kernel import clock
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, is_key, page


@page("application.edit", "GET")
def revisions(request, key, name):
    """Who left this section how and when, latest first."""
    application = fetch(request, Application, key=key, related=RELATED)
    title = titles(application.call).get(name)
    if title is None:
        raise Http404
    found = revisions_of(application).filter(section=name).select_related("by").defer("content")
    rows = page_by_key(found, ["-id"], request.GET.get("mark", ""), size=20)
    return render(
        request,
        "intake/revisions.html",
        {
            "application": application,
            "name": name,
            "title": title,
            "page": rows,
            "now": clock.now(),
            "over": coming.over(application, now=clock.now()),
        },
    )


@page("application.edit", "GET", "POST")
def revision(request, key, revision):
    """One revision beside what stands in the draft now, and the way back to it."""
    application = fetch(request, Application, key=key, related=RELATED)
    found = get_object_or_404(revisions_of(application).select_related("by"), key=revision)
    if request.method == "POST":
        actions.restore(application, revision=found, by=request.user, now=request.arrived_at)
        messages.success(request, _("The section is as it was."))
        return redirect("intake:section", application.key, found.section)
    return render(
        request,
        "intake/revision.html",
        {
            "application": application,
            "revision": found,
            "title": titles(application.call)[found.section],
            "changes": changes(application, content_of(application, found.section), found.content),
            "over": coming.over(application, now=clock.now()),
            "now": clock.now(),
        },
    )


@page("application.edit", "POST")
def take_over(request, key):
    """Fill what is empty from an earlier application of the firm."""
    application = fetch(request, Application, key=key, related=RELATED)
    earlier = request.POST.get("from", "")
    source = get_object_or_404(
        Application.objects.visible_to(request.user)
        .filter(firm=application.firm_id)
        .select_related("call__programme"),
        key=earlier if is_key(earlier) else None,
    )
    filled, papers = actions.take_over(
        application,
        earlier=source,
        also=request.POST.getlist("also"),
        by=request.user,
        now=request.arrived_at,
    )
    if papers:
        names = ", ".join(paper.name for paper in papers)
        messages.success(request, _("Taken from the vault: %(papers)s.") % {"papers": names})
    if filled:
        messages.success(
            request,
            ngettext("%(count)d field is filled in.", "%(count)d fields are filled in.", filled)
            % {"count": filled},
        )
    elif not papers:
        messages.info(
            request,
            _("There was nothing to take over: what is asked here is answered or was not asked there."),
        )
    return redirect(application)
