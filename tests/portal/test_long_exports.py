"""Files of long lists: written apart with how far it is, come back to, taken for one day by who has asked, each time on record."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role, User
from applications.intake.lists import DESK
from applications.intake.models import Application
from applications.kernel import clock, exports
from applications.kernel.accesslog import AccessEntry
from applications.kernel.exports import Export
from applications.kernel.leasing import LEASE
from applications.kernel.lists import Column
from applications.notifications.models import Letter
from applications.permissions import PERMISSIONS
from applications.permissions import officer as officer_only
from applications.portal.lists import LISTS
from applications.portal.tasks import carry_exports_on
from tests.asking import text
from tests.together import together
from tests.world import AFTER, DURING, browser

pytestmark = pytest.mark.usefixtures("english")
EXPORT = "/applications/desk/export/"
ASKED = {"kind": "csv", "columns": "all", "reason": "For the meeting of the panel"}


@pytest.fixture
def officer(world, monkeypatch):
    """An officer before four applications, where a file of more than two is long."""
    world.officer.language = "en"
    world.officer.save()
    for minute in range(4):
        world.submitted(world.r1, world.firm(name=f"=1+{minute}"), at=DURING + timedelta(minutes=minute))
    monkeypatch.setattr("applications.kernel.listpages.AT_ONCE", 2)
    monkeypatch.setattr("applications.kernel.exports.ROUND", 1)
    with clock.at(AFTER):
        yield browser(world.officer)


def content_of(response):
    return b"".join(response.streaming_content)


def path_of(export, page="export"):
    return reverse(f"portal:{page}", args=[export.key])


def test_a_long_file_is_written_apart_and_can_be_left_and_come_back_to(world, officer):
    told = text(officer.get(EXPORT, {"q": "2027"}))
    asked = officer.post(f"{EXPORT}?q=2027&sort=number", ASKED, follow=True)
    export = Export.objects.get()
    waits = officer.get(path_of(export, "export_file"))
    Export.objects.update(done=2)
    half = text(officer.get(path_of(export), {"part": "now"}))
    nothing_yet = AccessEntry.objects.filter(act="application.export").exists()

    carry_exports_on(), carry_exports_on()
    page = officer.get(path_of(export))
    taken = content_of(officer.get(path_of(export, "export_file")))

    assert "It is long: it is written apart" in told
    assert asked.redirect_chain == [(path_of(export), 302)] and "You can leave this page" in text(asked)
    assert (waits.status_code, half, nothing_yet) == (
        409,
        "Being written 50% 2 / 4 You can leave this page and come back to it.",
        False,
    )
    assert "It holds 4 rows" in text(page) and path_of(export, "export_file") in page.content.decode()
    head, *lines = csv.reader(io.StringIO(taken.decode("utf-8-sig")))
    assert len(head) == 40
    assert [line[:2] for line in lines] == [[f"SP-2027-000{n + 1}", f"'=1+{n}"] for n in range(4)]
    assert export.name in text(officer.get(reverse("portal:exports"), {"q": "state:ready meeting"}))
    entry = AccessEntry.objects.get(act="application.export")
    assert (entry.actor, entry.reason, entry.subject_kind) == (world.officer, ASKED["reason"], "application")
    assert entry.subject_ids == list(Application.objects.order_by("number").values_list("pk", flat=True))


def test_a_file_of_excel_that_takes_some_seconds_is_sent_at_once_and_says_so_before(officer, monkeypatch):
    monkeypatch.setattr("applications.kernel.listpages.AT_ONCE", 4)
    monkeypatch.setattr("applications.kernel.listpages.SOME_SECONDS", 3)
    said = "An Excel file of this size begins to arrive after some seconds, a text file at once."

    few, many = (text(officer.get(EXPORT, {"q": line})) for line in ("2027-0001", "2027"))
    taken = officer.post(f"{EXPORT}?q=2027", ASKED | {"kind": "xlsx"})

    assert (said in few, said in many, Export.objects.exists()) == (False, True, False)
    assert b"".join(taken.streaming_content).startswith(b"PK")


def test_an_excel_file_holds_the_same_rows_in_the_language_of_who_asked(officer):
    officer.post(EXPORT, ASKED | {"kind": "xlsx", "columns": "shown"})
    carry_exports_on()

    response = officer.get(path_of(Export.objects.get(), "export_file"))
    book = zipfile.ZipFile(io.BytesIO(content_of(response)))

    assert response["Content-Disposition"].endswith('.xlsx"') and response["Content-Type"].endswith(
        "spreadsheetml.sheet"
    )
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 5 and "&#39;=1+0" in sheet.replace("'", "&#39;") and ">Number<" in sheet


def test_a_long_file_holds_what_its_asker_reads_of_the_list(world, officer, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, "outbox.text", officer_only)
    found = {}
    for person in (world.officer, world.director):
        User.objects.filter(pk=person.pk).update(language="en")
        browser(person).post("/letters/export/", ASKED)
    carry_exports_on()

    for person in (world.officer, world.director):
        file = browser(person).get(path_of(Export.objects.get(asked_by=person), "export_file"))
        _head, *lines = csv.reader(io.StringIO(content_of(file).decode("utf-8-sig")))
        found[person.role] = {subject for subject, *_rest in lines}

    assert found["officer"] == set(Letter.objects.values_list("subject", flat=True))
    assert found["director"] == {"Application received"}


def test_nobody_else_finds_the_file_and_it_is_gone_after_a_day(world, officer):
    officer.post(EXPORT, ASKED)
    carry_exports_on()
    export = Export.objects.get()
    others = [
        browser(person).get(path_of(export, "export_file")).status_code
        for person in (world.officer2, world.auditor, world.finance)
    ]
    with clock.at(AFTER + exports.KEPT):
        late = browser(world.officer).get(path_of(export, "export_file")).status_code
    with clock.at(AFTER + exports.KEPT + timedelta(seconds=1)):
        carry_exports_on()
        page = text(browser(world.officer).get(path_of(export)))

    assert (others, late) == ([404] * 3, 409)
    assert "Please ask for it again from the list." in page
    assert not storages["default"].exists(export.path)
    assert not AccessEntry.objects.filter(act="application.export").exists()


def test_who_may_no_longer_take_the_list_gets_neither_a_file_nor_one_that_was_written(world, officer):
    officer.post(EXPORT, ASKED), officer.post(EXPORT, ASKED)
    first, second = Export.objects.order_by("pk")
    exports.carry_on(first, DESK)
    accounts.change_role(world.officer, role=Role.AUDITOR, reason="A new post", by=world.administrator)
    world.officer.refresh_from_db()

    carry_exports_on()
    second.refresh_from_db()

    auditor = browser(world.officer)
    assert (second.state, second.path) == ("refused", "")
    assert "You may not take this list away any more." in text(auditor.get(path_of(second)))
    assert auditor.get(path_of(first, "export_file")).status_code == 404
    assert not AccessEntry.objects.filter(act="application.export").exists()


def files():
    """What stands in the storage."""
    folder = storages["default"]
    return [f"exports/{name}" for name in folder.listdir("exports")[1]] if folder.exists("exports") else []


def later(rounds=1):
    """So many leases later, so that who has not come back by then is lost."""
    return clock.at(AFTER + rounds * (LEASE + timedelta(seconds=1)))


def once(act):
    """A column that says nothing, and does this at its second row."""
    seen = []

    def value(row):
        seen.append(row)
        if len(seen) == 2:
            act()

    return replace(DESK, columns=(*DESK.columns, Column("odd", "Odd", value, ())))


def ending(name, monkeypatch, *, after):
    """Have the process end, once, with this act of the storage: before or after it is done."""
    kind, ended = type(storages["default"]), []
    act = getattr(kind, name)

    def end(storage, *args, **more):
        result = act(storage, *args, **more) if after or ended else None
        if not ended:
            ended.append(name)
            raise SystemExit
        return result

    monkeypatch.setattr(kind, name, end)


def test_one_at_a_time_writes_a_file_and_a_lost_one_is_begun_anew(officer):
    officer.post(EXPORT, ASKED)
    Export.objects.update(taken_at=clock.now(), done=3)
    carry_exports_on()
    held = Export.objects.get()
    with later():
        carry_exports_on()
    export = Export.objects.get()

    assert (held.state, held.done) == ("writing", 3)
    assert (export.state, export.done, export.taken_at) == ("done", 4, None)


def test_a_file_whose_writer_ended_before_it_was_noted_leaves_nothing_behind(officer, monkeypatch):
    officer.post(EXPORT, ASKED)
    ending("save", monkeypatch, after=True)
    with pytest.raises(SystemExit):
        carry_exports_on()
    left = files()

    with later():
        carry_exports_on()
    export = Export.objects.get()

    assert (len(left), export.state, files()) == (1, "done", [export.path])


def test_a_file_whose_removal_was_cut_off_is_removed_in_the_next_round(officer, monkeypatch):
    officer.post(EXPORT, ASKED)
    carry_exports_on()
    ending("delete", monkeypatch, after=False)

    with clock.at(AFTER + exports.KEPT + timedelta(seconds=1)):
        with pytest.raises(SystemExit):
            carry_exports_on()
        carry_exports_on()

    export = Export.objects.get()
    assert (export.state, export.path, export.ids, files()) == ("dropped", "", [], [])


def test_a_file_that_fails_again_and_again_is_given_up_and_who_asked_is_told(officer):
    officer.post(EXPORT, ASKED)
    states = []
    for rounds in range(exports.MOST_TRIES + 2):
        with later(rounds):
            export = Export.objects.get()
            exports.carry_on(export, once(lambda: 1 / 0))
            export.refresh_from_db()
            states.append((export.state, export.tries))

    assert states == [("writing", 1), ("writing", 2), ("writing", 3), ("failed", 3), ("failed", 3)]
    assert files() == []
    page = text(officer.get(path_of(export)))
    assert "It could not be written. Please ask for it again from the list, or for fewer rows." in page
    assert "Ask for it again" in page
    assert officer.get(path_of(export, "export_file")).status_code == 409


def test_one_that_was_given_up_says_so_also_when_its_day_is_over_and_is_looked_at_no_more(officer):
    officer.post(EXPORT, ASKED)
    Export.objects.update(state="failed", tries=exports.MOST_TRIES, finished_at=clock.now())
    export = Export.objects.get()
    storages["default"].save(export.path_of(2), ContentFile(b"left"))

    over = AFTER + exports.KEPT + timedelta(seconds=1)
    with clock.at(over):
        carry_exports_on()

    page = text(browser(export.asked_by).get(path_of(export)))
    assert "It could not be written. Please ask for it again" in page
    assert (files(), Export.objects.to_drop(over).exists()) == ([], False)


def test_one_that_fails_does_not_keep_others_from_being_written(officer, monkeypatch):
    officer.post(EXPORT, ASKED), officer.post(EXPORT, ASKED)
    first, second = Export.objects.order_by("pk")
    monkeypatch.setitem(LISTS, "desk", once(lambda: 1 / 0))

    carry_exports_on()

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("writing", "done")


def test_who_has_lost_the_lease_neither_renews_it_nor_ends_the_work_of_another(officer):
    officer.post(EXPORT, ASKED)
    export, seen = Export.objects.get(), []

    def overtaken():
        """Another begins when the lease is over, and fails."""
        with later():
            exports.carry_on(Export.objects.get(), once(lambda: 1 / 0))
        seen.append(Export.objects.get())

    exports.carry_on(export, once(overtaken))

    other, now = seen[0], Export.objects.get()
    assert (now.state, now.taken_at, now.done, now.path) == (
        "writing",
        other.taken_at,
        other.done,
        other.path,
    )
    assert (other.taken_at, files()) == (AFTER + LEASE + timedelta(seconds=1), [])


def test_who_was_overtaken_while_the_file_went_to_the_storage_takes_its_own_away(officer, monkeypatch):
    officer.post(EXPORT, ASKED)
    saved, save = [], type(storages["default"]).save

    def slow(storage, name, content, *args, **more):
        if not saved:
            saved.append(name)
            with later():
                exports.carry_on(Export.objects.get(), DESK)
        return save(storage, name, content, *args, **more)

    monkeypatch.setattr(type(storages["default"]), "save", slow)
    carry_exports_on()

    export = Export.objects.get()
    assert (export.state, files()) == ("done", [export.path]) and saved != [export.path]


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed")
def test_two_workers_that_take_up_one_file_at_once_write_it_once(officer):
    officer.post(EXPORT, ASKED)
    export = Export.objects.get()

    together(*[lambda: exports.carry_on(Export.objects.get(), DESK)] * 4)

    export.refresh_from_db()
    assert (export.state, export.tries, files()) == ("done", 1, [export.path])
