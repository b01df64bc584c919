"""The pages of agreements, role by role."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.agreement.models import Agreement, Signature
from applications.kernel.accesslog import AccessEntry
from tests.copies import another_agreement, another_application, cost_of, costs_of_a_list
from tests.world import AFTER, PASSWORD, at, browser

SEE_ALL = ("officer", "director", "finance", "ministry", "auditor")
TYPED = {
    "total_krw": "800,000,000", "grant_krw": "480,000,000원", "cash_krw": "60000000", "starts_on": "2027-01-01",
    "ends_on": "2028-12-31",
}  # fmt: skip


def rows(response):
    return len(re.findall(r"AG-20\d\d-\d{4}</a>", response.content.decode()))


@pytest.mark.parametrize("role", SEE_ALL)
def test_staff_with_money_or_oversight_read_the_desk_and_the_agreement(world, role):
    made = world.drafted()
    client = world.client(getattr(world, role))

    assert rows(client.get("/agreements/")) == 1
    assert client.get(made.get_absolute_url()).status_code == 200


def test_who_may_not_see_an_agreement_finds_nothing(world):
    made = world.offered()
    strangers = [world.administrator, world.reviewer(), world.owner_of(world.b)]

    for person in strangers:
        client = world.client(person)
        for name in ("detail", "sign", "amend", "offer"):
            address = reverse(f"agreement:{name}", args=[made.key])
            assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
        assert client.get("/agreements/").status_code == 404


def test_the_firm_sees_its_agreement_when_it_is_offered_not_before(world):
    made = world.drafted()
    client = world.client(world.owner_of(made.application.firm))
    address = made.get_absolute_url()
    before = client.get(address).status_code

    world.client(world.officer).post(reverse("agreement:offer", args=[made.key]))

    assert (before, client.get(address).status_code) == (404, 200)


def test_a_draft_is_made_offered_and_signed_on_its_pages(world):
    application = world.selected_rnd()
    officer, firm, director = (
        world.client(person) for person in (world.officer, world.owner_of(application.firm), world.director)
    )

    drafted = officer.post(reverse("agreement:draft", args=[application.key]), TYPED)
    made = Agreement.objects.get()
    assert (drafted.status_code, drafted.url) == (302, made.get_absolute_url())
    assert officer.post(reverse("agreement:offer", args=[made.key])).status_code == 302
    page = reverse("agreement:sign", args=[made.key])
    for client in (firm, director):
        assert page in client.get(made.get_absolute_url()).content.decode()
        assert client.post(page, {"agree": "on", "password": PASSWORD}).status_code == 302
        assert page not in client.get(made.get_absolute_url()).content.decode()

    made.refresh_from_db()
    assert (made.status, made.signatures.count()) == ("in_force", 2)
    assert made.signatures.first().sha256 in firm.get(made.get_absolute_url()).content.decode()


def test_once_it_is_in_force_the_page_of_the_result_asks_for_no_signature_any_more(world):
    made = world.in_force()
    client, address = (
        browser(world.owner_of(made.application.firm)),
        f"/decisions/results/{made.application.key}/",
    )

    page = at(client, "get", AFTER + timedelta(days=2), address).content.decode()

    assert ("please sign it by" in page, "the agreement is in force" in page) == (False, True)


def test_what_was_typed_wrongly_stays_beside_its_message(world):
    application = world.selected_rnd()
    client = world.client(world.officer)

    response = client.post(reverse("agreement:draft", args=[application.key]), TYPED | {"cash_krw": "1"})

    assert response.status_code == 409
    assert list(response.context["form"].errors) == ["cash_krw"]
    assert 'value="800,000,000"' in response.content.decode()
    assert Agreement.objects.count() == 0


def test_a_wrong_password_is_told_beside_the_field_and_never_shown_again(world):
    made = world.offered()
    client = world.client(world.director)

    response = client.post(
        reverse("agreement:sign", args=[made.key]), {"agree": "on", "password": "a-wrong-one-77"}
    )

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["password"]
    assert "a-wrong-one-77" not in response.content.decode()
    assert Signature.objects.count() == 0


def test_a_signature_needs_the_tick(world):
    made = world.offered()

    response = world.client(world.director).post(
        reverse("agreement:sign", args=[made.key]), {"password": PASSWORD}
    )

    assert list(response.context["form"].errors) == ["agree"]
    assert Signature.objects.count() == 0


def test_ten_wrong_passwords_close_the_signature_to_the_right_one_too(world):
    made = world.offered()
    client = world.client(world.director)
    page = reverse("agreement:sign", args=[made.key])
    for _try in range(10):
        client.post(page, {"agree": "on", "password": "a-wrong-one-77"})

    response = client.post(page, {"agree": "on", "password": PASSWORD})

    assert list(response.context["form"].errors) == ["password"]
    assert Signature.objects.count() == 0


def test_an_offer_pressed_twice_says_why_not(world):
    made = world.offered()

    response = world.client(world.officer).post(reverse("agreement:offer", args=[made.key]))

    assert response.status_code == 409
    assert made.get_absolute_url() in response.content.decode()


def test_the_officer_has_no_button_to_sign(world):
    made = world.offered()
    client = world.client(world.officer)

    assert (
        reverse("agreement:sign", args=[made.key]) not in client.get(made.get_absolute_url()).content.decode()
    )
    assert client.get(reverse("agreement:sign", args=[made.key])).status_code == 404


def test_each_look_of_staff_at_an_agreement_is_in_the_access_log_and_the_firms_is_not(world):
    made = world.offered()
    world.client(world.auditor).get(made.get_absolute_url())
    world.client(world.owner_of(made.application.firm)).get(made.get_absolute_url())

    assert list(AccessEntry.objects.filter(act="agreement.view").values_list("actor", "subject_ids")) == [
        (world.auditor.pk, [made.pk])
    ]


def test_the_list_costs_the_same_for_one_row_three_rows_and_the_second_page(world):
    made = world.offered()
    client = world.client(world.director)

    measured = costs_of_a_list(client, "/agreements/", lambda: another_agreement(made))

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_what_waits_for_a_draft_costs_the_same_for_one_row_and_for_many(world):
    application = world.selected_rnd()
    client = world.client(world.officer)
    client.get("/agreements/")
    measured = []
    for more in (0, 2, 57):
        for _row in range(more):
            another_application(application)
        queries, response = cost_of(client, "/agreements/")
        measured.append((len(response.context["waiting"]), queries))

    assert [number for number, _queries in measured] == [1, 3, 50]
    assert {queries for _number, queries in measured} == {measured[0][1]}
