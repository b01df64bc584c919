"""Pages for everybody and for each role's beginning, the record, the letters, the health of the house."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from applications.accounts.rules import PRIVACY_VERSION, TERMS_VERSION
from applications.agreement.models import Agreement
from applications.cohort import charts
from applications.cohort.queries import figures
from applications.firms.models import Firm, Invitation
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.audit import AuditEntry
from applications.kernel.heartbeat import Heartbeat
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page
from applications.notifications.models import Letter
from applications.portal import queries
from applications.review.models import ReviewerProfile


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
    user = request.user
    facts = {"waiting": queries.waiting_for(user), "calls": queries.open_calls(), "now": clock.now()}
    if user.role == "applicant":
        facts |= {
            "firms": Firm.objects.visible_to(user),
            "applications": queries.own_applications(user),
            "agreements": Agreement.objects.visible_to(user)
            .select_related("application__call")
            .order_by("-pk")[:5],
            "invitations": Invitation.objects.visible_to(user).open(clock.now()).select_related("firm"),
        }
    if user.role == "reviewer":
        facts["lacks_profile"] = not ReviewerProfile.objects.filter(user=user).exists()
    if user.role in ("ministry", "officer", "director", "auditor"):
        facts["cohort"] = figures()
    return render(request, "portal/home.html", facts)


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


@page("audit.view", "GET")
def audit(request):
    rows = page_by_key(AuditEntry.objects.select_related("actor"), ["-id"], request.GET.get("mark", ""))
    return render(
        request, "portal/audit.html", {"page": rows, "shows_values": request.user.has_perm("audit.values")}
    )


@page("access.view", "GET")
def access(request):
    rows = page_by_key(AccessEntry.objects.select_related("actor"), ["-id"], request.GET.get("mark", ""))
    return render(request, "portal/access.html", {"page": rows})


@page("outbox.view", "GET")
def letters(request):
    found = Letter.objects.visible_to(request.user)
    status = request.GET.get("status", "")
    if status in Letter.Status.values:
        found = found.filter(status=status)
    rows = page_by_key(found, ["-written_at", "-id"], request.GET.get("mark", ""))
    return render(
        request,
        "portal/letters.html",
        {
            "page": rows,
            "status": status,
            "statuses": Letter.Status.choices,
            "hides_text": not request.user.has_perm("outbox.text"),
        },
    )


@page("outbox.read", "GET")
def letter(request, key):
    found = fetch(request, Letter, key=key)
    hides_text = not request.user.has_perm("outbox.text")
    return render(
        request,
        "portal/letter.html",
        {"letter": found, "shows_body": not (hides_text or found.is_secret), "hides_text": hides_text},
    )


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
