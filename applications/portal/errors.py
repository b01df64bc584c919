"""Error pages: plain words, the way back, nothing about the machine."""

from django.shortcuts import render


def bad_request(request, exception):
    return render(request, "errors/400.html", status=400)


def denied(request, exception):
    return render(request, "errors/404.html", status=404)


def missing(request, exception):
    return render(request, "errors/404.html", status=404)


def broken(request):
    return render(request, "errors/500.html", status=500)


def forged(request, reason=""):
    """A form without its token: usually an old page, seldom an attack."""
    return render(request, "errors/403_csrf.html", status=403)
