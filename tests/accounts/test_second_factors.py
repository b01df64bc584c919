"""Second factors at a browser: a passkey by a virtual authenticator, and an app's code from the secret on the page."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from applications.kernel import clock
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


def with_authenticator(person):
    """Chromium's own virtual key: it is there, and its holder touches it at once."""
    devtools = person.context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    return devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def goes_to(person, name):
    person.page.goto(person.street.address + reverse(name))
    return person.arrived()


def presses(person, selector):
    with person.page.expect_navigation():
        person.page.locator(selector).click()
    return person.arrived()


def types_password(person):
    """Before a factor is added or taken away, the password is asked for."""
    assert person.kind == "account_reauthenticate"
    person.page.locator("#id_password").fill(PASSWORD)
    return person.submits()


def signs_out(person):
    person.context.clear_cookies()
    return goes_to(person, "account_login")


def test_a_passkey_is_added_and_opens_the_account_without_a_password(street):
    person, account = street.comes(), World().person()
    with_authenticator(person)
    person.sign_in(account.email, PASSWORD)

    goes_to(person, "mfa_add_webauthn")
    types_password(person)
    person.page.locator("#id_passwordless").check()
    presses(person, "#mfa_webauthn_add")
    assert [factor.type for factor in Authenticator.objects.filter(user=account)] == [
        "webauthn",
        "recovery_codes",
    ]

    signs_out(person)
    presses(person, "#passkey_login")

    assert person.kind == "portal:home"
    assert account.name in person.page.locator("body").inner_text()
    assert street.complaints == []


def test_who_has_a_passkey_confirms_with_it_and_hands_in(house):
    """A step of its own before the last one: the passkey opens it as the password does, and submitting asks nothing more."""
    person = house.opens("check")
    with_authenticator(person)
    goes_to(person, "mfa_add_webauthn")
    presses(person, "#mfa_webauthn_add")
    house.clock.shift(timedelta(minutes=16))  # the password counts no more

    person.goes(house.page("check"))
    assert person.page.locator("form[action$='/submit/'] button").count() == 0
    person.follow("Confirm that it is you")
    presses(person, f"main a[href^='{reverse('mfa_reauthenticate_webauthn')}']")
    assert house.stored.status == "draft"
    presses(person, "#mfa_webauthn_reauthenticate")

    assert person.kind == "intake:check"
    person.press("Submit the application")
    assert (person.kind, house.stored.status) == ("intake:receipt", "submitted")
    assert house.street.complaints == []


def test_staff_add_an_app_at_the_first_sign_in_and_are_asked_for_its_code_at_the_next(street, settings):
    settings.STAFF_SECOND_FACTOR = True
    person, account = street.comes(), World().officer
    person.sign_in(account.email, PASSWORD)

    secret = person.adds_an_app(PASSWORD)
    assert person.kind == "portal:home"

    signs_out(person)
    person.sign_in(account.email, PASSWORD)
    assert person.kind == "mfa_authenticate"
    assert goes_to(person, "portal:home").kind == "mfa_authenticate"  # the password alone opens nothing
    later = clock.now().replace(second=29, microsecond=950_000) + timedelta(minutes=1)
    with time_machine.travel(later):  # the code that is typed ends on its way
        person.types_the_code_of(secret)
        assert person.kind == "portal:home"

    assert street.complaints == []
