"""The edge of the house: the declaration of a view, fetching what may be seen, and how a no is answered."""

import re
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import wraps
from ipaddress import ip_address
from uuid import UUID

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpResponseNotAllowed, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import resolve

from applications.kernel import clock
from applications.kernel.access import require
from applications.kernel.errors import Denied, Refused, TooOften

LONGEST_WAIT = timedelta(minutes=10)  # between the proxy's stamp and us: a large upload on a slow line


def page(permission=None, *methods, public=None):
    """Declare a view: the methods it answers and the permission it asks, or why it is public.

    A view with a `key` in its address asks its permission of the thing it fetches, by `fetch` below; one
    that forgets is an error, never an open door. A view without a key asks it of the person alone.
    Methods not named are answered 405, OPTIONS too; HEAD goes with GET.
    """
    if public:
        methods, permission = ((permission,) if permission else ()) + methods, None
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def declare(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in allowed:
                return not_taken(request, allowed)
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


def not_taken(request, allowed):
    """405; who opens the address of a button in the address bar reads so, and finds the way back."""
    answer = HttpResponseNotAllowed(sorted(allowed))
    if request.method == "GET":
        answer.content = render_to_string("errors/405.html", request=request)
    return answer


def fetch(request, model, *, related=(), **lookup):
    """The thing of this model that the person can see and may open on this page, else 404.

    model: a model or a queryset that has `visible_to`; related: names for select_related.
    """
    queryset = model if hasattr(model, "visible_to") else model.objects
    found = queryset.visible_to(request.user)
    thing = get_object_or_404(found.select_related(*related) if related else found, **lookup)
    thing.found_for = request.user.pk
    require(request.user, request.permission, thing)
    request.asked = True
    return thing


def is_key(text):
    """The text of a UUID, as our own pages send it."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


class ArrivalMiddleware:
    """Write down when the request arrived: what counts at a deadline."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.arrived_at = proxy_stamp(request) or clock.now()
        return self.get_response(request)


def proxy_stamp(request):
    """The instant at which a trusted proxy took the request (X-Request-Start: t=seconds), else None.

    A stamp that our own clock cannot believe is none: a proxy that passes on what its caller wrote decides nothing.
    """
    if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
        return None
    found = re.fullmatch(r"t=([0-9]{1,11}(?:\.[0-9]{1,6})?)", request.headers.get("X-Request-Start", ""))
    if not found:
        return None
    stamp = datetime.fromtimestamp(float(found[1]), UTC)
    return stamp if timedelta() <= clock.now() - stamp <= LONGEST_WAIT else None


class AddressMiddleware:
    """Whose address a request has, behind a trusted proxy too: tries are counted by it, and views written down with it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.META["REMOTE_ADDR"] = address_of(request)
        return self.get_response(request)


def address_of(request):
    """Who asked the outermost trusted proxy (X-Forwarded-For, read from its end); what anybody else wrote there is left."""
    address = request.META.get("REMOTE_ADDR", "")
    for named in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if address not in settings.TRUSTED_PROXIES or not is_address(named.strip()):
            break
        address = named.strip()
    return address


def is_address(text):
    """An IP address without a port or a zone, as a database keeps it."""
    try:
        return bool(ip_address(text)) and "%" not in text
    except ValueError:
        return False


class NulMiddleware:
    """Text with a NUL in it is answered 400: nobody types one, and PostgreSQL stores none."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        refuse_nul(request.path, *request.COOKIES.values(), *texts(request.GET))
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        refuse_nul(*texts(request.POST))  # names of files Django cleans itself


def texts(data):
    """Names and all their values, of a query or a form."""
    for name, values in data.lists():
        yield name
        yield from values


def refuse_nul(*given):
    if any("\0" in text for text in given):
        raise BadRequest("NUL in what was sent")


class RefusedMiddleware:
    """Denied looks like missing (404); Refused is answered 409 (429 if too often) with the reasons and the way back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        match exception:
            case Denied():
                return self.missing(request)
            case Refused():
                status = 429 if isinstance(exception, TooOften) else 409
                return render(request, "errors/refused.html", {"refusal": exception}, status=status)
        return None

    @staticmethod
    def missing(request):
        return render(request, "errors/404.html", status=404)


def seen(request, address):
    """The page that this person would be shown at another address of the house now."""
    looker, match = copy(request), resolve(address)
    looker.method, looker.path, looker.GET, looker.resolver_match = "GET", address, QueryDict(), match
    return match.func(looker, *match.args, **match.kwargs)


def framed(response):
    """A page or a file that may stand within a page of this house, and of nobody else."""
    is_picture = response["Content-Type"].startswith("image/")  # the browser centres it by a style of its own
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"frame-ancestors": [SELF]} | (
        {"style-src": [UNSAFE_INLINE]} if is_picture else {}
    )
    return response
