"""The bank accounts of reviewers: sealed at rest, written by the reviewer, read in full by finance alone, and by nobody unseen."""

import io
import logging
import re

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications.kernel import audit, clock, sealing
from applications.kernel.accesslog import AccessEntry
from applications.kernel.audit import AuditEntry
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import people
from applications.review.models import ReviewerProfile
from applications.review.payee_forms import PayeeForm
from applications.review.payees import BANKS, PayeeAccount
from tests.asking import fresh, reasons, text
from tests.copies import costs_of_a_list
from tests.together import together
from tests.world import AFTER, PASSWORD, browser

pytestmark = pytest.mark.usefixtures("english")
OWN, LIST = reverse("review:own_payee"), reverse("review:payees")
ACCOUNT = {"bank": "088", "number": "110123456789", "holder": "김가온"}
TYPED = ACCOUNT | {"number": "110-123-456789", "password": PASSWORD}
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def december():
    with clock.at(AFTER):
        yield


@pytest.fixture
def reviewer(world):
    return world.reviewer(name="Kim")


@pytest.fixture
def kept(reviewer):
    return people.set_payee(**ACCOUNT, password=PASSWORD, by=reviewer)


def written(table):
    """All that stands in a table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


def everywhere():
    with connection.cursor():
        tables = connection.introspection.table_names()
    return {table: written(f'"{table}"') for table in tables}


# Sealing


def test_what_is_sealed_is_opened_by_whoever_it_is_sealed_for_alone(settings):
    text = sealing.seal({"number": "1"}, whose="kim")

    assert text.startswith(sealing.BEGINNING)
    assert "kim" not in text
    assert sealing.opened(text, whose="kim") == {"number": "1"}
    with pytest.raises(sealing.Unreadable):
        sealing.opened(text, whose="lee")


def test_the_first_key_seals_and_every_key_opens(settings):
    settings.SEALING_KEYS = [OLD]
    old = sealing.seal({"n": 1}, whose="kim")
    settings.SEALING_KEYS = [NEW, OLD]
    new, turned = sealing.seal({"n": 2}, whose="kim"), sealing.sealed_anew(old)
    assert sealing.opened(old, whose="kim") == {"n": 1}

    settings.SEALING_KEYS = [NEW]
    assert [sealing.opened(one, whose="kim") for one in (new, turned)] == [{"n": 2}, {"n": 1}]
    for lost in (sealing.opened, lambda text, whose: sealing.sealed_anew(text)):
        with pytest.raises(sealing.Unreadable):
            lost(old, whose="kim")


def test_a_sealed_text_that_was_changed_is_not_opened():
    text = sealing.seal({"n": 1}, whose="kim")
    other = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]

    with pytest.raises(sealing.Unreadable):
        sealing.opened(other, whose="kim")


# What is kept


def test_nothing_of_an_account_stands_anywhere_in_plain_text(reviewer, kept, caplog):
    caplog.set_level(logging.DEBUG)
    browser(reviewer).post(OWN, TYPED)

    # The last four digits as a word only: a time or a token may hold any four inside.
    said = re.compile("|".join([ACCOUNT["number"], "110-123-456789", r"\b6789\b", ACCOUNT["holder"]]))
    assert [table for table, found in everywhere().items() if said.search(found)] == []
    assert not said.search(caplog.text)
    assert fresh(kept).opened() == ACCOUNT


def test_the_database_keeps_nothing_that_is_not_sealed(reviewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        PayeeAccount.objects.create(user=reviewer, sealed='{"number": "110123456789"}')


def test_an_account_put_in_the_place_of_another_persons_is_not_opened(world, kept):
    other = people.set_payee(**ACCOUNT, password=PASSWORD, by=world.reviewer())
    PayeeAccount.objects.filter(pk=other.pk).update(sealed=kept.sealed)

    with pytest.raises(sealing.Unreadable):
        fresh(other).opened()
    page = browser(world.finance).get(reverse("review:payee", args=[other.key]))
    assert "No key of today opens this account." in text(page)


def test_the_trace_and_the_letter_say_that_it_changed_and_not_to_what(reviewer, kept):
    people.set_payee(**ACCOUNT | {"number": "99988877766"}, password=PASSWORD, by=reviewer)
    people.drop_payee(kept, by=reviewer)
    people.drop_payee(kept, by=reviewer)  # pressed twice

    entries = AuditEntry.objects.filter(thing_kind="payeeaccount").order_by("pk")
    assert [(entry.verb, entry.actor, entry.before, entry.after, entry.note) for entry in entries] == [
        ("set_payee", reviewer, None, None, ""), ("set_payee", reviewer, None, None, ""), ("drop_payee", reviewer, None, None, ""),
    ]  # fmt: skip
    letters = Letter.objects.filter(kind="payee_changed")
    assert [letter.to for letter in letters] == [reviewer] * 2
    assert not PayeeAccount.objects.exists()


def test_a_wrong_password_changes_nothing(reviewer, kept):
    said = reasons(people.set_payee, **ACCOUNT | {"number": "99988877766"}, password="wrong", by=reviewer)

    assert (said, fresh(kept).opened()) == (["This is not your password."], ACCOUNT)


@pytest.mark.parametrize("role", ["officer", "director", "finance", "ministry", "auditor", "administrator"])
def test_only_reviewers_write_an_account_and_only_their_own(world, kept, role):
    person = getattr(world, role)

    for act in (
        lambda: people.set_payee(**ACCOUNT, password=PASSWORD, by=person),
        lambda: people.drop_payee(kept, by=person),
        lambda: people.drop_payee(kept, by=world.reviewer()),
    ):
        with pytest.raises(Denied):
            act()
    assert fresh(kept).opened() == ACCOUNT


@pytest.mark.parametrize(
    ("number", "digits"),
    [("110-123-456789", "110123456789"), (" 3333 01 1234567 ", "3333011234567"), ("1234567", None),
     ("1" * 16, "1" * 16), ("1" * 17, None), ("110-123-45678X", None), ("１１０１２３４５６７８９", None), ("", None)],
)  # fmt: skip
def test_a_number_is_eight_to_sixteen_digits(number, digits):
    form = PayeeForm(TYPED | {"number": number})

    assert (form.is_valid(), form.cleaned_data.get("number")) == (digits is not None, digits)


def test_a_bank_is_one_of_the_list():
    assert list(PayeeForm(TYPED | {"bank": "999"}).errors) == ["bank"]


# Keys that are changed


def test_every_account_is_sealed_anew_with_the_first_key(world, settings):
    settings.SEALING_KEYS = [OLD]
    kept = [people.set_payee(**ACCOUNT, password=PASSWORD, by=world.reviewer()) for _number in range(3)]
    settings.SEALING_KEYS, out = [NEW, OLD], io.StringIO()

    call_command("seal_anew", stdout=out)

    settings.SEALING_KEYS = [NEW]
    assert out.getvalue() == "3 sealed with the first key.\n"
    assert [fresh(one).opened() for one in kept] == [ACCOUNT] * 3


def test_an_account_that_no_key_opens_is_named_and_stays_as_it_is(world, kept, settings):
    settings.SEALING_KEYS = [NEW]
    good = people.set_payee(**ACCOUNT, password=PASSWORD, by=world.reviewer())

    with pytest.raises(CommandError, match=rf"No key opens 1 of them: {kept.pk}$"):
        call_command("seal_anew", stdout=io.StringIO())
    assert (fresh(kept).sealed, fresh(good).opened()) == (kept.sealed, ACCOUNT)


# Pages


def test_a_reviewer_writes_it_and_reads_its_end_alone(reviewer):
    client = browser(reviewer)
    saved = client.post(OWN, TYPED)
    page = client.get(OWN)

    assert (saved.status_code, saved.url) == (302, OWN)
    assert f"{BANKS['088']} ••••6789" in text(page)
    assert not [word for word in ("110123456789", "110-123", "김가온") if word in page.content.decode()]
    assert "data-keep" not in page.content.decode()  # nothing of it is kept in the tab
    assert "no-store" in page["Cache-Control"]


def test_a_wrong_password_is_said_beside_it_and_counted_as_at_sign_in(reviewer):
    client = browser(reviewer)

    page = client.post(OWN, TYPED | {"password": "wrong"})
    assert (page.status_code, page.context["form"].errors["password"]) == (
        409,
        ["This is not your password."],
    )
    assert not PayeeAccount.objects.exists()
    assert AccessEntry.objects.filter(act="sign_in.failed").count() == 1
    for _try in range(10):
        page = client.post(OWN, TYPED | {"password": "wrong"})
    assert page.status_code == 429 or "Too many" in str(page.context["form"].errors["password"])
    client.post(OWN, TYPED)
    assert not PayeeAccount.objects.exists()


def test_a_reviewer_has_it_forgotten(reviewer, kept):
    client = browser(reviewer)

    assert client.post(reverse("review:drop_payee", args=[kept.key])).url == OWN
    assert not PayeeAccount.objects.exists()
    assert "Forget this account" not in text(client.get(OWN))


def test_finance_reads_an_account_in_full_and_each_reading_is_written_down(world, kept):
    client, page = browser(world.finance), reverse("review:payee", args=[kept.key])

    words = text(client.get(page))
    client.get(page)

    assert [word in words for word in (str(BANKS["088"]), "110123456789", "김가온")] == [True] * 3
    entries = AccessEntry.objects.filter(act="payee.read")
    assert [(one.actor, one.subject_kind, one.subject_ids) for one in entries] == [
        (world.finance, "payeeaccount", [kept.pk])
    ] * 2


def test_the_list_of_finance_leads_there_and_shows_nothing_of_them(world, kept):
    page = browser(world.finance).get(LIST, {"q": "Kim"})

    assert [row.pk for row in page.context["page"].rows] == [kept.pk]
    assert not [word for word in ("6789", "김가온", str(BANKS["088"])) if word in text(page)]


@pytest.mark.parametrize("role", ["officer", "director", "ministry", "auditor", "administrator"])
def test_nobody_else_of_the_staff_learns_that_there_is_one(world, reviewer, kept, role):
    client = browser(getattr(world, role))

    pages = [LIST, reverse("review:payees_export"), reverse("review:payee", args=[kept.key]), OWN]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    seen = client.get(reviewer.reviewer_profile.get_absolute_url())
    assert not [word for word in ("payee", "6789", "김가온") if word in seen.content.decode()]


def test_a_reviewer_finds_no_account_of_another(world, kept):
    client = browser(world.reviewer())

    assert "••••" not in text(client.get(OWN))
    assert client.post(reverse("review:drop_payee", args=[kept.key])).status_code == 404
    assert client.get(reverse("review:payee", args=[kept.key])).status_code == 404


def test_the_list_costs_the_same_for_one_row_three_rows_and_the_second_page(world, kept):
    client = browser(world.finance)

    def another():
        people.set_payee(**ACCOUNT, password=PASSWORD, by=world.reviewer())

    costs = costs_of_a_list(client, LIST, another)
    assert [rows for rows, _queries in costs] == [1, 3, 50, 10]
    assert len({queries for _rows, queries in costs}) == 1


def test_a_profile_leads_nowhere_to_it(kept):
    """No column, filter or form of the profile holds anything of an account."""
    names = {field.name for field in ReviewerProfile._meta.get_fields()}

    assert not [name for name in names if "payee" in name or "bank" in name]
    assert audit.trail(kept).count() == 1


@pytest.mark.postgresql
def test_written_in_two_windows_at_once_it_is_one_account(committed, world):
    reviewer = world.reviewer()

    def write(number):
        with clock.at(AFTER):
            return people.set_payee(**ACCOUNT | {"number": number}, password=PASSWORD, by=reviewer)

    for turn in range(5):
        PayeeAccount.objects.all().delete()
        numbers = {f"1234567{turn}1", f"1234567{turn}2"}
        outcomes = together(*(lambda number=number: write(number) for number in numbers))

        assert [type(outcome) for outcome in outcomes] == [PayeeAccount] * 2
        assert PayeeAccount.objects.get().opened()["number"] in numbers
