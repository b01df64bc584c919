"""The pages that every list of staff has: the rows as the address narrows and sorts them, how many there are, and a file of them."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.kernel import choosing, exporting, exports, keeping
from applications.kernel.accesslog import log_view
from applications.kernel.forms import ExportForm

AT_ONCE = 10_000  # rows of a file that is sent as it is asked for; a longer one is written apart
SOME_SECONDS = 2_500  # rows of an Excel file that takes more than one before it begins to arrive
MOST_IN_EXCEL = 1_048_575  # rows of a sheet below its heading


def listed(request, listing, template, **more):
    """A page of a list; more: what drawn takes, and what its template needs beside the rows."""
    return drawn(request, listing.asked(request.GET, by=request.user), template, **more)


def drawn(request, asked, template, *, pick=False, seen="", beside=dict, **more):
    """The same of a list that was asked already; pick: rows can be chosen; seen: in the access log, where rows are people;
    beside: () → more for the template, looked up where the page is shown.

    With part=counts in the address: how many there are, in all and by each filter; it reads every row, so no page waits for it.
    """
    listing, may = asked.listing, request.user.has_perm
    found = listing.rows(request.user)
    facts = {"asked": asked, "list_url": listing.url}
    if request.GET.get("part") == "counts":
        counts, total = asked.counts(found)
        return render(
            request, "parts/list_counts.html", facts | {"form": asked.form(counts), "found_rows": total}
        )
    page, chosen = (
        asked.page(found, request.GET.get("mark", "")),
        choosing.chosen(request, listing) if pick else None,
    )
    facts |= {
        "page": page,
        "lines": asked.lines(page.rows, pick=chosen),
        "chosen": chosen,
        "form": asked.form(),
        "passed_columns": asked.passed("col"),
        "usual_columns": asked.address(col=None),
    }
    if may("view.keep"):
        facts["views"] = keeping.of_list(listing.name, request.user)
        facts["keep_url"] = reverse("portal:keep_view", args=[listing.name])
    if listing.file and may(listing.file.permission):
        facts["export_url"] = reverse(f"{listing.address}_export", args=listing.args)
    if seen:
        log_view(request, seen, *page.rows)
    return render(request, template, facts | more | beside())


def exported(request, listing):
    """The list as a file, for a reason that is written down with whose data it holds; a long one is written apart."""
    asked = listing.asked(request.GET, by=request.user)
    narrowed, form = asked.narrowed(listing.rows(request.user)), ExportForm(request.POST or None)
    total = narrowed.count()
    if form.is_bound and form["kind"].value() == "xlsx" and total > MOST_IN_EXCEL:
        said = _("A sheet of Excel holds at most %(count)s rows. Please choose CSV, or narrow the list.")
        form.add_error("kind", said % {"count": f"{MOST_IN_EXCEL:,}"})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if total > AT_ONCE:
            return redirect(exports.begin(asked, total=total, **typed, by=request.user))
        ids = list(narrowed.order_by("pk").values_list("pk", flat=True)) if listing.file.of_each else []
        exports.log_taking(request, asked, ids, reason=typed["reason"], total=total)
        columns = exports.columns_of(asked, typed["columns"])
        rows = asked.all_rows(listing.rows(request.user), columns)
        return exporting.answer(
            typed["kind"], columns, rows, name=exports.name_of(listing.file, typed["kind"])
        )
    facts = {"form": form, "asked": asked, "found_rows": total, "list_url": listing.url}
    size = {"is_long": total > AT_ONCE, "takes_seconds": SOME_SECONDS < total <= AT_ONCE}
    return render(request, "parts/export.html", facts | size)
