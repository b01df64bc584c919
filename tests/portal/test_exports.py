"""What an auditor takes away in files: the people, the record, the access log; each with its reason, and nobody else."""

import csv
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role, User
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from tests.asking import text
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english")
PEOPLE, RECORD, ACCESS = (
    reverse(name) for name in ("accounts:people_export", "portal:audit_export", "portal:access_export")
)
LISTS = {
    PEOPLE: reverse("accounts:people"),
    RECORD: reverse("portal:audit"),
    ACCESS: reverse("portal:access"),
}
ASKED = {"kind": "csv", "columns": "all", "reason": "Audit of the year"}


def rows_of(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.fixture
def auditor(world):
    return browser(world.auditor)


@pytest.mark.parametrize("address", LISTS)
def test_an_auditor_alone_takes_them_away_and_finds_the_way_to_it(world, auditor, address):
    roles = [role for role in Role if role not in (Role.AUDITOR, Role.APPLICANT, Role.REVIEWER)]
    others = [
        *(browser(getattr(world, role.value)) for role in roles),
        browser(world.person()),
        browser(world.reviewer()),
    ]

    assert [client.get(address).status_code for client in others] == [404] * len(others)
    assert [client.post(address, ASKED).status_code for client in others] == [404] * len(others)
    assert not AccessEntry.objects.filter(act__endswith=".export").exists()
    assert address in auditor.get(LISTS[address]).content.decode()
    assert address not in browser(world.administrator).get(LISTS[address]).content.decode()


def test_the_people_come_as_the_list_is_narrowed_and_no_cell_is_a_formula(world, auditor):
    world.person(Role.OFFICER, name="=HYPERLINK(1)", email="evil@people.example")

    head, *lines = rows_of(auditor.post(f"{PEOPLE}?role=officer&sort=-name", ASKED))

    assert head == ["Name", "E-mail", "Role", "Active", "Since"]
    assert [line[:4] for line in lines] == [
        ["'=HYPERLINK(1)", "evil@people.example", "Programme officer", "Active"]
    ]
    entry = AccessEntry.objects.get(act="account.export")
    person = User.objects.get(email="evil@people.example")
    assert (entry.actor, entry.reason, entry.subject_kind, entry.subject_ids) == (
        world.auditor, "Audit of the year", "user", [person.pk],
    )  # fmt: skip


def test_the_record_holds_values_and_reasons_in_plain_words(world, auditor):
    accounts.change_role(world.officer2, role=Role.DIRECTOR, reason="A new post", by=world.administrator)
    audit.record("edit", world.a, by=world.officer, before={"name": "<b>", "size": "small"}, note="=1+1")

    head, *lines = rows_of(auditor.post(f"{RECORD}?q=what:edit,change_role", ASKED))

    assert head == ["Time", "Who", "What", "Thing", "Before", "After", "Reason"]
    assert [line[1:] for line in lines] == [
        [world.officer.name, "Edited", f"Firm {world.a.pk}", "name: <b>\nsize: small", "", "'=1+1"],
        [world.administrator.name, "Role changed", f"Person {world.officer2.pk}", "role: officer", "role: director", "A new post"],
    ]  # fmt: skip


def test_the_page_of_the_record_still_breaks_its_lines_and_escapes_them(world, auditor):
    audit.record("edit", world.a, by=world.officer, before={"name": "<b>", "size": "small"})

    assert "name: &lt;b&gt;<br>size: small<br>" in auditor.get(reverse("portal:audit")).content.decode()


@pytest.mark.parametrize(("address", "act", "kind"), [(RECORD, "audit.export", "auditentry"), (ACCESS, "access.export", "accessentry")])  # fmt: skip
def test_the_log_keeps_how_a_long_list_was_narrowed_in_the_place_of_all_its_rows(
    world, auditor, address, act, kind
):
    audit.record("edit", world.a, by=world.officer)
    auditor.get(world.a.get_absolute_url())

    rows_of(auditor.post(f"{address}?q={'x' * 190}", ASKED | {"reason": "y" * 350}))
    rows_of(auditor.post(address, ASKED))

    first, second = AccessEntry.objects.filter(act=act).order_by("pk")
    assert (len(first.reason), first.reason[:361]) == (500, f"{'y' * 350} (0 · q=xxx")
    assert second.reason.startswith("Audit of the year (") and second.reason.endswith(" · *)")
    assert (second.subject_kind, second.subject_ids) == (kind, [])


def test_the_access_log_comes_with_who_saw_whose_data(world, auditor):
    client = browser(world.officer)
    client.get(world.a.get_absolute_url())

    head, *lines = rows_of(auditor.post(f"{ACCESS}?what=firm.view", ASKED))

    assert head == ["Time", "Who", "From", "What", "Whose", "Reason"]
    assert [line[1:] for line in lines] == [
        [f"{world.officer.name} (Programme officer)", "127.0.0.1", "Firm viewed", f"Firm {world.a.pk}", ""]
    ]


def test_the_page_of_the_access_log_names_the_first_of_many_and_its_file_names_all(world, auditor):
    AccessEntry.objects.create(
        at=clock.now(), actor=world.officer, actor_role="officer", act="firm.export", subject_kind="firm",
        subject_ids=list(range(1, 5001)), reason="For the ministry",
    )  # fmt: skip
    first = "Firm 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20"

    page = text(auditor.get(LISTS[ACCESS]))
    _head, line = rows_of(auditor.post(f"{ACCESS}?what=firm.export", ASKED))

    assert f"{first} … (5,000) " in page
    assert line[4] == f"Firm {', '.join(map(str, range(1, 5001)))}"


def test_an_excel_file_holds_the_same_rows(world, auditor):
    audit.record("edit", world.a, by=world.officer, note="=1+1")

    response = auditor.post(f"{RECORD}?q=what:edit", ASKED | {"kind": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))

    assert response["Content-Disposition"].startswith('attachment; filename="record-')
    assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 2
    assert b"'=1+1" in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("reason", ["", "no", "x" * 351])
def test_no_file_leaves_without_a_reason(auditor, address, reason):
    response = auditor.post(address, ASKED | {"reason": reason})

    assert (response.status_code, list(response.context["form"].errors)) == (200, ["reason"])
    assert not AccessEntry.objects.filter(act__endswith=".export").exists()


def test_an_excel_file_that_no_sheet_can_hold_is_refused(world, auditor, monkeypatch):
    monkeypatch.setattr("applications.kernel.listpages.MOST_IN_EXCEL", 0)

    page = auditor.post(PEOPLE, ASKED | {"kind": "xlsx"})

    assert "A sheet of Excel holds at most 0 rows. Please choose CSV, or narrow the list." in text(page)


@pytest.mark.parametrize("address", LISTS)
def test_a_file_asks_the_database_as_often_for_many_rows_as_for_one(world, auditor, address):
    counts = []
    world.a, auditor.get(LISTS[address])
    for more in (1, 3):
        for _row in range(more):
            audit.record("edit", world.person(), by=world.officer)
            browser(world.officer).get(world.a.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            rows_of(auditor.post(address, ASKED))
        counts.append(len(asked))

    assert len(set(counts)) == 1
