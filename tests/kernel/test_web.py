"""The edge of the house: declared views, things that may be seen, the instant of arrival, text that is no text."""

import re

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from applications.firms.models import Firm
from applications.kernel import clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.web import AddressMiddleware, ArrivalMiddleware, RefusedMiddleware, fetch, page

NOW = clock.kst(2026, 12, 15, 18)
STAMP = "t=1797325199.900"  # 2026-12-15 17:59:59.900 in Korea


def arrival(**meta):
    request = RequestFactory().get("/", **meta)
    with clock.at(NOW):
        ArrivalMiddleware(lambda request: HttpResponse())(request)
    return request.arrived_at


def test_a_request_arrives_when_it_is_seen():
    assert arrival() == NOW


def test_the_stamp_of_a_trusted_proxy_counts(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert arrival(REMOTE_ADDR="10.0.0.2", HTTP_X_REQUEST_START=STAMP) == clock.kst(
        2026, 12, 15, 17, 59, 59, 900_000
    )


def test_nobody_else_stamps_a_request(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert arrival(REMOTE_ADDR="192.0.2.7", HTTP_X_REQUEST_START=STAMP) == NOW
    assert (
        arrival(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="10.0.0.2", HTTP_X_REQUEST_START=STAMP) == NOW
    )


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "t=",
        "t=yesterday",
        "t=nan",
        "t=inf",
        "t=1e400",
        "t=-1e300",
        "t=1797325199 ",
        "t=1_797",
        "t=١٧",
        "t=99999999999",
    ],
)
def test_a_stamp_that_is_none_is_ignored(settings, stamp):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert arrival(REMOTE_ADDR="10.0.0.2", HTTP_X_REQUEST_START=stamp) == NOW


@pytest.mark.parametrize(
    ("stamp", "why"),
    [("t=1797325201", "a second from now"), ("t=1797324599", "eleven minutes ago"), ("t=1000", "in 1970")],
)
def test_a_stamp_far_from_our_clock_is_a_broken_proxy_and_ignored(settings, stamp, why):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert arrival(REMOTE_ADDR="10.0.0.2", HTTP_X_REQUEST_START=stamp) == NOW, why


def address(asker, forwarded=""):
    request = RequestFactory().get("/", REMOTE_ADDR=asker, HTTP_X_FORWARDED_FOR=forwarded)
    AddressMiddleware(lambda request: HttpResponse())(request)
    return request.META["REMOTE_ADDR"]


def test_behind_a_trusted_proxy_each_person_has_the_address_that_it_saw(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.2", "10.0.0.3"]

    assert address("10.0.0.2", "192.0.2.7") == "192.0.2.7"
    assert address("10.0.0.2", "192.0.2.7, 10.0.0.3") == "192.0.2.7"
    assert address("10.0.0.2", "2001:db8::7") == "2001:db8::7"


def test_nobody_gives_themselves_another_address(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert address("192.0.2.7", "198.51.100.1") == "192.0.2.7"
    assert address("10.0.0.2", "198.51.100.1, 192.0.2.7") == "192.0.2.7"
    assert address("192.0.2.7", "10.0.0.2") == "192.0.2.7"


@pytest.mark.parametrize(
    "named", ["", "unknown", "192.0.2.7:4711", "fe80::1%eth0", "'; drop", "1", "192.0.2.7,"]
)
def test_where_a_proxy_names_no_address_its_own_stands(settings, named):
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert address("10.0.0.2", named) == "10.0.0.2"


@page("firm.view", "GET")
def shown(request, key):
    return HttpResponse(fetch(request, Firm, key=key).name)


@page("firm.list", "GET")
def listed(request):
    return HttpResponse("list")


@page("firm.view", "GET")
def forgetful(request, key):
    return HttpResponse("everything")


@page("POST", public="a test")
def open_to_all(request):
    return HttpResponse("open")


def asked(view, user, method="get", **kwargs):
    request = getattr(RequestFactory(), method)("/")
    request.user = user
    return view(request, **kwargs)


def test_a_view_answers_the_methods_it_names_and_head(world):
    assert asked(listed, world.officer).status_code == 200
    assert asked(listed, world.officer, "head").status_code == 200
    for method in ("post", "put", "patch", "delete", "options", "trace"):
        response = asked(listed, world.officer, method)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert asked(open_to_all, None, "post").status_code == 200
    assert asked(open_to_all, None, "get").status_code == 405


def test_a_view_asks_before_it_answers(world):
    assert asked(shown, world.officer, key=world.a.key).content == b"Firm A"
    with pytest.raises(Http404):  # cannot see it
        asked(shown, world.owner_of(world.b), key=world.a.key)
    with pytest.raises(Denied):  # may not at all
        asked(listed, world.person())


def test_a_view_that_forgets_to_ask_is_an_error_and_no_open_door(world):
    with pytest.raises(AssertionError, match=r"forgetful answered without asking firm\.view"):
        asked(forgetful, world.officer, key=world.a.key)


def without_tokens(response):
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", response.content.decode())


def test_denied_looks_like_missing_and_refused_is_answered_with_its_reasons(world, client):
    client.force_login(world.person())
    missing = client.get("/nothing/")
    denied = client.get(reverse("firms:list"))

    assert (denied.status_code, missing.status_code) == (404, 404)
    assert without_tokens(denied) == without_tokens(missing).replace("/nothing/", reverse("firms:list"))

    request = RequestFactory().get("/")
    response = RefusedMiddleware(None).process_exception(request, Refused("Not today", about=world.a))
    assert response.status_code == 409
    assert "Not today" in response.content.decode()
    assert RefusedMiddleware(None).process_exception(request, ValueError()) is None


NUL_PLACES = {
    "in a query": lambda client: client.get("/?q=a%00b"),
    "in the name of a field of a query": lambda client: client.get("/?%00=1"),
    "in the address": lambda client: client.get("/firms/%00/"),
    "in a form": lambda client: client.post(
        reverse("account_login"), {"login": "a\0@b.example", "password": "x"}
    ),
    "in a field that nobody reads": lambda client: client.post(reverse("account_login"), {"more": "\0"}),
    "in the name of a field": lambda client: client.post(reverse("account_login"), {"\0": "x"}),
    "in a password": lambda client: client.post(
        reverse("account_login"), {"login": "a@b.example", "password": "\0"}
    ),
}


@pytest.mark.parametrize("send", NUL_PLACES.values(), ids=NUL_PLACES)
def test_a_nul_is_answered_400_on_both_databases(db, client, send):
    response = send(client)

    assert response.status_code == 400
    assert "text/html" in response["Content-Type"]


def test_a_nul_in_the_cookie_of_a_session_is_answered_400(db, client):
    client.cookies.load('sessionid="\\000aaaaaaaaaaaa"')

    assert client.get(reverse("portal:home")).status_code == 400


def test_a_page_of_a_person_with_a_nul_is_answered_400(world):
    client = world.client(world.officer)

    assert client.get(reverse("firms:list"), {"q": "\0"}).status_code == 400
    assert client.get(reverse("firms:list"), {"mark": "\0"}).status_code == 400
    assert (
        client.post(reverse("accounts:me"), {"name": "a\0b", "phone": "", "language": "ko"}).status_code
        == 400
    )
