"""The two pages that every list of staff has: the rows as the address narrows and sorts them, and how many there are."""

from django.shortcuts import render
from django.urls import reverse

from applications.kernel import keeping


def listed(request, listing, found, template, **more):
    """One page of the rows of a list; more: what its template needs beside them."""
    return drawn(request, listing.asked(request.GET, by=request.user), found, template, **more)


def drawn(request, asked, found, template, *, pick=False, **more):
    """The same of a list that was asked already; pick: rows can be chosen."""
    may_keep = request.user.has_perm("view.keep")
    context = {
        **asked.drawn(found, request.GET.get("mark", ""), pick=pick),
        "views": keeping.of_list(asked.listing.name, request.user) if may_keep else (),
        "may_keep": may_keep,
    }
    return render(request, template, context | more)


def counted(request, listing, found, address):
    """How many a list holds, in all and by each filter: asked for apart, since it reads every row. address: its name."""
    asked = listing.asked(request.GET, by=request.user)
    return render(request, "parts/list_counts.html", asked.counted(found, reverse(address)))
