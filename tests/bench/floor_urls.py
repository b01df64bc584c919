"""The floor: what a bare Django view costs here: session, user, one query of 50 rows, a page of 30 kB."""

from django.contrib.auth import get_user
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import path

from applications.intake.models import Application

ROW = "<tr><td>{{ row.number }}</td><td>{{ row.title }}</td><td>{{ row.status }}</td><td>{{ row.submitted_at }}</td></tr>"
PAGE = Template(
    "<!doctype html><title>{{ user.name }}</title><table>{% for row in rows %}"
    + ROW
    + "{% endfor %}</table>"
    + "<p>.</p>" * 3000
)


def floor(request):
    rows = Application.objects.only("number", "title", "status", "submitted_at").order_by(
        "-submitted_at", "-id"
    )[:50]
    return HttpResponse(PAGE.render(Context({"rows": rows, "user": get_user(request)})))


urlpatterns = [path("floor/", floor), path("healthz", lambda request: HttpResponse("ok"))]
