"""Pages of what officers bring in from a workbook: the template, the file, the dry run, and how far it is written."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.kernel import importing
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.importing import Import
from applications.kernel.listpages import listed
from applications.kernel.sheets import Outcome
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.portal.forms import ImportForm
from applications.portal.importing import SHEETS, template_of
from applications.portal.lists import IMPORTS


def sheet_named(name):
    if name not in SHEETS:
        raise Http404
    return SHEETS[name]


@page("import.list", "GET")
def imports(request, name):
    """The files of one sheet that were brought in, the latest on top."""
    sheet = sheet_named(name)
    may_make = request.user.has_perm("import.make")
    return listed(request, IMPORTS[name], "portal/imports.html", sheet=sheet, may_make=may_make)


@page("import.make", "GET", "POST")
def begin(request, name):
    """Take a filled template in, for a reason that is written down."""
    sheet, status = sheet_named(name), 200
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = importing.begin(
                sheet, upload=form.cleaned_data["file"], reason=form.cleaned_data["reason"], by=request.user
            )
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            return redirect(found)
    return render(request, "portal/import_begin.html", {"form": form, "sheet": sheet}, status=status)


@page("import.make", "GET")
def template(request, name):
    """The workbook to begin with."""
    sheet = sheet_named(name)
    return FileResponse(template_of(sheet), as_attachment=True, filename=f"{sheet.title}.xlsx")


@page("import.view", "GET")
def one(request, key):
    """What the rows of a file would do, or have done; the wrong ones first."""
    found = fetch(request, Import, key=key, related=("file", "begun_by", "confirmed_by"))
    facts = {"import": found, "progress": importing.written(found)}
    if request.GET.get("part") == "now":
        return render(request, "portal/_import_state.html", facts)
    log_view(request, "import.view", found)
    sheet, counts = SHEETS[found.sheet], importing.counts_of(found)
    shown = request.GET.get("show", Outcome.WRONG if counts[Outcome.WRONG] else "")
    rows = found.rows.filter(outcome=shown) if shown in Outcome.values else found.rows.all()
    rows = page_by_key(rows, ["line"], request.GET.get("mark", ""))
    labels = {one.name: one.label for one in sheet.fields}
    return render(
        request,
        "portal/import.html",
        facts
        | {
            "sheet": sheet,
            "page": rows,
            "lines": [
                (row, lead(row, sheet), changes(row, labels), faults(row, labels)) for row in rows.rows
            ],
            "chips": [("all", _("All"), counts.total()), *((o.value, o.label, counts[o]) for o in Outcome)],
            "shown": shown if shown in Outcome.values else "all",
            "counts": counts,
            "to_write": counts[Outcome.NEW] + counts[Outcome.CHANGED],
            "may_confirm": found.state == Import.State.CHECKED
            and request.user.has_perm("import.make", found),
        },
    )


def lead(row, sheet):
    """What says which row it is."""
    return " · ".join(str(row.values[name]) for name in sheet.lead if row.values.get(name))


def changes(row, labels):
    """[(column, old, new)] of what the row would change, in words."""
    return [(labels[name], row.before.get(name, ""), value) for name, value in row.after.items()]


def faults(row, labels):
    """[(column, sentence)] of what is wrong, or why the row is skipped."""
    return [(labels.get(name, ""), sentence) for name, sentence in row.faults]


@page("import.make", "POST")
def confirm(request, key):
    """Have the rows written: all of them, or (button "good") without the wrong ones."""
    found = fetch(request, Import, key=key)
    importing.confirm(found, good_only="good" in request.POST, by=request.user)
    messages.success(request, _("The rows are being written. You can leave this page and come back to it."))
    return redirect(found)
