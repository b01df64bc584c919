"""The pages that every list of staff has: the rows as the address narrows and sorts them, how many there are, and a file of them."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.kernel import clock, exporting, keeping
from applications.kernel.accesslog import log_export, log_view
from applications.kernel.forms import ExportForm

MOST_IN_EXCEL = 20_000  # it is written to its end before its first byte leaves; CSV has no such limit
LONGEST_NOTE = 150  # on how a list was narrowed: with the reason it fits into the log


def listed(request, listing, found, template, **more):
    """One page of the rows of a list; more: what its template needs beside them."""
    return drawn(request, listing.asked(request.GET, by=request.user), found, template, **more)


def drawn(request, asked, found, template, *, pick=False, seen="", **more):
    """The same of a list that was asked already; pick: rows can be chosen; seen: in the access log, where rows are people."""
    may_keep = request.user.has_perm("view.keep")
    context = {
        **asked.drawn(found, request.GET.get("mark", ""), pick=pick),
        "views": keeping.of_list(asked.listing.name, request.user) if may_keep else (),
        "may_keep": may_keep,
    }
    if seen:
        log_view(request, seen, *context["page"].rows)
    return render(request, template, context | more)


def counted(request, listing, found, address):
    """How many a list holds, in all and by each filter: asked for apart, since it reads every row. address: its name."""
    asked = listing.asked(request.GET, by=request.user)
    return render(request, "parts/list_counts.html", asked.counted(found, reverse(address)))


def exported(request, listing, found, *, act, address, name, of_each=True):
    """The list as a file, for a reason that is written down with whose data it holds.

    act: in the access log; address: the name of the list; name: of the file; of_each: the log names every row, else how
    many there are and how the list was narrowed (for those that nothing but their size tells apart).
    """
    asked = listing.asked(request.GET, by=request.user)
    narrowed, form = asked.narrowed(found), ExportForm(request.POST or None)
    total = narrowed.count()
    if form.is_bound and form["kind"].value() == "xlsx" and total > MOST_IN_EXCEL:
        said = _("An Excel file holds at most %(count)s rows here. Please choose CSV, or narrow the list.")
        form.add_error("kind", said % {"count": f"{MOST_IN_EXCEL:,}"})
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if of_each:
            log_export(request, act, narrowed, reason=reason)
        else:
            how = f" ({total:,} · {asked.address() or '*'})"[:LONGEST_NOTE]
            log_export(request, act, narrowed.none(), reason=reason + how)
        columns = listing.columns if form.cleaned_data["columns"] == "all" else asked.columns
        return exporting.answer(
            form.cleaned_data["kind"],
            columns,
            asked.all_rows(found, columns),
            name=f"{name}-{clock.today():%Y%m%d}",
        )
    facts = {"form": form, "asked": asked, "found_rows": total, "list_url": reverse(address)}
    return render(request, "parts/export.html", facts)
