"""Signing in and out: wrong passwords, resets, how a session begins, ends and is kept; G07 to G10."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from applications.accounts import actions
from applications.accounts.models import Role, User
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.notifications.models import Letter
from tests.sweep import MISSING
from tests.world import PASSWORD

HOME, LOGIN, RESET = reverse("portal:home"), reverse("account_login"), reverse("account_reset_password")
NEW = "another-long-password-78"


def sign_in(client, person, password=PASSWORD):
    return client.post(LOGIN, {"login": person.email, "password": password})


def signed_in(world, person):
    client = world.client()
    assert sign_in(client, person).url == HOME
    return client


def is_in(client):
    return client.get(HOME).status_code == 200


def without_tokens(response):
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", response.content.decode())


def code_in(letter):
    (code,) = re.findall(r"(?m)^([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})$", letter.body)
    return code


def link_in(letter):
    (link,) = re.findall(r"/auth/password/reset/key/\S+", letter.body)
    return link


def choose(client, link, password=NEW):
    """Follow the link and choose a password; the form's page, or what came of it."""
    page = client.get(link, follow=True)
    if page.context.get("token_fail"):
        return page
    return client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


# G07


def test_g07_asking_for_a_password_answers_alike_for_an_address_that_nobody_has(world):
    person = world.person()

    known = world.client().post(RESET, {"email": person.email}, follow=True)
    unknown = world.client().post(RESET, {"email": "nobody@ex.kr"}, follow=True)

    assert (known.status_code, known.redirect_chain) == (unknown.status_code, unknown.redirect_chain)
    assert without_tokens(known) == without_tokens(unknown)
    assert [letter.address for letter in Letter.objects.all()] == [person.email]


@pytest.mark.parametrize("page", [RESET, reverse("account_signup")])
def test_g07_links_in_letters_lead_to_our_own_address_whatever_host_was_named(world, settings, page):
    settings.SITE_URL = "https://grants.example.kr"
    person = world.person()
    form = {
        "email": person.email,
        "name": "누구",
        "password1": NEW,
        "password2": NEW,
        "terms": "on",
        "privacy": "on",
    }

    world.client().post(page, form, headers={"Host": "localhost:9999"})

    links = re.findall(r"https?://[^/\s]+", Letter.objects.get().body)
    assert links == ["https://grants.example.kr"]


def test_a_letter_of_an_account_names_the_system_and_its_address(world, settings):
    settings.SITE_URL = "https://grants.example.kr"

    world.client().post(RESET, {"email": world.person().email})

    first, *_, last = Letter.objects.get().body.strip().splitlines()
    assert (first, last) == ("안녕하세요 뿌리첨단화입니다!", "grants.example.kr")


def test_g07_a_link_works_once_and_ends_every_other_session_of_the_person(world):
    person, other = world.person(), world.person()
    elsewhere, neighbour = signed_in(world, person), signed_in(world, other)
    world.client().post(RESET, {"email": person.email})
    link = link_in(Letter.objects.get())

    choose(world.client(), link)
    again = choose(world.client(), link, "a-third-long-password")

    assert again.context["token_fail"] is True
    assert not is_in(elsewhere)
    assert is_in(neighbour)
    assert sign_in(world.client(), person, NEW).url == HOME
    assert sign_in(world.client(), person).status_code == 200
    assert Letter.objects.filter(kind="account/password_reset", address=person.email).count() == 1


def test_g07_a_link_works_for_one_hour(world):
    person = world.person()
    with time_machine.travel(clock.kst(2026, 12, 1, 9)):
        world.client().post(RESET, {"email": person.email})
    link = link_in(Letter.objects.get())

    with time_machine.travel(clock.kst(2026, 12, 1, 9, 59)):
        assert world.client().get(link, follow=True).context.get("token_fail") is not True
    with time_machine.travel(clock.kst(2026, 12, 1, 10, 0, 2)):
        assert world.client().get(link, follow=True).context["token_fail"] is True


# G08


def test_g08_the_eleventh_try_is_refused_even_with_the_right_password(world, settings):
    settings.CACHES = configured_caches()
    person, other = world.person(), world.person()
    for _turn in range(10):
        assert sign_in(world.client(), person, "wrong").status_code == 200

    locked = sign_in(world.client(), person)
    assert locked.context["form"].errors
    assert sign_in(world.client(), other).url == HOME

    settings.CACHES = configured_caches()  # a process started anew knows of it too
    assert sign_in(world.client(), person).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert sign_in(world.client(), person).url == HOME


def configured_caches():
    """The cache as it is without Redis: in the database."""
    return {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}


@pytest.fixture
def two_tries(settings):
    """The same rule with a smaller number, where only the rule is looked at."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/5m/key"}


def test_g08_every_wrong_try_is_in_the_access_log(world, two_tries):
    person = world.person()
    for _turn in range(3):
        sign_in(world.client(), person, "wrong")
    world.client().post(LOGIN, {"login": "nobody@ex.kr", "password": "wrong"})

    entries = AccessEntry.objects.order_by("pk").values_list(
        "act", "subject_kind", "subject_ids", "actor", "address"
    )
    assert list(entries) == [
        *[("sign_in.failed", "user", [person.pk], None, "127.0.0.1")] * 2,
        ("sign_in.locked", "user", [person.pk], None, "127.0.0.1"),
        ("sign_in.failed", "", [], None, "127.0.0.1"),
    ]
    assert world.client(world.auditor).get(reverse("portal:access")).status_code == 200


def test_g08_another_name_of_ours_or_other_letters_give_no_further_tries(world, two_tries):
    person = world.person()
    for turn in range(2):
        world.client().post(
            LOGIN,
            {"login": person.email.upper() if turn % 2 else person.email, "password": "wrong"},
            headers={"host": "127.0.0.1" if turn % 2 else "localhost"},
        )

    assert sign_in(world.client(), person).status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(world):
    person = world.person()

    wrong = sign_in(world.client(), person, "wrong")
    unknown = world.client().post(LOGIN, {"login": "nobody@ex.kr", "password": "wrong"})

    assert without_tokens(wrong).replace(person.email, "x") == without_tokens(unknown).replace(
        "nobody@ex.kr", "x"
    )


# G09


def test_g09_the_key_of_the_session_changes_and_logging_out_ends_it(world):
    client = world.client()
    client.get(LOGIN)
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client, world.person())
    during = client.cookies["sessionid"].value

    client.post(reverse("account_logout"))
    client.cookies["sessionid"] = during

    assert during != before
    assert client.get(HOME).url == f"{LOGIN}?next={HOME}"


def test_g09_the_cookie_is_out_of_reach(world, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = world.client()

    response = sign_in(client, world.person())

    cookie = response.cookies["sessionid"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


def test_g09_a_visitor_who_only_logs_out_by_an_address_stays_in(world):
    """Leaving asks for a POST: a picture on another page ends nobody's session."""
    client = signed_in(world, world.person())

    client.get(reverse("account_logout"))

    assert is_in(client)


@pytest.mark.parametrize(
    ("role", "minutes"), [("applicant", 60), ("officer", 30), ("reviewer", 30), ("administrator", 30)]
)
def test_g09_an_idle_session_ends(world, role, minutes):
    begun = clock.kst(2026, 12, 1, 9)
    client = world.client(world.person(Role(role)))
    with clock.at(begun):
        client.get(HOME)
    with clock.at(begun + timedelta(minutes=minutes)):
        assert is_in(client)
    with clock.at(begun + timedelta(minutes=2 * minutes, seconds=1)):
        assert client.get(HOME).url == f"{LOGIN}?next={HOME}"
    with clock.at(begun + timedelta(minutes=2 * minutes, seconds=2)):
        assert not is_in(client)  # it does not come back


def test_g09_a_session_ends_after_twelve_hours_however_it_is_used_and_says_so_before(world):
    begun, client = clock.kst(2026, 12, 1, 9), world.client(world.officer)
    pages = {}
    for minutes in range(0, 12 * 60, 20):
        with clock.at(begun + timedelta(minutes=minutes)):
            pages[minutes] = client.get(HOME).content.decode()
    with clock.at(begun + timedelta(hours=12)):
        assert client.get(HOME).url == f"{LOGIN}?next={HOME}"
        assert client.post(reverse("portal:extend")).status_code == 302
    # The dialog before the end leads back to the page where nothing can be extended any more.
    assert [minutes for minutes, page in pages.items() if 'method="dialog"' in page] == [700]
    assert 'data-ends-in="1200"' in pages[700]
    assert 'data-ends-in="1800"' in pages[0]


def test_a_session_is_extended_by_asking_and_only_for_who_is_in(world):
    begun = clock.kst(2026, 12, 1, 9)
    client, extend = world.client(world.officer), reverse("portal:extend")
    for minutes in (0, 29, 58):
        with clock.at(begun + timedelta(minutes=minutes)):
            assert client.post(extend).status_code in (200, 204)
    with clock.at(begun + timedelta(minutes=87)):
        assert is_in(client)
        assert client.get(extend).status_code == 405
    assert world.client().post(extend).status_code == 302


def test_pages_of_a_person_are_kept_by_no_cache_and_public_ones_may_be(world):
    assert "no-store" in world.client(world.officer).get(HOME)["Cache-Control"]
    assert "no-store" not in world.client().get(reverse("portal:front")).headers.get("Cache-Control", "")


def test_a_closed_account_cannot_sign_in_and_its_session_ends_at_once(world):
    person = world.person()
    client = signed_in(world, person)

    actions.set_active(person, active=False, reason="Left the firm", by=world.administrator)

    assert not is_in(client)
    assert sign_in(world.client(), person).url == reverse("account_inactive")


def test_no_way_back_leads_out_of_the_house(world):
    person = world.person()
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        response = world.client().post(LOGIN, {"login": person.email, "password": PASSWORD, "next": target})
        assert response.url == HOME, target


def test_the_letter_with_the_link_is_in_the_language_of_the_account_whatever_the_browser_speaks(world):
    english, korean = world.person(), world.person()
    type(english).objects.filter(pk=english.pk).update(language="en")
    client = world.client()

    for person in (english, korean):
        client.post(
            RESET, {"email": person.email}, headers={"accept-language": "ko" if person is english else "en"}
        )

    first, second = (
        Letter.objects.get(kind="account/password_reset_key", address=one.email) for one in (english, korean)
    )
    assert first.subject.startswith("[RootGrants] ")
    assert second.subject.startswith("[뿌리첨단화] ")
    assert ('lang="en"' in first.html, 'lang="ko"' in second.html) == (True, True)


# G10


def change_address(client, email, password=PASSWORD):
    """Ask for another address; the password is asked for on the way."""
    asked = client.post(reverse("account_email"), {"email": email, "action_add": "1"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    return client.post(asked.url, {"password": password})


def test_g10_an_address_is_changed_by_its_code_only_and_the_old_one_is_told(world):
    person = world.person()
    client, old = signed_in(world, person), person.email

    change_address(client, "new@firm.example")
    assert User.objects.get(pk=person.pk).email == old
    code = code_in(Letter.objects.get(address="new@firm.example"))
    client.post(reverse("account_email_verification_sent"), {"code": code})

    assert User.objects.get(pk=person.pk).email == "new@firm.example"
    assert [a.email for a in EmailAddress.objects.filter(user=person)] == ["new@firm.example"]
    assert Letter.objects.filter(address=old, kind="account/email_changed").count() == 1
    assert sign_in(world.client(), person).status_code == 200  # the old address is nobody's now
    assert world.client().post(LOGIN, {"login": "new@firm.example", "password": PASSWORD}).url == HOME


def test_g10_without_the_password_nothing_is_sent_and_nothing_changes(world):
    person = world.person()
    client = signed_in(world, person)

    answer = change_address(client, "new@firm.example", password="wrong")

    assert list(answer.context["form"].errors) == ["password"]
    assert Letter.objects.count() == 0
    assert User.objects.get(pk=person.pk).email == person.email


def test_g10_the_address_of_somebody_else_is_never_taken(world):
    """Its owner is written to, as the owner of any address; even with that code it stays theirs."""
    person, other = world.person(), world.person()
    client = signed_in(world, person)

    change_address(client, other.email.upper())
    client.post(reverse("account_email_verification_sent"), {"code": code_in(Letter.objects.get())})

    assert User.objects.get(pk=person.pk).email == person.email
    assert [a.email for a in EmailAddress.objects.order_by("pk")] == [person.email, other.email]


# Second factor


def with_totp(person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def test_staff_are_asked_for_a_second_factor_before_any_page(world, settings):
    settings.STAFF_SECOND_FACTOR = True
    for person in (
        world.officer,
        world.director,
        world.finance,
        world.ministry,
        world.auditor,
        world.administrator,
    ):
        client = world.client(person)
        assert client.get(HOME).url == reverse("mfa_activate_totp")
        assert client.post(reverse("accounts:me"), {"name": "x"}).url == reverse("mfa_activate_totp")
        assert client.get(reverse("portal:help")).status_code == 200
    for person in (world.person(), world.reviewer()):
        assert is_in(world.client(person))


def test_staff_with_a_second_factor_pass_and_the_demonstration_asks_for_none(world, settings):
    with_totp(world.officer)
    settings.STAFF_SECOND_FACTOR = True
    assert is_in(world.client(world.officer))

    settings.STAFF_SECOND_FACTOR = False
    assert is_in(world.client(world.director))


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(world):
    person = world.officer
    secret = with_totp(person)
    client = world.client()

    first = sign_in(client, person)
    assert first.url.startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    client.post(first.url, {"code": "000000"})
    assert not is_in(client)
    code = code_now(secret)
    assert client.post(first.url, {"code": code}).url == HOME
    assert is_in(client)

    again = world.client()
    sign_in(again, person)
    again.post(first.url, {"code": code})
    assert not is_in(again)  # a code works once


def code_now(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


SECTION, SUBMIT = "/applications/{key}/sections/project/?part=1", "/applications/{key}/submit/"


@pytest.mark.parametrize(
    ("pressed_on", "address", "back"),
    [
        ("http://testserver" + SECTION, SECTION, SECTION),  # a page of its own
        ("http://testserver/applications/{key}/check/?a=b", SUBMIT, "/applications/{key}/check/?a=b"),
        ("https://elsewhere.example/applications/{key}/check/", SUBMIT, HOME),
        ("http://testserver.elsewhere.example/check/", SUBMIT, HOME),
        ("", SUBMIT, HOME),
    ],
)
def test_after_signing_in_a_button_is_found_where_it_stands(client, pressed_on, address, back):
    pressed_on, address, back = (text.format(key=MISSING) for text in (pressed_on, address, back))

    answer = client.post(address, headers={"referer": pressed_on})

    assert parse_qs(urlsplit(answer.url).query)["next"] == [back]
