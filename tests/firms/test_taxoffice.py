"""The tax office's register, over a real socket: what it says, what it does not, and what the house makes of it."""

import json
from datetime import date, timedelta
from threading import Event

import pytest
from django.core.management import call_command
from django.urls import reverse

from applications.firms import taxoffice
from applications.firms.actions.standing import note_standing
from applications.firms.models.standing import BusinessStatus
from applications.firms.queries import to_ask_the_tax_office_about
from applications.firms.tasks import ask_tax_office
from applications.kernel import clock
from applications.kernel.errors import Denied
from applications.management.taxoffice import CLOSED, KEY, SUSPENDED, Desk, open_desk
from applications.permissions import TIMETABLE
from tests.firms.test_firms import REGISTER, profile
from tests.world import DURING, browser

NOW = clock.kst(2026, 12, 1, 9)
KNOWN = {"1108100062": ("01", ""), "1108100010": ("02", ""), "1108100024": ("03", "20260930")}


class Register(Desk):
    """Knows the numbers of the cases, and writes down what it was asked."""

    asked = []

    def known(self, number):
        self.asked.append(number)
        return KNOWN.get(number, ("", ""))


@pytest.fixture
def office(settings):
    """Open a desk, and let the house know where; gives what it was asked."""
    Register.asked = []
    with open_desk(Register) as address:
        settings.TAXOFFICE_URL, settings.TAXOFFICE_KEY = address, KEY
        yield Register.asked


@pytest.fixture
def broken(settings):
    """A desk that answers in a way of its own: `broken(function of the request's handler)`."""
    opened = []

    def open_(answer):
        desk = open_desk(type("Broken", (Desk,), {"do_POST": answer}))
        settings.TAXOFFICE_URL, settings.TAXOFFICE_KEY = desk.__enter__(), KEY
        opened.append(desk)

    yield open_
    for desk in opened:
        desk.__exit__(None, None, None)


def rows(*changed):
    return {
        "data": [
            {"b_no": "1108100062", "b_stt": "계속사업자", "b_stt_cd": "01", "end_dt": ""} | change
            for change in changed
        ]
    }


# What it says


def test_the_office_tells_who_is_in_business_suspended_closed_or_not_registered(office):
    assert taxoffice.ask([*KNOWN, "1168200276"]) == {
        "1108100062": taxoffice.Answer("active"),
        "1108100010": taxoffice.Answer("suspended"),
        "1108100024": taxoffice.Answer("ended", closed_on=date(2026, 9, 30)),
        "1168200276": taxoffice.Answer("unconfirmed", answered=True),
    }
    assert office == [*KNOWN, "1168200276"]


def test_a_hundred_numbers_are_one_call_and_more_are_a_mistake(office):
    numbers = [f"{number:010d}" for number in range(100)]

    assert set(taxoffice.ask(numbers).values()) == {taxoffice.Answer("unconfirmed", answered=True)}
    with pytest.raises(ValueError, match="100"):
        taxoffice.ask([*numbers, "1108100062"])


def test_the_stand_in_refuses_what_the_office_refuses(office, settings):
    settings.TAXOFFICE_KEY = "another & key"
    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}

    settings.TAXOFFICE_KEY, settings.TAXOFFICE_URL = KEY, settings.TAXOFFICE_URL + "/elsewhere"
    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}
    assert office == []


def test_the_demonstration_knows_its_own_numbers(settings):
    settings.TAXOFFICE_KEY = KEY
    with open_desk() as settings.TAXOFFICE_URL:
        said = taxoffice.ask(["9998110376", SUSPENDED, CLOSED, "1108100062"])

    assert [answer.standing for answer in said.values()] == ["active", "suspended", "ended", "unconfirmed"]


# What it does not say

ODD = {
    "nothing": b"",
    "no JSON": b"<html>Service unavailable</html>",
    "half": b'{"data": [{"b_no": "1108100062", "b_st',
    "another encoding": '{"data": "계속사업자"}'.encode("cp949"),
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "no rows": b'{"status_code": "OK"}',
    "rows that are none": b'{"data": {"b_no": "1108100062"}}',
    "deep": b"[" * 100_000,
    "row is null": json.dumps({"data": [None, 1, "x", []]}).encode(),
    "row without number": json.dumps({"data": [{"b_stt_cd": "01", "b_stt": "x"}]}).encode(),
    "number is no text": json.dumps(rows({"b_no": 1108100062})).encode(),
    "number is a list": json.dumps(rows({"b_no": ["1108100062"]})).encode(),
    "an unknown code": json.dumps(rows({"b_stt_cd": "09"})).encode(),
    "code is no text": json.dumps(rows({"b_stt_cd": 1})).encode(),
    "code is a list": json.dumps(rows({"b_stt_cd": ["01"]})).encode(),
    "code without words": json.dumps(rows({"b_stt": None})).encode(),
    "another number": json.dumps(rows({"b_no": "1108100010"})).encode(),
    "too long": b'{"data": "' + b"x" * 1024 * 1024 + b'"}',
}


def saying(body, status=200):
    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    return answer


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_what_is_not_understood_is_to_be_confirmed(broken, body):
    broken(saying(body))

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}


@pytest.mark.parametrize("status", [204, 302, 400, 401, 404, 429, 500, 503])
def test_another_status_than_200_is_to_be_confirmed_whatever_stands_below_it(broken, status):
    broken(saying(json.dumps(rows({})).encode(), status))

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}


def test_one_odd_row_does_not_spoil_the_others(broken):
    broken(saying(json.dumps(rows({"b_no": "1108100010", "b_stt_cd": "77"}, {})).encode()))

    said = taxoffice.ask(["1108100062", "1108100010"])

    assert [answer.standing for answer in said.values()] == ["active", "unconfirmed"]


@pytest.mark.parametrize("ended", ["20269999", "2026-09-30", "", None, 20260930, "２０２６０９３０"])
def test_a_closed_business_without_a_day_that_can_be_read_is_closed(broken, ended):
    broken(saying(json.dumps(rows({"b_stt_cd": "03", "end_dt": ended})).encode()))

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.Answer("ended")}


def test_an_answer_without_a_length_is_read_to_its_end(broken):
    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(rows({})).encode())

    broken(answer)

    assert taxoffice.ask(["1108100062"])["1108100062"].standing == "active"


def test_an_answer_that_is_cut_off_is_to_be_confirmed(broken):
    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(json.dumps(rows({})).encode())

    broken(answer)

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}


def test_a_line_that_breaks_is_to_be_confirmed(broken):
    broken(lambda self: self.connection.close())

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}


def test_no_server_at_all_is_to_be_confirmed(settings):
    with open_desk() as address:
        pass
    settings.TAXOFFICE_URL, settings.TAXOFFICE_KEY = address, KEY

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}


def test_a_server_that_says_nothing_is_left_after_the_seconds(broken, monkeypatch):
    done = Event()
    broken(lambda self: done.wait(10))
    monkeypatch.setattr(taxoffice, "SECONDS", 0.3)

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}
    done.set()


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_drips_is_left_after_the_seconds_all_told(broken, monkeypatch, where):
    """Each byte comes in time; the answer does not."""
    left = Event()

    def drip(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\n" + (b"X: " if where == "head" else b"Content-Length: 900\r\n\r\n")
        )
        for _byte in range(200):
            try:
                self.wfile.write(b" ")
            except OSError:
                break
            if left.wait(0.05):
                break

    broken(drip)
    monkeypatch.setattr(taxoffice, "SECONDS", 0.3)

    assert taxoffice.ask(["1108100062"]) == {"1108100062": taxoffice.NOTHING}
    left.set()


def test_the_key_stands_in_no_log(broken, settings, caplog):
    broken(saying(b"", 500))
    settings.TAXOFFICE_KEY = "a secret/key+="
    caplog.set_level("WARNING", logger="applications")

    taxoffice.ask(["1108100062"])

    assert [record.getMessage() for record in caplog.records] == [
        "The tax office gave no answer for 1 numbers: ValueError"
    ]


# When it is asked


def standings(firm):
    return list(firm.standings.values_list("standing", "answered"))


def round_at(instant):
    with clock.at(instant):
        ask_tax_office()


def test_a_registration_asks_nobody_and_the_next_round_does(world, office):
    with clock.at(NOW):
        browser(world.person()).post(REGISTER, profile())
        assert office == []
    round_at(NOW + timedelta(minutes=1))
    round_at(NOW + timedelta(minutes=2))

    (status,) = BusinessStatus.objects.all()
    assert office == ["1108100062"]
    assert (status.standing, status.asked_at) == ("active", NOW + timedelta(minutes=1))


def test_no_page_asks(world, office):
    browser(world.owner_of(world.a)).get(world.a.get_absolute_url())
    browser(world.officer).get(world.a.get_absolute_url())

    assert office == []


def test_a_firm_with_an_open_draft_is_asked_about_again_after_a_day_and_others_are_not(world, office):
    drafting = world.draft(world.call(), world.a, complete=False).firm
    idle = world.b
    for hours in (0, 23.9, 24, 47.9):
        round_at(DURING + timedelta(hours=hours))

    assert standings(drafting) == [("active", True), ("active", True)]
    assert standings(idle) == [("suspended", True)]


def test_an_office_that_is_silent_is_asked_again_after_an_hour_until_it_answers(world, broken, settings):
    firm = world.a
    broken(saying(b"", 500))
    for minutes in (0, 1, 59, 60):
        round_at(NOW + timedelta(minutes=minutes))
    with open_desk(Register) as settings.TAXOFFICE_URL:
        round_at(NOW + timedelta(minutes=120))
        round_at(NOW + timedelta(minutes=240))

    assert standings(firm) == [("active", True), ("unconfirmed", False), ("unconfirmed", False)]


def test_without_a_key_nobody_is_asked(world, office, settings):
    settings.TAXOFFICE_KEY = ""
    world.a  # noqa: B018  there is a firm to ask about

    round_at(NOW)

    assert (office, BusinessStatus.objects.count()) == ([], 0)


def test_a_silent_office_costs_one_call_a_round(world, broken, settings):
    calls = []

    def answer(self):
        calls.append(self)
        saying(b"", 500)(self)

    broken(answer)
    many(world, 150)
    round_at(NOW)

    assert (len(calls), BusinessStatus.objects.count()) == (1, 100)


def many(world, count):
    one = world.a
    fields = {
        f.attname: getattr(one, f.attname)
        for f in type(one)._meta.concrete_fields
        if f.name not in ("id", "key", "business_number")
    }
    type(one).objects.bulk_create(type(one)(**fields, business_number=f"{n:010d}") for n in range(1, count))


@pytest.mark.parametrize(("firms", "queries"), [(1, 8), (3, 8), (150, 12)])
def test_a_round_costs_the_same_for_up_to_a_hundred_firms(
    world, office, django_assert_max_num_queries, firms, queries
):
    many(world, firms)

    with django_assert_max_num_queries(queries):
        round_at(NOW)

    assert len(office) == firms
    assert not to_ask_the_tax_office_about(NOW).exists()


def test_the_timetable_without_a_broker_asks_too(world, office):
    world.a  # noqa: B018

    call_command("tick", once=True)

    assert office == ["1108100062"]


def test_nobody_but_the_timetable_writes_it_down(world):
    for person in (world.owner_of(world.a), world.officer, world.administrator):
        with pytest.raises(Denied):
            note_standing([world.a], {"1108100062": taxoffice.Answer("active")}, by=person)


# What is shown


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (taxoffice.Answer("active"), "In business"),
        (taxoffice.Answer("suspended"), "Business suspended"),
        (taxoffice.Answer("ended", closed_on=date(2026, 9, 30)), "Business closed"),
        (taxoffice.NOTHING, "To be confirmed"),
    ],
)
@pytest.mark.parametrize("who", ["owner", "viewer", "officer"])
def test_the_firm_and_staff_see_the_latest_standing_with_its_instant(world, answer, words, who):
    firm = world.a
    with clock.at(NOW - timedelta(days=2)):
        note_standing([firm], {firm.business_number: taxoffice.Answer("suspended")}, by=TIMETABLE)
    with clock.at(NOW):
        note_standing([firm], {firm.business_number: answer}, by=TIMETABLE)
    person = {
        "owner": world.owner_of,
        "viewer": lambda f: world.member(f, "viewer"),
        "officer": lambda f: world.officer,
    }

    page = browser(person[who](firm)).get(firm.get_absolute_url()).content.decode()

    assert f">{words}<" in page and "asked 1 Dec 2026, 09:00" in page
    assert ("since 30 Sep 2026" in page) == (words == "Business closed")


def test_before_the_first_answer_it_is_to_be_confirmed(world):
    page = browser(world.officer).get(reverse("firms:detail", args=[world.a.key])).content.decode()

    assert "To be confirmed" in page and "not asked yet" in page


def test_a_closed_business_is_no_wall(world):
    note_standing([world.a], {"1108100062": taxoffice.Answer("ended")}, by=TIMETABLE)

    assert world.submitted(world.call(), world.a).status == "submitted"
