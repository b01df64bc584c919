"""The certificate of a designation: frozen with its hash, for the firm and staff, and checked by anybody who holds it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse

from applications.cohort import actions
from applications.cohort.certificate import written
from applications.cohort.models import Certificate
from applications.firms.models import Firm
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.notifications.models import Letter
from tests.intake.test_receipt import words
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
VERIFY = "/cohort/verify/"


@pytest.fixture
def certificate(world):
    return actions.seat(world.selected_sprout(firm=world.a), by=world.officer).certificate


def said(number, fingerprint):
    page = browser().post(VERIFY, {"number": number, "fingerprint": fingerprint}).content.decode()
    return "Registered, unchanged." in page, "Not found." in page


def test_with_the_seat_goes_a_certificate_and_its_address_stands_in_the_letter(world, certificate):
    assert certificate.snapshot["number"] == certificate.seat.number
    assert len(certificate.sha256) == 64
    letter = Letter.objects.get(kind="seat_taken")
    assert reverse("cohort:certificate", args=[certificate.key]) in letter.body


def test_the_document_says_number_firm_field_and_hash_as_they_were(world, certificate):
    Firm.objects.filter(pk=world.a.pk).update(name="Another name")

    document = words(written(Certificate.objects.get()))

    for shown in (
        certificate.seat.number,
        "Firm A",
        "110-81-00062",
        "Giga casting",
        "20 Dec 2026",
        certificate.sha256,
    ):
        assert shown in document
    assert "Another name" not in document


def test_whoever_holds_it_hears_that_it_is_registered_and_unchanged_and_nothing_else(certificate):
    number = certificate.seat.number

    assert said(number, certificate.sha256) == (True, False)
    assert said(number, certificate.sha256[:8].upper()) == (True, False)
    for wrong in (
        (number, certificate.sha256[:7]),
        (number, "0" * 64),
        ("제2027-새싹-999호", certificate.sha256),
        (number, ""),
    ):
        assert said(*wrong) == (False, True)
    page = browser().post(VERIFY, {"number": number, "fingerprint": certificate.sha256}).content.decode()
    assert "Firm A" not in page


def test_of_a_designation_that_has_ended_it_is_said_what_is_said_of_none(world, certificate):
    actions.end(certificate.seat, kind="revoked", reason="Requirements lost", by=world.director)

    assert said(certificate.seat.number, certificate.sha256) == (False, True)


def test_what_was_tampered_with_is_not_confirmed(certificate, is_postgresql):
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE applications_certificate DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER applications_certificate_keep_update")
        cursor.execute("UPDATE applications_certificate SET snapshot = %s", ['{"firm": "Firm Z"}'])

    assert said(certificate.seat.number, certificate.sha256) == (False, True)


def test_the_firm_and_staff_have_the_document_and_nobody_else(world, certificate):
    address = reverse("cohort:certificate", args=[certificate.key])
    may = (
        world.owner_of(world.a),
        world.member(world.a, "viewer"),
        world.officer,
        world.director,
        world.auditor,
    )
    may_not = (world.person(), world.reviewer(), world.finance, world.ministry, world.administrator)

    assert [browser(person).get(address).status_code for person in may] == [200] * 5
    assert [browser(person).get(address).status_code for person in may_not] == [404] * 5
    assert AccessEntry.objects.filter(act="certificate.pdf").count() == 3  # of staff


def test_the_page_of_the_result_leads_to_the_certificate_and_its_check_until_the_designation_ends(world):
    application = world.with_score(world.r1, "91", firm=world.a)
    world.published(world.r1)
    client, address = browser(world.owner_of(world.a)), f"/decisions/results/{application.key}/"

    with clock.at(AFTER + timedelta(days=2)):
        seat = actions.seat(Application.objects.get(pk=application.pk), by=world.officer)
        during = client.get(address).content.decode()
        actions.end(seat, kind="returned", reason="The firm moves abroad", by=world.director)
        ended = client.get(address).content.decode()

    assert reverse("cohort:certificate", args=[seat.certificate.key]) in during
    [link] = re.findall(rf'href="({VERIFY}[^"]*)"', during)
    assert certificate_at(link) == (seat.number, seat.certificate.sha256)
    said = "The designation of your firm ended on 22 Dec 2026: Returned by the firm."
    assert ("Your firm is designated" in during, said in during) == (True, False)
    assert ("Your firm is designated" in ended, VERIFY in ended, said in ended) == (False, False, True)


def certificate_at(link):
    """The number and the fingerprint that the page of the check begins with at this address."""
    page = browser().get(unescape(link)).context
    return page["number"], page["fingerprint"]


def test_the_link_on_the_certificate_fills_in_what_is_asked(certificate):
    page = browser().get(VERIFY, {"number": certificate.seat.number, "fingerprint": certificate.sha256})

    assert certificate.sha256 in page.content.decode()
    assert "Registered" not in page.content.decode()
