"""Subscribing to new calls: a letter that confirms, one letter a call, one click that ends it, nothing that tells who is known."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from applications.calls import actions, subscribing
from applications.calls.audience import Subscriber
from applications.calls.models import Programme
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from applications.notifications.delivery import compose, deliver
from applications.notifications.models import Letter
from applications.notifications.tasks import sweep_letters
from tests.calls.test_actions import prepare, reasons
from tests.intake.test_views import browser, text
from tests.sweep import TOKEN, stored
from tests.together import together
from tests.world import BEFORE, DURING

pytestmark = pytest.mark.usefixtures("english")
ADDRESS = "reader@people.example"


def subscribe(client=None, email=ADDRESS, **more):
    with clock.at(DURING):
        return (client or browser()).post(
            "/calls/subscribe/", {"email": email, "agreed": "on"} | more, follow=True
        )


def link(kind="subscription_requested"):
    """The path in the latest letter of this kind."""
    letter = Letter.objects.filter(kind=kind).latest("pk")
    return re.search(r"http://localhost:8000(/calls/(?:subscribe|unsubscribe)/\S+)", letter.body)[1]


def field(code):
    return IndustryField.objects.get(code=code)


def addresses():
    return list(Subscriber.objects.order_by("pk").values_list("address", flat=True))


def publish(world, **fields):
    call = prepare(world, **fields)
    with clock.at(BEFORE):
        return actions.publish(call, by=world.officer)


# Twice opted in


def test_an_address_is_kept_only_after_the_link_of_its_letter_was_confirmed_by_hand(world):
    asked = subscribe(
        email="Reader@People.example", programme=Programme.objects.get(kind="rnd").pk, field=field("F2").pk
    )
    before = addresses()
    with clock.at(DURING):
        opened = browser().get(link())
        unconfirmed = addresses()
        confirmed = browser().post(link(), follow=True)

    assert "We have sent a letter with a link to the address. It works for 72 hours." in text(asked)
    assert (before, unconfirmed, addresses()) == ([], [], [ADDRESS])
    assert "From now on reader@people.example is told of new calls." in text(opened)
    assert "You are told of new calls from now on." in text(confirmed)
    kept = Subscriber.objects.get()
    assert (kept.programme.kind, kept.field.code, kept.language, kept.confirmed_at) == (
        "rnd",
        "F2",
        "en",
        DURING,
    )


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"email": "x"}, "email", "Enter a valid email address."),
        ({"email": "리더@people.example"}, "email", "Enter a valid email address."),
        ({"agreed": ""}, "agreed", "This field is required."),
        (
            {"programme": "x"},
            "programme",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
def test_bad_input_is_refused_beside_its_field(db, wrong, field, said):
    response = subscribe(**wrong)

    assert response.context["form"].errors == {field: [said]}
    assert not Letter.objects.exists()


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(world):
    known = world.subscriber().address
    with_account = world.person().email

    answers = [subscribe(email=email) for email in (known, with_account, "new@people.example")]

    first, *others = [
        (answer.redirect_chain, answer.status_code, TOKEN.sub(b"", answer.content)) for answer in answers
    ]
    assert others == [first, first]
    letters = Letter.objects.filter(kind="subscription_requested", written_at=DURING)
    assert sorted(letters.values_list("address", flat=True)) == sorted(
        [known, with_account, "new@people.example"]
    )


def test_confirmed_again_it_is_one_subscription_with_the_latest_choice(world):
    first = world.subscriber(field=field("F1"))

    second = world.subscriber(language="en", programme=Programme.objects.get(kind="sprout"))

    assert (second.pk, second.key, second.language, second.field) == (first.pk, first.key, "en", None)
    assert addresses() == [ADDRESS]


def test_a_link_works_for_72_hours(world):
    with clock.at(DURING):
        subscribing.request(ADDRESS, language="ko")
    late = DURING + timedelta(hours=72)

    with clock.at(late):
        over = [browser().get(link()), browser().post(link())]
        said = reasons(subscribing.confirm, link().split("/")[-2])
    with clock.at(late - timedelta(seconds=1)):
        in_time = browser().get(link())

    assert [response.status_code for response in [*over, in_time]] == [404, 404, 200]
    assert "This link no longer works" in text(over[0])
    assert (said, addresses()) == (["This link no longer works."], [])


@pytest.mark.parametrize("forged", [lambda token: token[:-1], lambda token: f"x{token}", lambda token: "x"])
def test_a_link_that_is_not_ours_confirms_nothing(world, forged):
    with clock.at(DURING):
        subscribing.request(ADDRESS, language="ko")
        token = forged(link().split("/")[-2])
        response = browser().post(reverse("calls:confirm", args=[token]))

    assert (response.status_code, addresses()) == (404, [])


def test_what_another_part_of_the_house_has_signed_is_no_link(world):
    wish = {"address": ADDRESS, "language": "ko", "programme": None, "field": None, "ends": 9_999_999_999}

    assert subscribing.wish_of(signing.dumps(wish, salt="something else")) is None


def test_a_letter_that_was_never_answered_is_erased_with_its_address_after_its_time(world):
    with clock.at(DURING):
        subscribing.request(ADDRESS, language="ko")
    with clock.at(DURING + timedelta(hours=71)):
        sweep_letters()
        kept = Letter.objects.count()
    with clock.at(DURING + timedelta(hours=72)):
        sweep_letters()

    assert (kept, Letter.objects.count()) == (1, 0)


# Rate


def test_one_address_gets_three_letters_a_day_and_the_answer_stays_the_same(db):
    answers = [subscribe() for _try in range(5)]

    assert {(answer.status_code, str(answer.redirect_chain)) for answer in answers} == {
        (200, "[('/calls/subscribe/asked/', 302)]")
    }
    assert Letter.objects.filter(address=ADDRESS).count() == 3


def test_one_connection_asks_thirty_times_an_hour(db):
    for number in range(30):
        assert subscribe(email=f"reader{number}@people.example").status_code == 200

    refused = subscribe(email="more@people.example")

    assert refused.status_code == 429
    assert "Too many requests came from your connection." in text(refused)
    assert Letter.objects.count() == 30


# Told


def test_a_published_call_is_told_to_each_subscriber_once_in_one_statement(world, django_assert_num_queries):
    costs = []
    for many in (1, 30):
        Subscriber.objects.bulk_create(
            Subscriber(address=f"reader{many}-{n}@people.example", language="ko", confirmed_at=BEFORE)
            for n in range(many)
        )
        call = prepare(world)
        with clock.at(BEFORE), django_assert_num_queries(100, exact=False) as counted:
            actions.publish(call, by=world.officer)
        costs.append(len(counted))
        told = Letter.objects.filter(kind="call_announced", event=f"call:{call.number}")
        assert sorted(told.values_list("address", flat=True)) == sorted(addresses())
        assert reasons(actions.publish, call, by=world.officer) != []
        assert told.count() == len(addresses())

    assert costs[0] == costs[1]


def test_only_those_hear_of_a_call_who_wished_to(world):
    sprout, rnd = (Programme.objects.get(kind=kind) for kind in ("sprout", "rnd"))
    for name, wish in (
        ("all", {}), ("sprout", {"programme": sprout}), ("rnd", {"programme": rnd}), ("f1", {"field": field("F1")}),
        ("f2", {"field": field("F2")}), ("rnd-f2", {"programme": rnd, "field": field("F2")}),
    ):  # fmt: skip
        world.subscriber(f"{name}@people.example", **wish)

    def told(call):
        found = Letter.objects.filter(kind="call_announced", event=f"call:{call.number}")
        return {address.partition("@")[0] for address in found.values_list("address", flat=True)}

    assert told(publish(world)) == {"all", "sprout", "f1", "f2"}
    assert told(publish(world, open_to=[field("F2"), field("F3")])) == {"all", "sprout", "f2"}


def test_a_letter_of_a_new_call_carries_the_headers_of_one_click_and_the_link(world, settings):
    settings.SITE_URL = "https://grants.example"
    subscriber = world.subscriber(language="en")
    call = publish(world, title="A new call")

    letter = Letter.objects.get(kind="call_announced")
    headers = compose(letter).message()
    path = reverse("calls:unsubscribe", args=[subscriber.key])
    assert letter.subject == "[Call] A new call (open until 15 Dec 2026, 18:00)"
    assert headers["List-Unsubscribe"] == f"<https://grants.example{path}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://grants.example{path}" in letter.body
    assert f"https://grants.example{call.get_absolute_url()}" in letter.body


def test_other_letters_carry_no_such_headers(world):
    world.subscriber()

    message = compose(Letter.objects.get(kind="subscription_requested")).message()

    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (None, None)


def test_a_letter_is_in_the_language_in_which_its_reader_subscribed(world):
    world.subscriber("ko@people.example", language="ko")
    world.subscriber("en@people.example", language="en")
    publish(world)

    found = Letter.objects.filter(kind="call_announced").order_by("address")
    assert ['lang="en"' in found[0].html, 'lang="ko"' in found[1].html] == [True, True]


# Ended


def test_one_click_of_a_mail_program_deletes_the_address_and_its_letters_without_cookie_or_token(world):
    world.subscriber()
    other = world.subscriber("other@people.example")
    publish(world)
    strict = Client(enforce_csrf_checks=True)
    key = Subscriber.objects.get(address=ADDRESS).key

    response = strict.post(reverse("calls:unsubscribe", args=[key]), {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert addresses() == [other.address]
    assert not Letter.objects.filter(address=ADDRESS).exists()
    assert Letter.objects.filter(address=other.address).count() == 2


def test_letters_that_an_account_of_the_same_address_got_stay(world):
    person = world.person(email=ADDRESS)
    subscriber = world.subscriber(ADDRESS)
    inquiry = world.inquiry(world.r1, by=person)
    Letter.objects.create(
        kind="inquiry_answered", event=f"x:{inquiry.key}", to=person, address=ADDRESS, subject="s", body="b"
    )

    subscribing.unsubscribe(subscriber)

    assert list(Letter.objects.filter(address=ADDRESS).values_list("kind", flat=True)) == ["inquiry_answered"]


def test_opening_the_link_ends_nothing_and_the_button_does(world):
    subscriber = world.subscriber()
    address = reverse("calls:unsubscribe", args=[subscriber.key])
    client = browser()

    opened = client.get(address)
    kept = addresses()
    ended = client.post(address)
    again = [client.get(address), client.post(address)]

    assert ADDRESS in text(opened)
    assert (kept, addresses()) == ([ADDRESS], [])
    assert "Your address and the letters to it are deleted." in text(ended)
    assert [response.status_code for response in again] == [404, 404]
    assert "This link no longer works" in text(again[0])


def test_a_letter_that_waits_for_an_address_that_has_left_does_not_go_out(world):
    subscriber = world.subscriber()
    publish(world)
    letter = Letter.objects.get(kind="call_announced")

    subscribing.unsubscribe(subscriber)
    deliver(letter.key)

    assert mail.outbox == []


def test_a_key_that_nobody_has_changes_nothing(world):
    world.subscriber()
    before = stored()

    response = browser().post(reverse("calls:unsubscribe", args=["00000000-0000-4000-8000-000000000000"]))

    assert (response.status_code, stored() == before) == (404, True)


@pytest.mark.postgresql
def test_a_link_confirmed_twice_at_once_is_one_subscription(committed):
    with clock.at(DURING):
        subscribing.request(ADDRESS, language="ko")
    token = link().split("/")[-2]

    def confirm():
        with clock.at(DURING):
            return subscribing.confirm(token)

    outcomes = together(confirm, confirm)

    assert [outcome.address for outcome in outcomes] == [ADDRESS, ADDRESS]
    assert addresses() == [ADDRESS]
