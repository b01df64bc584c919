"""Pages for everybody and for each role's beginning, the record, the letters, the health of the house."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.accounts.rules import PRIVACY_VERSION, TERMS_VERSION
from applications.agreement.models import Agreement
from applications.cohort import charts
from applications.cohort.queries import figures, standing, waiting_for_seat
from applications.firms.models import Firm, Invitation
from applications.firms.queries import to_be_let_in
from applications.intake.queries import to_be_answered
from applications.kernel import clock, keeping
from applications.kernel.accesslog import log_view
from applications.kernel.errors import Refused
from applications.kernel.heartbeat import Heartbeat
from applications.kernel.keeping import SavedView
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.notifications.inbox import opened
from applications.notifications.models import Letter
from applications.portal import queries
from applications.portal.forms import ViewForm
from applications.portal.lists import LISTS, list_for
from applications.review.membership import chaired, invitations
from applications.review.models import ReviewerProfile
from applications.review.queries import work_of


@page("GET", public="The front page: what this is, which calls are open.")
def front(request):
    if request.user.is_authenticated:
        return redirect("portal:home")
    reached = figures()
    drawing = {"grid": charts.grid(reached["seats"])}
    return render(
        request,
        "portal/front.html",
        {"calls": queries.open_calls(), "now": clock.now(), **reached, **drawing},
    )


@page("account.own", "GET")
def home(request):
    """Each person's beginning: what waits, what is theirs, what is open."""
    user, now = request.user, clock.now()
    watches = user.has_perm("arrivals.view")
    calls = queries.watched_calls(now) if watches else queries.open_calls()
    facts = {
        "now": now,
        "waiting": queries.waiting_for(user),
        "late": queries.late_for(user),
        "may_watch": watches,
        "calls": calls,
        "ending": watches and any(call.is_ending for call in calls),
    }
    match user.role:
        case Role.APPLICANT:
            facts |= of_applicant(user, now)
        case Role.REVIEWER:
            facts |= of_reviewer(user, now)
        case Role.MINISTRY | Role.OFFICER | Role.DIRECTOR | Role.AUDITOR:
            facts["cohort"] = standing()
    if user.has_perm("cohort.seat"):
        facts["seats_to_give"] = queries.number_of(waiting_for_seat())
    return render(request, "portal/home.html", facts)


def of_applicant(user, now):
    agreements = Agreement.objects.visible_to(user).select_related("application__call").order_by("-pk")
    return {
        "firms": Firm.objects.visible_to(user),
        "applications": queries.own_applications(user),
        "joining": to_be_let_in(user, now)[:20],
        "asked": to_be_answered(user, now)[:20],
        "agreements": agreements[:5],
        "invitations": Invitation.objects.visible_to(user).open(now).select_related("firm"),
    }


def of_reviewer(user, now):
    profile = ReviewerProfile.objects.filter(user=user).first()
    return {
        "lacks_profile": not profile,
        "profile_is_old": profile and profile.is_stale,
        "profile_is_new": profile and not profile.confirmed_at,
        "reviews": work_of(user),
        "panel_invitations": invitations(user, now)[:20],
        "chaired": chaired(user)[:20],
    }


@page("GET", public="Help is for everybody.")
def help_page(request):
    return render(request, "portal/help.html")


@page("GET", public="The privacy policy is public by law (개인정보 보호법 제30조).")
def privacy(request):
    return render(request, "portal/privacy.html", {"version": PRIVACY_VERSION})


@page("GET", public="The terms of use are public.")
def terms(request):
    return render(request, "portal/terms.html", {"version": TERMS_VERSION})


@page("account.own", "POST")
def extend(request):
    """The session goes on; the middleware has written down that the person was here."""
    request.session["seen"] = int(clock.now().timestamp())
    return HttpResponse(status=204)


@page("view.keep", "POST")
def keep_view(request, name):
    """Keep what the address of a list asks for under a name; what the list does not understand of it is left out."""
    if name not in LISTS:
        raise Http404
    listing = list_for(request.user, name)
    query = listing.asked(QueryDict(request.POST.get("query", "")[:4000]), by=request.user).address()
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            keeping.keep(of=name, query=query, **form.cleaned_data, by=request.user)
            messages.success(request, _("The view “%(name)s” is kept.") % {"name": form.cleaned_data["name"]})
        else:
            messages.error(request, _("Please give the view a name of at most 40 characters."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{listing.url}?{query}")


@page("view.drop", "POST")
def drop_view(request, key):
    view = fetch(request, SavedView, key=key)
    keeping.drop(view, by=request.user)
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect(LISTS[view.list].url)


@page("outbox.read", "GET")
def letter(request, key):
    found = fetch(request, Letter, key=key)
    log_view(request, "letter.view", found)
    hides_text = not request.user.has_perm("outbox.text")
    return render(
        request,
        "portal/letter.html",
        {"letter": found, "shows_body": not (hides_text or found.is_secret), "hides_text": hides_text},
    )


@page("account.own", "GET")
def inbox(request):
    """The letters that were written to this person, as they are on record."""
    found = Letter.objects.of(request.user).select_related("opening")
    rows = page_by_key(found, ["-written_at", "-id"], request.GET.get("mark", ""), size=30)
    return render(request, "portal/inbox.html", {"page": rows})


@page("inbox.read", "GET")
def own_letter(request, key):
    """One of them; the first time is written down."""
    found = fetch(request, Letter, key=key)
    if request.method == "GET":
        opened(found)
    return render(request, "portal/own_letter.html", {"letter": found})


@page("GET", public="Exists in the demonstration only: the letters that would have been sent.")
def demo_letters(request):
    if not settings.DEMO:
        raise Http404
    found = Letter.objects.all()
    if address := request.GET.get("to", "").strip()[:100]:
        found = found.filter(address__icontains=address)
    rows = page_by_key(found, ["-written_at", "-id"], request.GET.get("mark", ""), size=30)
    return render(request, "portal/demo_letters.html", {"page": rows, "to": address})


@page("GET", public="Exists in the demonstration only: one of those letters.")
def demo_letter(request, key):
    if not settings.DEMO:
        raise Http404
    return render(
        request,
        "portal/letter.html",
        {"letter": get_object_or_404(Letter, key=key), "shows_body": True, "in_demo": True},
    )


@page("GET", public="Monitors ask whether the process answers; it says nothing else.")
def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


@page("GET", public="Monitors ask whether work can be done: up or down, and which part.")
def readyz(request):
    """Database, queued work, letters: 200 when all is well, else 503."""
    now = clock.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beats = dict(Heartbeat.objects.values_list("part", "at"))
        _waiting, oldest = queries.letters_waiting(now)
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    parts = {
        "database": "up",
        "timetable": "up"
        if now - beats.get("timetable", now - timedelta(days=1)) < timedelta(minutes=3)
        else "down",
        "letters": "up" if oldest is None or now - oldest < timedelta(minutes=15) else "down",
    }
    return JsonResponse(parts, status=200 if set(parts.values()) == {"up"} else 503)
