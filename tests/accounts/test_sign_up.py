"""Signing up: a code by e-mail, one address one account, consents with the version of each text."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from applications.accounts import rules
from applications.accounts.forms import SignUpForm
from applications.accounts.models import Role, User
from applications.kernel import clock
from applications.notifications.models import Letter
from tests.together import together
from tests.world import PASSWORD

HOME, CODE = reverse("portal:home"), reverse("account_email_verification_sent")


def sign_up(client, email="kim@firm.example", **more):
    fields = {
        "email": email,
        "name": "김새싹",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "terms": "on",
        "privacy": "on",
    }
    return client.post(
        reverse("account_signup"), {name: v for name, v in (fields | more).items() if v is not None}
    )


def code_in(letter):
    """The code as a person finds it: the one line that is a code."""
    (code,) = re.findall(r"(?m)^([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})$", letter.body)
    return code


def test_an_account_is_opened_by_the_code_that_was_sent_to_its_address(db, client):
    assert sign_up(client).url == CODE
    assert client.get(HOME).url.startswith(reverse("account_login"))  # not yet

    letter = Letter.objects.get()
    confirmed = client.post(CODE, {"code": code_in(letter)})

    assert (letter.kind, letter.address) == ("account/email_confirmation_signup", "kim@firm.example")
    assert confirmed.url == HOME
    assert client.get(HOME).status_code == 200
    person = User.objects.get()
    assert (person.email, person.name, person.role) == ("kim@firm.example", "김새싹", Role.APPLICANT)
    address = EmailAddress.objects.get()
    assert (address.user, address.email, address.verified, address.primary) == (
        person,
        person.email,
        True,
        True,
    )


def test_the_code_comes_in_a_letter_of_few_words_and_confirming_it_is_the_first_button(db, english):
    client = Client(headers={"accept-language": "en"})
    sign_up(client)
    page = client.get(CODE).content.decode()
    letter = Letter.objects.get()

    assert User.objects.get().language == "en"  # in which all further letters come
    assert letter.subject == "[RootGrants] Your code to confirm your e-mail address"
    assert letter.body.splitlines() == [
        "Dear 김새싹,",
        "",
        "please type this code in the window that asks for it. It is good for 15 minutes.",
        "",
        code_in(letter),
        "",
        "If you did not ask for it, you need not do anything: without the code nothing happens.",
    ]
    assert page.count('class="button button-primary"') == 1
    assert page.count("kim@firm.example") == 2  # the address in a link and in words: it is said once


def test_a_wrong_code_opens_nothing_and_three_of_them_end_the_try(db, client):
    sign_up(client)
    code = code_in(Letter.objects.get())

    for _turn in range(3):
        client.post(CODE, {"code": "AAAA-AAAA"})
    client.post(CODE, {"code": code})

    assert EmailAddress.objects.filter(verified=True).count() == 0
    assert client.get(HOME).status_code == 302


def test_consents_are_kept_each_with_the_version_of_its_text(db, client):
    at = clock.kst(2026, 12, 1, 10)
    with clock.at(at):
        sign_up(client, news="on")

    consents = User.objects.get().consents.order_by("pk").values_list("kind", "version", "given", "at")
    assert list(consents) == [
        ("terms", rules.TERMS_VERSION, True, at),
        ("privacy", rules.PRIVACY_VERSION, True, at),
        ("news", rules.PRIVACY_VERSION, True, at),
    ]


def test_news_may_be_refused_and_the_refusal_is_kept(db, client):
    sign_up(client)

    assert User.objects.get().consents.get(kind="news").given is False


@pytest.mark.parametrize("missing", ["terms", "privacy", "name", "email"])
def test_without_what_is_required_there_is_no_account_and_what_was_typed_stays(db, client, missing):
    response = sign_up(client, **{missing: None})

    assert list(response.context["form"].errors) == [missing]
    assert response.context["form"]["name"].value() == (None if missing == "name" else "김새싹")
    assert (User.objects.count(), Letter.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, {"email": ["Please enter your e-mail address."]}),
        ({"email": "kim@firm"}, {"email": ["Please enter an e-mail address in Latin letters, such as name@firm.co.kr."]}),
        ({"email": "kim.firm.example"}, {"email": ["Please enter an e-mail address in Latin letters, such as name@firm.co.kr."]}),
        ({"name": " "}, {"name": ["Please enter your name."]}),
        ({"password1": ""}, {"password1": ["Please choose a password."]}),
        ({"password2": ""}, {"password2": ["Please type the password a second time."]}),
        ({"terms": None}, {"terms": ["Please agree to the terms of use. Without that no account can be opened."]}),
        ({"privacy": None}, {"privacy": ["Please agree to the use of your personal data. Without that no account can be opened."]}),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_beside_its_field(db, client, typed, said):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    assert sign_up(client, **typed).context["form"].errors == said


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short-77", ["Please choose a password of at least 10 characters."]),
        (
            "kim@firm.example",
            ["This password is too much like your name or address. Please choose another one."],
        ),
        ("password123", ["Many people use this password. Please choose one that is hard to guess."]),
        ("7391046285", ["This password consists of digits only. Please put letters into it."]),
    ],
)
def test_what_makes_a_password_weak_is_said_in_plain_words(db, client, password, said):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    response = sign_up(client, password1=password, password2=password)

    assert response.context["form"].errors == {"password1": said}


@pytest.mark.parametrize(
    "email",
    [
        "kim@firm.example\u200b",
        "\u200bkim@firm.example",
        "kim\u202e@firm.example",
        "a@[127.0.0.1]",
        "a@localhost",
        "kim@firm.example\nBcc: x@y.example",
        "김@firm.example",
        "kim@ｆｉｒｍ.example",
        "kim @firm.example",
        "@firm.example",
    ],
)
def test_an_address_that_is_not_what_it_seems_is_refused(db, client, email):
    response = sign_up(client, email=email)

    assert list(response.context["form"].errors) == ["email"]
    assert (User.objects.count(), Letter.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "email", ["kim.sae-ssak+grants@sub.firm.co.kr", "O'Neil_1@x.example", "a@xn--3e0b707e.xn--3e0b707e"]
)
def test_an_ordinary_address_is_taken(email):
    assert rules.address_wrong(email) == []


@pytest.mark.parametrize("name", ["김\u200b새싹", "a\x0bb", "a\u202eb", "\u2028", "x" * 61, "\ue000"])
def test_a_name_with_something_hidden_in_it_is_refused(name):
    form = SignUpForm({"name": name, "terms": "on", "privacy": "on"})

    assert list(form.errors) == ["name"]


def test_a_name_is_kept_composed():
    form = SignUpForm({"name": " 김새싹 ", "terms": "on", "privacy": "on"})

    assert form.is_valid()
    assert form.cleaned_data["name"] == "김새싹"


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "kim@firm.example"])
def test_a_weak_password_is_refused(db, client, password):
    response = sign_up(client, password1=password, password2=password)

    assert response.context["form"].errors.keys() & {"password1", "password2"}
    assert User.objects.count() == 0


def test_an_address_in_other_letters_is_the_same_account(world, client):
    world.person(email="kim@firm.example")

    response = sign_up(client, email="KIM@Firm.Example")

    assert response.url == CODE  # the same answer as for a new address
    assert User.objects.count() == 1
    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("account/account_already_exists", "kim@firm.example")


def test_signing_in_takes_the_address_in_any_case(world, client):
    world.person(email="kim@firm.example")

    response = client.post(reverse("account_login"), {"login": " KIM@Firm.Example ", "password": PASSWORD})

    assert response.url == HOME


def test_an_account_signed_up_here_is_an_applicant_whatever_was_posted(db, client):
    sign_up(client, role="administrator", is_active="", is_staff="1")

    assert User.objects.get().role == Role.APPLICANT


@pytest.mark.postgresql
def test_an_address_signed_up_several_times_at_once_is_one_account(committed, world, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher"
    ]  # slow: all pass the check first
    clients = [world.client() for _ in range(4)]

    answers = together(*[lambda c=c: sign_up(c).status_code for c in clients])

    assert [status for status in answers if status >= 500] == []
    assert User.objects.filter(email="kim@firm.example").count() == 1
