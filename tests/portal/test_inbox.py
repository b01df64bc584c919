"""The inbox: the letters that were written to a person, as they are on record, and whether they were opened."""

import pytest
from django.urls import reverse

from applications.kernel import clock
from applications.notifications.models import Letter, Opening
from applications.notifications.outbox import notify, post
from tests.intake.test_views import text
from tests.world import AFTER, DURING, browser

INBOX = "/inbox/"


@pytest.fixture
def owner(world):
    """Somebody of firm A with one letter."""
    application = world.submitted(world.r1, world.a)
    user = application.created_by
    type(user).objects.filter(pk=user.pk).update(language="en")
    return user


def unread(client):
    return client.get("/help/").context["unread"]


def test_the_firm_finds_the_letters_that_went_to_it_with_their_state(world, owner):
    client, letter = browser(owner), Letter.objects.get(to=owner)

    before = text(client.get(INBOX))
    with clock.at(AFTER):
        client = browser(owner)
        opened = text(client.get(reverse("portal:own_letter", args=[letter.key])))
        client.get(reverse("portal:own_letter", args=[letter.key]))
        after = text(client.get(INBOX))

    assert (letter.subject in before, "New" in before) == (True, True)
    assert "SP-2027-0001-1" in opened
    assert ("New" in after, "20 Dec 2026, 12:00" in after) == (False, True)
    assert list(Opening.objects.values_list("letter", "at")) == [(letter.pk, AFTER)]


def test_a_head_request_opens_nothing(owner):
    browser(owner).head(reverse("portal:own_letter", args=[Letter.objects.get(to=owner).key]))

    assert Opening.objects.count() == 0


def test_every_page_says_how_many_are_unread_without_asking_for_it(world, owner, django_assert_num_queries):
    client = browser(owner)
    client.get("/help/")
    with django_assert_num_queries(2):  # session, and the person with the number
        page = client.get("/help/")
    assert page.context["unread"] == 1
    assert "Inbox 1 unread" in text(page)

    client.get(reverse("portal:own_letter", args=[Letter.objects.get(to=owner).key]))

    assert unread(client) == 0
    assert "unread" not in text(client.get("/help/"))


def test_letters_of_others_and_letters_that_open_an_account_are_not_in_it(world, owner):
    colleague = world.member(world.a)
    other = Letter.objects.create(
        kind="x", event="1", to=colleague, address=colleague.email, subject="S", body="B"
    )
    notify("account_changed", to=[owner], event="2", change="unlock")
    post("account/password_reset", address=owner.email, subject="Secret", body="link")
    secret = Letter.objects.create(
        kind="account/invited", event="3", to=owner, address=owner.email, subject="Secret", body="link"
    )
    client = browser(owner)

    page = text(client.get(INBOX))

    assert "Secret" not in page
    assert unread(client) == 2
    assert [
        client.get(reverse("portal:own_letter", args=[letter.key])).status_code for letter in (other, secret)
    ] == [404, 404]


def test_staff_have_an_inbox_of_their_own_and_open_nothing_of_others(world, owner):
    letter = Letter.objects.get(to=owner)
    officer = browser(world.officer)

    assert text(officer.get(INBOX)).count("SP-2027-0001") == 0
    assert officer.get(reverse("portal:own_letter", args=[letter.key])).status_code == 404
    assert Opening.objects.count() == 0


@pytest.mark.parametrize("letters", [1, 3, 31])
def test_the_inbox_asks_as_often_for_many_letters_as_for_one(world, django_assert_num_queries, letters):
    user = world.person()
    Letter.objects.bulk_create(
        Letter(
            kind="x", event=str(number), to=user, address=user.email, subject="S", body="B", written_at=DURING
        )
        for number in range(letters)
    )
    client = browser(user)
    client.get(INBOX)

    with django_assert_num_queries(3):  # session, person, letters
        page = client.get(INBOX)

    assert len(page.context["page"].rows) == min(letters, 30)
