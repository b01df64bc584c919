"""Pages of the papers of an application: the list, one paper, uploads in pieces, the vault, the text, the download."""

from functools import wraps

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.accounts.session import confirmed_until
from applications.calls.disclosure import not_given_out
from applications.intake import actions, coming, finding, freshness, mending, rules
from applications.intake.actions import uploads
from applications.intake.forms import DayForm, UploadForm
from applications.intake.handing_in import confirm_url
from applications.intake.models import Application
from applications.intake.queries import (
    named_answers,
    open_supplement,
    owners_of,
    read_papers,
)
from applications.intake.uploading import kept_for, room, uploads_of
from applications.intake.writing import RELATED, steps, titles
from applications.kernel import clock, files
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.files.arriving import ENDED, PIECE_BYTES, Upload
from applications.kernel.forms import whole_number
from applications.kernel.web import fetch, framed, page
from applications.lifecycle import APPLICATION


@page("application.edit", "GET")
def listing(request, key):
    """The papers of a draft, or those named by a supplement."""
    application = fetch(request, Application.objects.with_steps(), key=key, related=RELATED)
    if application.status not in ("draft", "returned"):
        return redirect(application)
    supplement = open_supplement(application)
    wanted = (
        mending.opened_papers(application, supplement) if supplement else application.call.papers_in("papers")
    )
    answers = named_answers(application, supplement) if supplement else []
    names = rules.sections(application.call)
    moves = APPLICATION.open_to(application, request.user) if supplement else ()
    return render(
        request,
        "intake/papers.html",
        {
            "application": application,
            "supplement": supplement,
            "answers": answers,
            **uploads_of(application, wanted, supplement),
            "steps": () if supplement else steps(application),
            "moves": moves,
            "owners": owners_of(application.firm) if supplement and "hand_in_supplement" not in moves else [],
            "confirmed_until": confirmed_until(request, at=clock.now()),
            "confirm_url": confirm_url(application),
            "previous": None if supplement else names[names.index("papers") - 1],
            "over": "" if supplement else coming.over(application, now=clock.now()),
            "title": _("Supplement") if supplement else titles(application.call)["papers"],
            "ends_at": supplement.due_at if supplement else application.ends_at,
            "now": clock.now(),
        },
    )


def place(application, paper):
    """Where a paper is uploaded: in its section of the draft; what a supplement names stands on one page."""
    section = "papers" if application.status == "returned" else paper.section
    return f"{reverse('intake:section', args=[application.key, section])}#paper_{paper.code}"


@page("application.edit", "GET", "POST")
def paper(request, key, code):
    """Upload one paper, or take it out again (button "remove")."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    wanted = get_object_or_404(application.call.papers.select_related("part"), code=code)
    over = coming.over(application, now=clock.now()) if application.status == "draft" else ""
    if over and request.method == "GET":  # it is read there
        return redirect(place(application, wanted))
    form = UploadForm(*((request.POST, request.FILES) if "upload" in request.POST else ()), paper=wanted)
    day_form = DayForm(request.POST if "dated" in request.POST else None, paper=wanted)
    status = 200
    try:
        if "remove" in request.POST:
            actions.remove_paper(application, paper=wanted, by=request.user, now=request.arrived_at)
            messages.success(request, _("The paper is removed."))
            return redirect(place(application, wanted))
        if day_form.is_valid():
            actions.date_paper(
                application, paper=wanted, **day_form.cleaned_data, by=request.user, now=request.arrived_at
            )
            messages.success(request, _("The day is saved."))
            return redirect(place(application, wanted))
        if form.is_valid():
            sent = form.cleaned_data["file"]
            stored = actions.add_paper(
                application, paper=wanted, upload=sent, by=request.user, now=request.arrived_at
            )
            messages.success(request, _("%(paper)s is uploaded.") % {"paper": wanted.name})
            if said := files.renamed(stored, sent.name):
                messages.warning(request, said)
            return redirect(place(application, wanted))
    except Refused as refusal:
        bound = next((one for one in (day_form, form) if one.is_bound), None)
        if bound is None or over:  # no form is of use any more
            raise
        refusal.show_on(bound)
        status = 409
    document = application.documents.filter(paper=wanted).select_related("file").first()
    kept, closing = list(kept_for(application).filter(kind__code=code)), rules.closing_day(application.call)
    freshness.mark(wanted, [document, *kept], closing)
    return render(
        request,
        "intake/paper.html",
        {
            "application": application,
            "paper": wanted,
            "place": place(application, wanted),
            "section": titles(application.call)[
                wanted.section if application.status == "draft" else "papers"
            ],
            "document": document,
            "kept": kept,
            "day_form": day_form if document and wanted.validity else None,
            "closes_on": closing,
            "is_early": document and rules.expires_early(document.expires_on, application.call),
            "room": room(application),
            "form": form,
            "over": over,
            "ends_at": supplement.due_at
            if (supplement := open_supplement(application))
            else application.ends_at,
            "now": clock.now(),
        },
        status=status,
    )


@page("application.edit", "POST")
def take(request, key, code, kept):
    """Take this paper out of the vault of the firm."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    wanted = get_object_or_404(application.call.papers.select_related("part"), code=code)
    kept = get_object_or_404(kept_for(application), key=kept)
    actions.take_paper(application, paper=wanted, kept=kept, by=request.user, now=request.arrived_at)
    messages.success(request, _("%(paper)s is taken from the vault.") % {"paper": wanted.name})
    if freshness.keeps(wanted, kept, rules.closing_day(application.call)) is False:
        said = _("%(paper)s is not as the call asks (%(rule)s). Please renew it before you hand in.")
        messages.warning(request, said % {"paper": wanted.name, "rule": wanted.validity_in_words})
    elif rules.expires_early(kept.expires_on, application.call):
        messages.warning(
            request, _("%(paper)s expires before the call closes. Please renew it.") % {"paper": wanted.name}
        )
    return redirect(place(application, wanted))


def answered(view):
    """An upload hears in data what a page would say: what is due, or the reasons against."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return JsonResponse(view(request, *args, **kwargs))
        except Refused as refusal:
            # It is gone, perhaps because only the last answer was lost: the page begins again, and hears that the paper stands.
            status = 404 if ENDED in refusal.reasons else 409
            return JsonResponse({"reasons": [str(reason) for reason in refusal.reasons]}, status=status)

    return answer


@page("application.edit", "POST")
@answered
def begin(request, key, code):
    """Begin an upload in pieces, or hear how far it has come."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    wanted = get_object_or_404(application.call.papers, code=code)
    told = request.POST
    same = application.documents.filter(paper=wanted, file__sha256=told.get("sha256", ""))
    if there := same.select_related("file").first():
        return stands_already(application, there, told.get("name", ""))
    upload = uploads.begin(
        application, paper=wanted, name=told.get("name", ""), size=whole_number(told.get("size")),
        sha256=told.get("sha256", ""), by=request.user, now=request.arrived_at,
    )  # fmt: skip
    return {
        "received": upload.received,
        "url": reverse("intake:upload", args=[application.key, code, upload.key]),
    }


@page("application.edit", "POST", "DELETE")
@answered
def upload(request, key, code, upload):
    """Take the next piece of an upload (its place in the query), or give the upload up."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    wanted = get_object_or_404(application.call.papers, code=code)
    arriving = get_object_or_404(
        Upload, key=upload, person=request.user, place=uploads.place_of(application, wanted)
    )
    if request.method == "DELETE":
        uploads.give_up(application, upload=arriving, by=request.user)
        return {}
    rest = uploads.add_piece(
        application,
        paper=wanted,
        upload=arriving,
        offset=whole_number(request.GET.get("offset")),
        content=request.read(PIECE_BYTES),
        by=request.user,
        now=request.arrived_at,
    )
    return {"received": rest.received} if rest else done(application, wanted, arriving.name)


def stands_already(application, document, name):
    """These bytes are here: the answer to their last piece was lost, or they are chosen again; to a supplement they are no news."""
    supplement = open_supplement(application)
    if supplement and document.added_at < supplement.requested_at:
        raise Refused(
            _("This is the file that was handed in before. Please choose the mended one."), about=application
        )
    if files.clean_name(name) == document.file.name:
        return {"done": True}
    said = _("The same file is here already, as “%(name)s”.") % {"name": document.file.name}
    return {"done": True, "said": str(said)}


def done(application, paper, name):
    """A file is here in full; `said` tells under which name it is kept, where that is not its own."""
    stored = application.documents.select_related("file").get(paper=paper).file
    said = files.renamed(stored, name)
    return {"done": True, "said": str(said)} if said else {"done": True}


@page("application.view", "GET")
def download(request, key, file):
    """One paper of an application, to everybody who may see the application itself; here: to be drawn within a page of this house."""
    application = fetch(request, Application, key=key, related=("call",))
    document = get_object_or_404(application.documents.select_related("file"), file__key=file)
    if reasons := not_given_out(application.call, request.user.role):
        raise Refused(*reasons, about=application)
    log_view(request, "paper.download", application)
    here, own = "here" in request.GET, request.user.role == Role.APPLICANT
    response = files.download(document.file, own=own, drawn=here)
    return framed(response) if here else response


@page("application.view", "GET")
def texts(request, key):
    """What stands in the papers of an application: a quick look, and a search in it."""
    application = fetch(request, Application, key=key, related=("call", "firm"))
    log_view(request, "paper.text", application)
    own = request.user.role == Role.APPLICANT
    wanted = request.GET.get("q", "").strip()[:100]
    return render(
        request,
        "intake/texts.html",
        {
            "application": application,
            "q": wanted,
            "papers": [
                (document, *looked_at(document.file, wanted, own=own))
                for document in read_papers(application)
            ],
        },
    )


def looked_at(file, wanted, *, own):
    """(where what is wanted stands, the beginning of the text) of a file; of one that is withheld only to its own."""
    text = getattr(file, "text", None)
    if text is None or (file.is_withheld and not own):
        return [], []
    return finding.hits(text.parts, wanted), finding.beginning(text.parts)
