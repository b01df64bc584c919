"""Error pages: plain words, the way back, nothing about the machine."""

from django.conf import settings
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request, exception):
    return render(request, "errors/400.html", status=400)


def denied(request, exception):
    return render(request, "errors/404.html", status=404)


def missing(request, exception):
    return render(request, "errors/404.html", status=404)


def broken(request):
    """Drawn without the request: who is signed in would be asked of a database that may be what broke."""
    return HttpResponseServerError(
        render_to_string("errors/500.html", {"demo": settings.DEMO, "home_url": "/"})
    )


def forged(request, reason=""):
    """A form without its token: usually an old page, seldom an attack."""
    return render(request, "errors/403_csrf.html", status=403)
