"""Asking to join a firm whose number is known already; G01 goes on here."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts.models import Role
from applications.firms.actions import joining
from applications.firms.models import Member
from applications.firms.models.joining import JoinRequest
from applications.firms.rules.joining import asking_wrong
from applications.firms.tasks import end_requests
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.firms.test_firms import REGISTER, errors, profile
from tests.together import refusals, together
from tests.world import browser

ASK = reverse("firms:ask")
NOW = clock.kst(2026, 12, 1, 9)


def asked(world, person=None, at=NOW):
    with clock.at(at):
        return joining.ask(business_number=world.a.business_number, by=person or world.person())


def refused(act):
    with pytest.raises(Refused) as refusal:
        act()
    return [str(reason) for reason in refusal.value.reasons]


def letters(kind):
    return [letter.address for letter in Letter.objects.filter(kind=kind).order_by("pk")]


def test_g01_who_registers_a_known_number_may_ask_to_join_and_still_learns_no_name(world):
    owner, person = world.owner_of(world.a), world.person(name="Newcomer")
    client = browser(person)

    told = client.post(REGISTER, profile(business_number="1108100062"))
    sent = client.post(ASK, {"business_number": told.context["known"]}, follow=True)

    for page in (told.content.decode(), sent.content.decode()):
        assert not any(
            word in page for word in (owner.name, owner.email, world.a.representative, world.a.name)
        )
    assert ASK in told.content.decode()
    request = JoinRequest.objects.get()
    assert (request.firm, request.person, request.outcome) == (world.a, person, "")
    assert request.ends_at - request.asked_at == timedelta(days=14)
    (letter,) = Letter.objects.all()
    assert (letter.kind, letter.address) == ("join_asked", owner.email)
    assert request.get_absolute_url() in letter.body and "Newcomer" in letter.body
    assert (audit.trail(world.a).last().verb, audit.trail(world.a).last().actor) == ("ask_to_join", person)
    assert world.a.members.count() == 1


def test_registering_tries_numbers_no_more_often_than_asking(world, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"ask_to_join": "2/h/user"}
    client, known = browser(world.person()), world.a.business_number

    told = [client.post(ASK, {"business_number": "1108100010"})]
    told += [client.post(REGISTER, profile(business_number=known)) for _try in range(2)]

    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert "You have tried many numbers. Please try again in an hour." in told[-1].content.decode()


def test_every_owner_with_a_living_account_gets_the_letter_and_nobody_else(world):
    owner, second, gone = (
        world.owner_of(world.a),
        world.member(world.a, "owner"),
        world.member(world.a, "owner"),
    )
    world.member(world.a, "editor")
    gone.is_active = False
    gone.save()

    asked(world)

    assert sorted(letters("join_asked")) == sorted([owner.email, second.email])


def test_one_request_a_person_and_firm_is_open_at_a_time(world, english):
    person = world.person()
    asked(world, person)

    reasons = refused(lambda: asked(world, person, at=NOW + timedelta(days=13)))

    assert reasons == ["You have asked this firm already. Its owners have your request."]
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinRequest.objects.create(firm=world.a, person=person, ends_at=NOW)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, []),
        ({"firm": None}, ["No firm is registered under this number. You can register it yourself."]),
        ({"is_member": True}, ["You are a member of this firm already."]),
        ({"declined_at": NOW - timedelta(days=13)}, ["This firm has declined your request. You can ask again after 14 days."]),
        ({"declined_at": NOW - timedelta(days=14)}, []),
        ({"within_a_day": 4}, []),
        ({"within_a_day": 5}, ["You have asked 5 firms within a day. Please ask the next one tomorrow."]),
    ],
)  # fmt: skip
def test_who_may_ask(english, facts, reason):
    usual = {"firm": object(), "is_member": False, "is_open": False, "declined_at": None, "within_a_day": 0}

    assert [str(told) for told in asking_wrong(**(usual | facts), now=NOW)] == reason


def test_five_firms_a_day_and_a_sixth_tomorrow(world):
    person = world.person()
    numbers = [world.firm().business_number for _firm in range(6)]

    def ask(number, at):
        with clock.at(at):
            return joining.ask(business_number=number, by=person)

    for number in numbers[:5]:
        ask(number, NOW)

    assert len(refused(lambda: ask(numbers[5], NOW + timedelta(hours=23)))) == 1
    assert ask(numbers[5], NOW + timedelta(hours=24)).firm.business_number == numbers[5]


@pytest.mark.parametrize("typed", ["", "110-81-00063", "words", "1168200276"])
def test_a_number_that_leads_nowhere_is_told_beside_its_field(world, typed):
    world.a  # noqa: B018  there is a firm, but under another number

    response = browser(world.person()).post(ASK, {"business_number": typed})

    assert list(errors(response)) == ["business_number"]
    assert JoinRequest.objects.count() == 0


def test_nobody_tries_number_after_number(world, caplog):
    caplog.set_level(logging.CRITICAL, "django.request")
    client, other = browser(world.person()), browser(world.person())

    told = [client.post(ASK, {"business_number": "2208162517"}).status_code for _time in range(21)]

    assert told == [200] * 20 + [429]
    assert other.post(ASK, {"business_number": "2208162517"}).status_code == 200


@pytest.mark.parametrize("right", ["owner", "editor", "viewer"])
def test_an_owner_accepts_with_a_right_and_the_person_is_told(world, right):
    owner, person = world.owner_of(world.a), world.person()
    request = asked(world, person)
    client = world.client(owner)

    with clock.at(NOW + timedelta(days=1)):
        assert (
            request.get_absolute_url()
            in client.get(reverse("firms:members", args=[world.a.key])).content.decode()
        )
        assert person.email in client.get(request.get_absolute_url()).content.decode()
        response = client.post(request.get_absolute_url(), {"right": right})

    assert response.url == reverse("firms:members", args=[world.a.key])
    assert person.memberships.get().right == right
    assert world.client(person).get(world.a.get_absolute_url()).status_code == 200
    request.refresh_from_db()
    assert (request.outcome, request.answered_by) == ("accepted", owner)
    assert letters("join_answered") == [person.email]
    trace = audit.trail(world.a).last()
    assert (trace.verb, trace.actor, trace.after) == (
        "accept_request",
        owner,
        {"user": person.pk, "right": right},
    )


def test_an_owner_declines_and_the_letter_names_nobody(world):
    owner, person = world.owner_of(world.a), world.person(language="en")
    request = asked(world, person)

    with clock.at(NOW + timedelta(days=1)):
        world.client(owner).post(request.get_absolute_url(), {"decline": "1"})

    assert not person.memberships.exists()
    letter = Letter.objects.get(kind="join_answered")
    assert letter.address == person.email and "110-81-00062" in letter.body
    assert not any(word in letter.body for word in (owner.name, owner.email, world.a.name))
    assert audit.trail(world.a).last().verb == "decline_request"


@pytest.mark.parametrize("posted", [{"right": "editor"}, {"decline": "1"}])
def test_an_answered_or_ended_request_is_not_answered_again(world, posted):
    request, late = asked(world), asked(world)
    owner = world.owner_of(world.a)

    with clock.at(NOW + timedelta(days=1)):
        client = browser(owner)
        client.post(request.get_absolute_url(), {"decline": "1"})
        assert client.post(request.get_absolute_url(), posted).status_code == 409
    with clock.at(NOW + timedelta(days=14)):
        client = browser(owner)
        assert client.post(late.get_absolute_url(), posted).status_code == 409
        assert not client.get(late.get_absolute_url()).context["is_open"]

    assert world.a.members.count() == 1


@pytest.mark.parametrize("right", ["", "emperor"])
def test_no_other_right_can_be_given(world, right):
    request = asked(world, at=clock.now())

    response = world.client(world.owner_of(world.a)).post(request.get_absolute_url(), {"right": right})

    assert list(errors(response)) == ["right"]
    assert world.a.members.count() == 1


def test_only_owners_of_that_firm_answer(world):
    request = asked(world, at=clock.now())
    editor, rival = world.member(world.a), world.owner_of(world.b)

    for person in (editor, rival, request.person, world.officer):
        assert world.client(person).get(request.get_absolute_url()).status_code == 404
        with pytest.raises(Denied):
            joining.accept(request, right="owner", by=person)
    elsewhere = reverse("firms:request", args=[world.b.key, request.key])
    assert world.client(rival).get(elsewhere).status_code == 404
    with pytest.raises(Denied):
        joining.ask(business_number=world.a.business_number, by=world.officer)


def test_who_was_invited_meanwhile_keeps_that_right_when_the_request_is_accepted(world):
    person = world.person()
    request = asked(world, person, at=clock.now())
    Member.objects.create(firm=world.a, user=person, right="viewer")

    joining.accept(request, right="owner", by=world.owner_of(world.a))

    assert person.memberships.get().right == "viewer"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.REVIEWER}])
def test_an_account_that_is_closed_or_has_another_role_joins_no_firm(world, change):
    person = world.person()
    request = asked(world, person, at=clock.now())
    type(person).objects.filter(pk=person.pk).update(**change)

    assert len(refused(lambda: joining.accept(request, right="editor", by=world.owner_of(world.a)))) == 1


def test_a_request_ends_after_14_days_with_one_letter_and_the_person_can_ask_again(world):
    person = world.person()
    asked(world, person)

    with clock.at(NOW + timedelta(days=14) - timedelta(seconds=1)):
        end_requests()
        assert JoinRequest.objects.get().outcome == ""
    with clock.at(NOW + timedelta(days=14)):
        end_requests()
        end_requests()
    again = asked(world, person, at=NOW + timedelta(days=14))

    assert list(JoinRequest.objects.order_by("pk").values_list("outcome", flat=True)) == ["ended", ""]
    assert letters("join_answered") == [person.email]
    ended = audit.trail(world.a).get(verb="end_request")
    assert (ended.actor, ended.actor_role) == (None, "timetable")
    assert again.ends_at == NOW + timedelta(days=28)


def test_asking_again_does_not_wait_for_the_timetable(world):
    person = world.person()
    asked(world, person)

    asked(world, person, at=NOW + timedelta(days=14))

    assert list(JoinRequest.objects.order_by("pk").values_list("outcome", flat=True)) == ["ended", ""]


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_the_page_of_own_requests_costs_the_same_for_any_number(world, django_assert_num_queries, rows):
    person = world.person()
    for _number in range(rows):
        firm = world.firm()
        JoinRequest.objects.create(firm=firm, person=person, outcome="ended", ends_at=NOW)
    client = world.client(person)
    client.get(ASK)

    with django_assert_num_queries(3):  # session, account, requests
        page = client.get(ASK)

    assert len(page.context["requests"]) == min(rows, 10)


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_the_members_page_costs_the_same_for_any_number_of_requests(world, django_assert_num_queries, rows):
    for _number in range(rows):
        asked(world, at=clock.now())
    client, page = world.client(world.owner_of(world.a)), reverse("firms:members", args=[world.a.key])
    client.get(page)

    with django_assert_num_queries(11):
        assert client.get(page).content.decode().count("/requests/") == rows


def test_an_owner_finds_a_request_on_the_own_page_and_on_the_firms_until_it_is_answered(world):
    person = world.person(name="Newcomer")
    request = asked(world, person, at=clock.now())
    home, firm = reverse("portal:home"), world.a.get_absolute_url()

    def shown(member):
        pages = [browser(member).get(address).content.decode() for address in (home, firm)]
        return [(request.get_absolute_url() in page, "Newcomer" in page) for page in pages]

    owner, colleague, stranger = world.owner_of(world.a), world.member(world.a), world.owner_of(world.b)
    waiting = shown(owner)
    of_others = [*shown(colleague), shown(stranger)[0]]
    joining.decline(request, by=owner)

    assert waiting == [(True, True)] * 2
    assert of_others == [(False, False)] * 3
    assert shown(owner) == [(False, False)] * 2


def test_the_tab_of_the_members_counts_who_asks_to_join(world):
    for _person in range(2):
        asked(world, at=clock.now())

    tabs = browser(world.owner_of(world.a)).get(world.a.get_absolute_url()).context["tabs"]

    assert [tab.waits for tab in tabs] == [0, 2, 0, 0, 0]


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_the_own_page_of_an_owner_costs_the_same_for_any_number_of_requests(
    world, django_assert_num_queries, rows
):
    for _number in range(rows):
        asked(world, at=clock.now())
    client = world.client(world.owner_of(world.a))
    client.get(reverse("portal:home"))

    with django_assert_num_queries(9):
        assert client.get(reverse("portal:home")).content.decode().count("/requests/") == rows


@pytest.mark.postgresql
def test_two_owners_who_accept_at_once_make_one_member_and_one_letter(committed, world):
    first, second = world.owner_of(world.a), world.member(world.a, "owner")
    person = world.person()
    request = asked(world, person, at=clock.now())

    outcomes = together(
        lambda: joining.accept(request, right="editor", by=first),
        lambda: joining.accept(request, right="viewer", by=second),
    )

    assert refusals(outcomes) == ["This request is answered already."]
    assert person.memberships.count() == 1
    assert letters("join_answered") == [person.email]


@pytest.mark.postgresql
def test_a_person_who_asks_the_same_firm_twice_at_once_has_one_request(committed, world):
    person, number = world.person(), world.a.business_number

    outcomes = together(*[lambda: joining.ask(business_number=number, by=person)] * 2)

    assert len(refusals(outcomes)) == 1
    assert JoinRequest.objects.count() == 1


@pytest.mark.postgresql
def test_asking_again_while_the_request_is_accepted_does_not_lock_the_two_up(committed, world):
    person, number, owner = world.person(), world.a.business_number, world.owner_of(world.a)
    request = asked(world, person, at=clock.now())

    outcomes = together(
        lambda: joining.accept(request, right="editor", by=owner),
        lambda: joining.ask(business_number=number, by=person),
    )

    assert refusals(outcomes)[0].startswith("You ")
    assert person.memberships.get().right == "editor"
    assert JoinRequest.objects.get().outcome == "accepted"
