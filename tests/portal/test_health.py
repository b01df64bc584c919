"""What monitors ask, and the error pages, with the database gone too."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as live
from django.db import OperationalError, connection
from django.test import Client

from applications.kernel import clock
from applications.kernel.heartbeat import Heartbeat, beat
from applications.notifications.models import Letter


@contextmanager
def database_down():
    """Every statement fails as it does when the server is gone."""

    def fail(execute, sql, params, many, context):
        raise OperationalError("the server is gone")

    with connection.execute_wrapper(fail):
        yield


def ready(client):
    response = client.get("/readyz")
    return response.status_code, json.loads(response.content)


def waiting_letter(minutes):
    return Letter.objects.create(
        kind="x", event=f"{minutes}", address="a@b.example", subject="S", body="B",
        next_try_at=clock.now() - timedelta(minutes=minutes),
    )  # fmt: skip


def test_the_process_answers_without_asking_anything(db, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


def test_all_is_well(db, client):
    beat("timetable")
    waiting_letter(14)

    assert ready(client) == (200, {"database": "up", "timetable": "up", "letters": "up"})


def test_a_timetable_that_never_ran_or_stopped_is_down(db, client):
    never = ready(client)
    beat("timetable")
    Heartbeat.objects.update(at=clock.now() - timedelta(minutes=3, seconds=1))

    assert never == ready(client) == (503, {"database": "up", "timetable": "down", "letters": "up"})


def test_letters_that_wait_too_long_are_down(db, client):
    beat("timetable")
    waiting_letter(16)

    assert ready(client) == (503, {"database": "up", "timetable": "up", "letters": "down"})


def test_a_database_that_is_gone_is_down_and_the_process_still_answers(db, client):
    with database_down():
        assert ready(client) == (503, {"database": "down"})
        assert client.get("/healthz").status_code == 200


def answered_without_database(world, address, *, person=None, **request):
    client = world.client(person)
    client.raise_request_exception = False
    with database_down():
        return client.get(address, **request)


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_page_that_breaks_without_the_database_says_so_in_plain_words(world, signed_in):
    response = answered_without_database(world, "/cohort/", person=world.officer if signed_in else None)

    text = response.content.decode()
    assert response.status_code == 500
    assert "<h1>" in text
    assert f'<html lang="{live.LANGUAGE_CODE}">' in text
    assert "the server is gone" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("address", "status"), [("/no/such/page/", 404), ("/help/%00", 400), ("/?q=%00", 400)]
)
def test_what_does_not_exist_and_what_cannot_be_understood_is_answered_without_the_database(
    world, address, status
):
    response = answered_without_database(world, address)

    assert response.status_code == status
    assert "<h1>" in response.content.decode()


def test_a_form_without_its_token_is_answered_without_the_database(db):
    client = Client(enforce_csrf_checks=True)
    with database_down():
        response = client.post("/language/", {"language": "en"})

    assert response.status_code == 403
    assert "<h1>" in response.content.decode()


def test_denied_looks_exactly_like_missing(world):
    client = world.client(world.officer)

    denied, missing = client.get("/record/"), client.get("/record/nothing/")

    assert (denied.status_code, missing.status_code) == (404, 404)
    assert shape(denied, "/record/") == shape(missing, "/record/nothing/")


def shape(response, address):
    """The page but for its own address and the tokens."""
    lines = response.content.decode().replace(address, "ADDRESS").split("\n")
    return [line for line in lines if "csrfmiddlewaretoken" not in line and "navigation" not in line]
