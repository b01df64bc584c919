"""The pages for everybody, the record, the letters, and the language."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.notifications.models import Letter
from applications.notifications.outbox import notify
from tests.copies import another, costs_of_a_list
from tests.world import browser

PUBLIC = ("/", "/help/", "/privacy/", "/terms/", "/calls/", "/cohort/")
NO_RECORD = ("officer", "director", "finance", "ministry")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everybody_reads_the_pages_for_everybody_in_both_languages(world, language):
    client = world.client()
    client.post("/language/", {"language": language})

    pages = [client.get(address) for address in PUBLIC]

    assert [page.status_code for page in pages] == [200] * len(PUBLIC)
    assert {f'<html lang="{language}">' in page.content.decode() for page in pages} == {True}


def test_the_language_is_switched_on_the_page_one_is_on_and_never_leads_away(world):
    client = world.client()

    stays = client.post("/language/", {"language": "en", "next": "/help/"})
    leaves = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})

    assert (stays.url, leaves.url) == ("/help/", "/")


def test_who_is_signed_in_is_led_from_the_front_to_the_own_page(world):
    response = world.client(world.officer).get("/")

    assert (response.status_code, response.url) == (302, "/home/")


def test_the_front_page_names_the_open_calls_and_how_far_the_hundred_is(world):
    now = clock.now()
    world.call(opens=clock.kst(2026, 11, 2), closes=now.replace(year=now.year + 1), title="Open one")
    world.call(
        opens=now.replace(year=now.year + 1), closes=now.replace(year=now.year + 2), title="Coming one"
    )

    text = world.client().get("/").content.decode()

    assert ("Open one" in text, "Coming one" in text, "/ 100" in text) == (True, False, True)


def test_the_own_page_asks_for_a_sign_in(world):
    response = world.client().get("/home/")

    assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next=/home/")


def test_the_address_of_a_button_that_is_opened_by_hand_shows_the_way_back(world):
    answer = browser(world.officer).get("/session/extend/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address has no page of its own" in answer.content.decode()
    assert "To the beginning" in answer.content.decode()


def test_a_session_is_extended_by_pressing_and_only_by_pressing(world):
    client = world.client(world.officer)
    later = clock.now() + timedelta(minutes=29)

    assert client.get("/session/extend/").status_code == 405
    with clock.at(later):
        assert client.post("/session/extend/").status_code == 204
    assert client.session["seen"] == int(later.timestamp())


@pytest.mark.parametrize("address", ["/record/", "/record/access/"])
def test_the_record_is_for_auditors_and_administrators_alone(world, address):
    for role in ("auditor", "administrator"):
        assert world.client(getattr(world, role)).get(address).status_code == 200
    others = [*(getattr(world, role) for role in NO_RECORD), world.reviewer(), world.person()]
    assert [world.client(person).get(address).status_code for person in others] == [404] * len(others)


def test_the_record_shows_who_did_what_from_which_value_to_which_and_why(world):
    person = world.officer2
    accounts.change_role(person, role=Role.DIRECTOR, reason="A new post", by=world.administrator)

    text = world.client(world.auditor).get("/record/").content.decode()

    for words in (
        "role: officer",
        "role: director",
        "A new post",
        world.administrator.name,
        f"사용자 {person.pk}",
    ):
        assert words in text


def test_an_administrator_reads_in_the_record_that_something_happened_but_no_contents(world):
    audit.record(
        "edit", world.a, by=world.officer, before={"name": "CANARY"}, after={"name": "CANARY"}, note="CANARY"
    )

    text = {
        role: world.client(getattr(world, role)).get("/record/").content.decode()
        for role in ("auditor", "administrator")
    }

    assert ("CANARY" in text["auditor"], "CANARY" in text["administrator"]) == (True, False)


def test_the_record_escapes_what_people_wrote(world):
    audit.record(
        "edit", world.a, by=world.officer, after={"name": "<script>alert(1)</script>"}, note="<b>bold</b>"
    )

    text = world.client(world.auditor).get("/record/").content.decode()

    assert ("<script>alert(1)" in text, "<b>bold" in text, "&lt;script&gt;alert(1)" in text) == (
        False,
        False,
        True,
    )


def test_the_record_costs_the_same_for_one_row_three_rows_and_the_second_page(world):
    client = world.client(world.auditor)
    entry = audit.record("edit", world.auditor, by=world.auditor)

    measured = costs_of_a_list(client, "/record/", lambda: another(entry, actor_id=world.person().pk))

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_access_log_costs_the_same_for_one_row_three_rows_and_the_second_page(world):
    entry = AccessEntry.objects.create(
        at=clock.now(), actor=world.auditor, actor_role="auditor", act="x", subject_kind="user"
    )

    measured = costs_of_a_list(
        world.client(world.auditor), "/record/access/", lambda: another(entry, actor_id=world.person().pk)
    )

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_record_is_narrowed_by_thing_act_day_and_who_did_it(world):
    audit.record("edit", world.a, by=world.officer)
    audit.record("invite", world.officer, by=world.administrator)
    client, today = world.client(world.auditor), clock.today()

    found = {
        line: [row.verb for row in client.get("/record/", {"q": line}).context["page"].rows]
        for line in (f"thing:firm {world.officer.email}", "what:invite", f"time:<{today} what:edit", f"{world.administrator.email}")
    }  # fmt: skip

    assert list(found.values()) == [["edit"], ["invite"], [], ["invite"]]
    assert client.get("/record/?part=counts").context["found_rows"] == audit.AuditEntry.objects.count()


@pytest.fixture
def letter(world):
    notify("account_changed", to=[world.person(name="Reader")], event="one", change="role")
    return Letter.objects.get()


@pytest.mark.parametrize("role", ["officer", "director", "auditor"])
def test_staff_read_the_letters_and_their_text(world, letter, role):
    client = world.client(getattr(world, role))

    assert [row.pk for row in client.get("/letters/").context["page"].rows] == [letter.pk]
    assert letter.body.split("\n")[0] in client.get(f"/letters/{letter.key}/").content.decode()


def test_who_may_not_see_letters_finds_nothing(world, letter):
    for person in (world.finance, world.ministry, world.reviewer(), letter.to):
        client = world.client(person)
        assert [client.get(address).status_code for address in ("/letters/", f"/letters/{letter.key}/")] == [
            404,
            404,
        ]


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_the_text_of_a_letter_that_opens_an_account_is_shown_to_nobody(world, role):
    secret = Letter.objects.create(
        kind="account/invited", event="x", address="a@b.example", subject="S", body="CANARY"
    )

    response = world.client(getattr(world, role)).get(f"/letters/{secret.key}/")

    assert (response.status_code, "CANARY" in response.content.decode()) == (200, False)


def test_letters_are_narrowed_by_status_and_odd_values_narrow_nothing(world, letter):
    client = world.client(world.officer)

    found = {
        s: len(client.get("/letters/", {"status": s}).context["page"].rows)
        for s in (letter.status, "failed", "odd")
    }

    assert found == {letter.status: 1, "failed": 0, "odd": 1}


def test_letters_are_found_by_whom_they_were_written_to(world, letter):
    client = world.client(world.officer)

    assert client.get("/letters/", {"q": "Reader"}).context["page"].rows == [letter]
    assert client.get("/letters/", {"q": world.officer.email}).context["page"].rows == []


def test_the_list_of_letters_costs_the_same_for_one_row_three_rows_and_the_second_page(world, letter):
    events = iter(range(100))

    measured = costs_of_a_list(
        world.client(world.officer), "/letters/", lambda: another(letter, event=f"copy {next(events)}")
    )

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_demonstration_shows_all_letters_to_everybody_and_finds_those_to_an_address(
    world, letter, settings
):
    settings.DEMO = True
    client = world.client()

    assert [row.pk for row in client.get("/demo/letters/").context["page"].rows] == [letter.pk]
    assert len(client.get("/demo/letters/", {"to": letter.address}).context["page"].rows) == 1
    assert len(client.get("/demo/letters/", {"to": "nobody@"}).context["page"].rows) == 0
    assert letter.body.split("\n")[0] in client.get(f"/demo/letters/{letter.key}/").content.decode()


def test_outside_the_demonstration_its_letters_do_not_exist(world, letter, settings):
    settings.DEMO = False
    settings.STAFF_SECOND_FACTOR = False
    for client in (world.client(), world.client(world.administrator)):
        addresses = ["/demo/letters/", f"/demo/letters/{letter.key}/"]
        assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert "/demo/letters/" not in world.client().get("/help/").content.decode()
