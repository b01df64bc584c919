"""The edge of the house: the declaration of a view, fetching what may be seen, and how a no is answered."""

from datetime import UTC, datetime
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render

from applications.kernel import clock
from applications.kernel.access import require
from applications.kernel.errors import Denied, Refused


def page(permission=None, *methods, public=None):
    """Declare a view: the methods it answers and the permission it asks, or why it is public.

    A view with a `key` in its address asks its permission of the thing it fetches, by `fetch` below; one
    that forgets is an error, never an open door. A view without a key asks it of the person alone.
    Methods not named are answered 405, OPTIONS too; HEAD goes with GET.
    """
    if public:
        methods = ((permission,) if permission else ()) + methods
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def declare(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            if public:
                return view(request, *args, **kwargs)
            request.permission, request.asked = permission, False
            if "key" not in kwargs:
                require(request.user, permission)
                request.asked = True
            response = view(request, *args, **kwargs)
            if not request.asked:
                raise AssertionError(f"{view.__name__} answered without asking {permission}.")
            return response

        guarded.permission, guarded.methods, guarded.public = permission, methods, public
        return login_not_required(guarded) if public else guarded

    return declare


def fetch(request, model, *, related=(), **lookup):
    """The thing of this model that the person can see and may open on this page, else 404.

    model: a model or a queryset that has `visible_to`; related: names for select_related.
    """
    queryset = model if hasattr(model, "visible_to") else model.objects
    found = queryset.visible_to(request.user)
    thing = get_object_or_404(found.select_related(*related) if related else found, **lookup)
    require(request.user, request.permission, thing)
    request.asked = True
    return thing


class ArrivalMiddleware:
    """Write down when the request arrived: what counts at a deadline."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.arrived_at = proxy_stamp(request) or clock.now()
        return self.get_response(request)


def proxy_stamp(request):
    """The instant at which a trusted proxy took the request (X-Request-Start: t=seconds), else None."""
    if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
        return None
    try:
        return datetime.fromtimestamp(float(request.headers["X-Request-Start"].removeprefix("t=")), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


class RefusedMiddleware:
    """Denied looks like missing (404); Refused is answered 409 with the reasons and the way back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        match exception:
            case Denied():
                return self.missing(request)
            case Refused():
                return render(request, "errors/refused.html", {"refusal": exception}, status=409)
        return None

    @staticmethod
    def missing(request):
        return render(request, "errors/404.html", status=404)
