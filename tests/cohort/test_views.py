"""The public page of the hundred, and the desk, role by role."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.cohort import actions
from applications.cohort.models import Seat
from tests.copies import another, another_application, another_firm, cost_of, costs_of_a_list

READ = ("officer", "director", "ministry", "auditor")


@pytest.fixture
def taken(world):
    return actions.seat(world.selected_sprout(), by=world.officer)


def more(taken):
    firm = another_firm(taken.firm)
    place = Seat.objects.held().order_by("-place").first().place + 1
    number = f"copy {place}"
    application = another_application(taken.application, firm=firm, status="selected")
    return another(taken, place=place, number=number, firm_id=firm.pk, application_id=application.pk)


def page(name, thing):
    return reverse(f"cohort:{name}", args=[thing.key])


def test_everybody_reads_how_far_the_hundred_is_and_no_firm_is_named(world, taken):
    firm = taken.firm
    text = world.client().get("/cohort/").content.decode()

    assert re.search(r"<strong>1</strong>\s*<span>/ 100</span>", text)
    secrets = [
        firm.name,
        firm.business_number,
        firm.representative,
        taken.number,
        str(taken.key),
        taken.application.number,
    ]
    assert [secret for secret in secrets if secret in text] == []


def test_each_drawing_has_a_title_and_a_description_and_its_numbers_stand_in_a_table(world, taken):
    text = world.client().get("/cohort/").content.decode()

    drawings = re.findall(r"<svg[^>]*>.*?</svg>", text, re.S)
    told = [drawing for drawing in drawings if 'aria-hidden="true"' not in drawing.split(">")[0]]
    assert len(told) == 3
    for drawing in told:
        title, words = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', drawing).groups()
        assert f'<title id="{title}">' in drawing
        assert f'<desc id="{words}">' in drawing
    assert told[0].count('class="seat seat-empty"') == 99
    assert told[0].count(f'class="seat field-{taken.field.ordinal}"') == 1
    assert text.count("<caption>") == 3


def test_without_any_seat_the_page_says_zero_and_nobody_yet(world):
    text = world.client().get("/cohort/").content.decode()

    assert re.search(r"<strong>0</strong>\s*<span>/ 100</span>", text)
    assert text.count('class="seat seat-empty"') == 100


@pytest.mark.parametrize("role", READ)
def test_officers_directors_the_ministry_and_auditors_read_the_desk(world, taken, role):
    response = world.client(getattr(world, role)).get("/cohort/desk/")

    assert [row.number for row in response.context["page"].rows] == [taken.number]
    assert taken.firm.name in response.content.decode()


def test_who_may_not_see_the_desk_finds_nothing(world, taken):
    application = world.selected_sprout()
    for person in (world.finance, world.administrator, world.reviewer(), world.owner_of(taken.firm)):
        client = world.client(person)
        assert client.get("/cohort/desk/").status_code == 404
        assert client.post(page("seat", application)).status_code == 404
        assert client.post(page("end", taken), {"kind": "revoked", "reason": "Because"}).status_code == 404

    assert Seat.objects.held().count() == 1


@pytest.mark.parametrize("role", ["director", "ministry", "auditor"])
def test_only_officers_have_the_button_to_seat_and_only_directors_the_link_to_end(world, taken, role):
    application = world.selected_sprout()
    client, person = world.client(getattr(world, role)), getattr(world, role)

    text = client.get("/cohort/desk/").content.decode()

    assert page("seat", application) not in text
    assert (page("end", taken) in text) == (role == "director")
    assert client.post(page("seat", application)).status_code == 404
    assert person.has_perm("cohort.end", taken) == (role == "director")


def test_a_firm_is_seated_from_the_desk_and_its_designation_ended_with_a_reason(world):
    application = world.selected_sprout()
    officer, director = world.client(world.officer), world.client(world.director)

    assert page("seat", application) in officer.get("/cohort/desk/").content.decode()
    assert officer.post(page("seat", application)).status_code == 302
    taken = Seat.objects.get()
    assert officer.post(page("seat", application)).status_code == 409
    refused = director.post(page("end", taken), {"kind": "returned", "reason": "no"})
    assert list(refused.context["form"].errors) == ["reason"]
    assert director.post(page("end", taken), {"kind": "returned", "reason": "A new plan"}).status_code == 302

    taken.refresh_from_db()
    assert (taken.end, taken.end_reason) == ("returned", "A new plan")


def test_the_desk_costs_the_same_for_one_seat_three_seats_and_the_second_page(world, taken):
    measured = costs_of_a_list(world.client(world.director), "/cohort/desk/", lambda: more(taken))

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_firms_that_wait_cost_the_same_for_one_and_for_many(world):
    application = world.selected_sprout()
    client = world.client(world.officer)
    client.get("/cohort/desk/")
    measured = []
    for number in (0, 2, 57):
        for _row in range(number):
            another_application(application)
        queries, response = cost_of(client, "/cohort/desk/")
        measured.append((len(response.context["waiting"]), queries))

    assert [number for number, _queries in measured] == [1, 3, 50]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_public_page_costs_two_queries_whatever_there_is(world, taken):
    client = world.client()
    client.get("/cohort/")
    for _seat in range(3):
        more(taken)

    with CaptureQueriesContext(connection) as queries:
        client.get("/cohort/")

    assert len(queries) == 2


def test_how_many_are_found_is_counted_without_the_figures_of_the_cohort(world, taken):
    client = world.client(world.officer)
    client.get("/cohort/desk/", {"part": "counts"})

    with CaptureQueriesContext(connection) as queries:
        response = client.get("/cohort/desk/", {"part": "counts"})

    asked = [query["sql"] for query in queries if '"applications_seat"' in query["sql"]]
    assert response.context["found_rows"] == 1
    assert [sql for sql in asked if "COUNT(" not in sql] == []
