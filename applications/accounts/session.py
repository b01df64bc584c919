"""How a session ends: after idle time, and for staff without a second factor before it begins."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
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


def idle_seconds(user):
    """60 minutes for applicants, 30 for everybody else (docs/domain.md, sessions)."""
    return settings.SESSION_IDLE_SECONDS.get(user.role, settings.SESSION_IDLE_SECONDS_OTHERS)


class SessionMiddleware:
    """Ends idle sessions on the server; asks staff for a second factor; keeps pages out of shared caches."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            seen = request.session.get("seen", now)
            if now - seen > idle_seconds(request.user):
                logout(request)
            elif now - seen > 30 or "seen" not in request.session:
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
        if name.startswith(OPEN_WITHOUT_FACTOR) or is_mfa_enabled(user):
            return None
        return redirect("mfa_activate_totp")
