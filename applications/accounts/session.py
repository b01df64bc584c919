"""How a session ends: after idle time, and for staff without a second factor before it begins; and where the next one goes on."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers

from applications.kernel import clock

# What staff without a second factor may open, to add one or to leave.
OPEN_WITHOUT_FACTOR = (
    "mfa_",
    "account_",
    "set_language",
    "portal:health",
    "portal:help",
    "portal:privacy",
    "portal:terms",
)


CONFIRMED_FOR = timedelta(minutes=15)


def confirmed_until(request, *, at):
    """Until when this session is confirmed by a password or passkey that was given again; None where it is not."""
    again = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    until = datetime.fromtimestamp(max(again), UTC) + CONFIRMED_FOR if again else at
    return until if at < until else None


def idle_seconds(user):
    """60 minutes for applicants, 30 for everybody else (docs/domain.md, sessions)."""
    return settings.SESSION_IDLE_SECONDS.get(user.role, settings.SESSION_IDLE_SECONDS_OTHERS)


def seconds_left(session, now):
    """Until a session ends however it is used. now: seconds since 1970."""
    return session.get("begun", now) + settings.SESSION_MOST_SECONDS - now


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for a log-in and comes back to the page; from a button that has no page of its own, to the page where it stands."""

    def handle_no_permission(self, request, view):
        if "GET" in getattr(view, "methods", ("GET",)):
            return super().handle_no_permission(request, view)
        stood = urlsplit(request.headers.get("Referer", ""))
        ours = stood.netloc == request.get_host()
        back = stood._replace(scheme="", netloc="").geturl() if ours else ""
        return redirect_to_login(back or resolve_url(settings.LOGIN_REDIRECT_URL))


class SessionMiddleware:
    """Ends sessions on the server that are idle or twelve hours old; asks staff for a second factor; keeps pages out of shared caches."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            seen = request.session.get("seen", now)
            if now - seen > idle_seconds(request.user) or seconds_left(request.session, now) <= 0:
                logout(request)
            elif now - seen > 30 or "begun" not in request.session:
                request.session.setdefault("begun", now)
                request.session["seen"] = now  # at most one write in thirty seconds
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not (settings.STAFF_SECOND_FACTOR and user.is_authenticated and user.is_staff):
            return None
        name = request.resolver_match.view_name or ""
        if name.startswith(OPEN_WITHOUT_FACTOR) or user.has_factor:
            return None
        return redirect("mfa_activate_totp")
