"""Pages of the files of long lists: how far each is written, and taking it."""

from django.shortcuts import render
from django.urls import reverse

from applications.kernel import exports as files
from applications.kernel.exports import Export
from applications.kernel.listpages import listed
from applications.kernel.web import fetch, page
from applications.portal.lists import EXPORTS, LISTS, list_for


@page("export.list", "GET")
def exports(request):
    """The files that this person has asked for, the latest on top."""
    return listed(request, EXPORTS, "portal/exports.html")


@page("export.view", "GET")
def one(request, key):
    """How far a file is written; it can be left and come back to."""
    found = fetch(request, Export.objects.defer("ids"), key=key)
    listing = LISTS[found.of]
    again = f"{reverse(f'{listing.address}_export', args=listing.args)}?{found.query}"
    if request.GET.get("part") == "now":
        return render(request, "portal/_export_state.html", {"export": found, "again_url": again})
    facts = {"export": found, "again_url": again, "list_url": listing.url}
    return render(request, "portal/export.html", facts)


@page("export.view", "GET")
def file(request, key):
    """The file, for as long as who has asked for it may take its list; each time is written down with whose data it holds."""
    found = fetch(request, Export, key=key)
    listing = list_for(request.user, found.of)
    response = files.download(found, listing, by=request.user)
    asked = listing.asked(found.asked, by=request.user)
    files.log_taking(request, asked, found.ids, reason=found.reason, total=found.done)
    return response
