"""Pages of the vault: the papers that a firm keeps, one of them, its file."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.firms.actions import vault as actions
from applications.firms.forms.vault import KeepForm, RenewForm
from applications.firms.models import Firm
from applications.firms.rules import vault as rules
from applications.firms.tabs import tabs_of
from applications.kernel import clock, files
from applications.kernel.formpages import asked
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page


def room(firm):
    """What is used of what a firm may keep."""
    return {"file": files.MAX_FILE_BYTES, "firm": rules.MAX_FIRM_BYTES, "firm_used": files.used(firm.key)}


def tell_of_name(request, paper, sent):
    """A file whose ending was not what it is is kept under another name."""
    if sent and (said := files.renamed(paper.file, sent.name)):
        messages.warning(request, said)


@page("vault.view", "GET")
def listing(request, key):
    firm = fetch(request, Firm, key=key)
    rows = page_by_key(
        firm.papers.select_related("kind", "file"), ["kind__ordinal", "id"], request.GET.get("mark", "")
    )
    today = clock.today()
    return render(
        request,
        "firms/vault.html",
        {
            "firm": firm,
            "tabs": tabs_of(firm, request),
            "page": rows,
            "papers": [(paper, rules.standing(paper, today=today)) for paper in rows.rows],
            "room": room(firm),
            "may_keep": request.user.has_perm("vault.keep", firm),
        },
    )


@page("vault.keep", "GET", "POST")
def keep(request, key):
    firm = fetch(request, Firm, key=key)
    form = KeepForm(*((request.POST, request.FILES) if request.method == "POST" else ()))

    def act(**typed):
        tell_of_name(request, actions.keep(firm, **typed, by=request.user), typed["file"])

    return asked(
        request, form, act, after=("firms:vault", firm.key), said=_("The paper is in the vault."),
        template="firms/keep.html", firm=firm, room=room(firm),
    )  # fmt: skip


@page("vault.keep", "GET", "POST")
def kept(request, key, paper):
    """Renew a paper, or take it out of the vault (button "remove")."""
    firm = fetch(request, Firm, key=key)
    found = get_object_or_404(firm.papers.select_related("kind", "file", "firm"), key=paper)
    if "remove" in request.POST:
        actions.remove(found, by=request.user)
        messages.success(request, _("The paper is taken out of the vault."))
        return redirect("firms:vault", firm.key)
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RenewForm(*typed, instance=None if typed else found)

    def act(**typed):
        tell_of_name(request, actions.renew(found, **typed, by=request.user), typed["file"])

    return asked(
        request, form, act, after=("firms:vault", firm.key), said=_("The paper is saved."),
        template="firms/kept.html", firm=firm, paper=found, room=room(firm),
        standing=rules.standing(found, today=clock.today()),
    )  # fmt: skip


@page("vault.view", "GET")
def download(request, key, paper):
    firm = fetch(request, Firm, key=key)
    found = get_object_or_404(firm.papers.select_related("file"), key=paper)
    return files.download(found.file, own=True)
