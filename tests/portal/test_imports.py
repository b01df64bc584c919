"""Firms and earlier designations that officers bring in: the dry run, what is written, and files of every kind."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from applications.cohort.importing import COHORT
from applications.cohort.models import Seat
from applications.cohort.queries import figures
from applications.firms.actions import owners
from applications.firms.actions.joining import ask
from applications.firms.importing import FIRMS
from applications.firms.models import Firm
from applications.kernel import audit, clock, importing
from applications.kernel.errors import Denied, Refused
from applications.kernel.files.reading import sheet_of
from applications.kernel.importing import Import, ImportRow
from applications.kernel.leasing import LONG_LEASE
from applications.portal.importing import SHEETS, template_of
from applications.portal.tasks import carry_imports_on
from tests import bringing
from tests.bringing import said, written
from tests.world import DURING, browser, workbook

HEAD = [str(one.label) for one in FIRMS.fields]
ROW = [
    "999-81-10376", "(주)한결정밀몰드", "김한결", "", date(2004, 3, 2), "small", "root", "경기", "Street 1",
    "031-000-0000", 29294, "금형", "지능형금형", "자동차", 42.0, "11,800,000,000",
]  # fmt: skip
SECOND = ["9998110740", "(주)다온스마트금형", *ROW[2:]]
SEATS = [str(one.label) for one in COHORT.fields]


@pytest.fixture(autouse=True)
def december(english, world):
    world.officer.language = "en"
    world.officer.save()
    with clock.at(DURING):
        yield


def brought(world, rows, sheet=FIRMS, head=None, **more):
    head = head or (HEAD if sheet is FIRMS else SEATS)
    return bringing.brought(world, sheet, [head, *rows], **more)


def test_a_new_firm_is_shown_first_and_written_with_its_source_once_it_is_confirmed(world):
    found = brought(world, [ROW])
    assert (said(found), Firm.objects.count()) == ([(2, "new", [])], 0)

    written(found, world)
    importing.confirm(found, good_only=False, by=world.officer)  # pressed twice
    carry_imports_on()

    firm = Firm.objects.get()
    assert (firm.business_number, firm.name, firm.ksic, firm.employees, firm.sales_krw, firm.members.count()) == (
        "9998110376", "(주)한결정밀몰드", "29294", 42, 11_800_000_000, 0,
    )  # fmt: skip
    trace = audit.trail(firm).get()
    assert (trace.verb, trace.actor, trace.note) == (
        "register", world.officer, "Imported from list.xlsx, row 2: A list of the ministry",
    )  # fmt: skip
    assert found.state == "done"
    assert [entry.verb for entry in audit.trail(found)] == ["begin_import", "confirm_import", "finish_import"]


def test_rows_say_what_they_would_change_and_firms_with_people_keep_their_profile(world):
    own = world.firm(number="9998110740")
    written(brought(world, [ROW]), world)

    found = brought(world, [[*ROW[:2], "박한결", *ROW[3:14], 43, ROW[15]], SECOND])

    changed, kept = found.rows.order_by("line")
    assert (changed.outcome, changed.before, changed.after) == (
        "changed", {"representative": "김한결", "employees": "42"}, {"representative": "박한결", "employees": "43"},
    )  # fmt: skip
    assert (kept.outcome, kept.faults) == (
        "same", [["business_number", "This firm has people of its own here, who keep its profile."]],
    )  # fmt: skip
    written(found, world)
    assert Firm.objects.get(business_number="9998110376").employees == 43
    own.refresh_from_db()
    assert own.name != SECOND[1]


def test_a_wrong_row_keeps_the_whole_file_out_unless_the_good_rows_are_wanted(world):
    found = brought(
        world,
        [ROW, ["999-81-10377", *SECOND[1:]], ROW, [*SECOND[:10], "29", *SECOND[11:13], "", *SECOND[14:]]],
    )

    assert said(found) == [
        (2, "new", []),
        (3, "wrong", [["business_number", "This is not a valid business registration number. Please check the ten digits."]]),
        (4, "wrong", [["business_number", "This firm stands in row 2 already."]]),
        (5, "wrong", [["ksic", "An industry code has five digits."], ["industry", "Please fill this in."]]),
    ]  # fmt: skip
    with pytest.raises(Refused, match="Some rows are wrong"):
        importing.confirm(found, good_only=False, by=world.officer)
    assert Firm.objects.count() == 0

    written(found, world, good_only=True)
    assert list(Firm.objects.values_list("business_number", flat=True)) == ["9998110376"]


def test_nothing_is_written_where_the_data_has_changed_since_the_dry_run(world):
    found = brought(world, [ROW, SECOND])
    world.firm(number="9998110740")

    written(found, world)

    assert (found.state, found.remark) == (
        "checked", "The data has changed since the dry run: nothing is written. Please look at it again.",
    )  # fmt: skip
    assert not Firm.objects.filter(business_number="9998110376").exists()
    assert written(found, world).state == "done"


def test_a_round_that_was_lost_is_taken_up_again_where_it_stopped(world, monkeypatch):
    found = brought(world, [ROW, SECOND])

    def lost(row, *, by, note):
        if row.line == 3:
            raise SystemExit
        FIRMS.write(row, by=by, note=note)

    with monkeypatch.context() as until_lost, pytest.raises(SystemExit):
        until_lost.setitem(SHEETS, "firms", replace(FIRMS, write=lost))
        written(found, world)
    assert importing.written(found) == (1, 2)

    carry_imports_on()  # somebody still holds it
    assert importing.written(found) == (1, 2)
    with clock.at(DURING + LONG_LEASE + timedelta(seconds=1)):
        carry_imports_on()

    assert importing.written(found) == (2, 2)
    assert audit.trail(Firm.objects.get(business_number="9998110376")).count() == 1


@pytest.mark.parametrize(
    ("more", "remark"),
    [
        ({"head": ["A"]}, "Headings that we do not know"),
        ({"edit": lambda book, sheet: sheet.merge_range("A5:B6", "both")}, "Some cells are merged: A5:B6. Please split them."),
        ({"title": "Other"}, "There is no sheet “Firms” in the workbook, only: Other."),
        ({"edit": lambda book, sheet: sheet.write_column(2, 0, ["x"] * 5_000)}, "There are more than 5,000 rows. Please split the file."),
    ],
)  # fmt: skip
def test_a_workbook_of_another_kind_is_refused_with_what_is_wrong_with_it(world, more, remark):
    found = brought(world, [ROW], **more)

    assert (found.state, found.remark[: len(remark)]) == ("unreadable", remark)


def test_a_formula_is_a_wrong_row_and_a_broken_workbook_is_no_error_of_ours(world):
    formula = brought(world, [ROW], edit=lambda book, sheet: sheet.write_formula("B2", "=A1", value="A firm"))
    assert said(formula) == [
        (2, "wrong", [["name", "This cell holds a formula. Please paste its value instead."]])
    ]

    broken = brought(world, [ROW], edit=lambda book, sheet: None)
    Import.objects.filter(pk=broken.pk).update(state="reading")
    ImportRow.objects.all().delete()
    path = storages["default"].path(broken.file.path)
    with open(path, "r+b") as file:
        file.truncate(2000)
    carry_imports_on()
    broken.refresh_from_db()
    assert broken.remark.startswith("The workbook is broken")


def test_the_template_has_the_headings_that_are_read_in_whatever_language_it_was_taken(world):
    with translation.override("ko"), template_of(FIRMS) as file:
        korean = str(FIRMS.title)
        found = sheet_of(file, [korean], 10)["rows"]
        rows = [[text for _column, _kind, text in found[0][1]], ROW]

    assert [(line, len(cells)) for line, cells in found] == [(1, 16)]
    assert said(brought(world, rows[1:], head=rows[0], title=korean)) == [(2, "new", [])]


def designation(
    number="999-81-10376", year=2024, on=date(2024, 4, 1), certificate="", place="", left="", how="", why=""
):
    return [number, year, on, "지능형금형", certificate, place, left, how, why]


def test_earlier_designations_take_seats_and_those_that_ended_count_as_exits(world):
    written(brought(world, [ROW, SECOND]), world)

    found = brought(world, [
        designation(certificate="제2024-새싹-001호"),
        designation("9998110740", 2023, date(2023, 5, 1), left=date(2025, 6, 30), how="graduated", why="Three years are over"),
    ], COHORT)  # fmt: skip
    written(found, world)

    held, ended = Seat.objects.order_by("-designated_on")
    assert (held.number, held.place, held.year, held.application, held.designated_by) == (
        "제2024-새싹-001호", 1, 2024, None, world.officer,
    )  # fmt: skip
    assert (ended.number, ended.place, ended.end, ended.ended_on) == (
        "제2023-새싹-001호",
        None,
        "graduated",
        date(2025, 6, 30),
    )
    reached = figures()
    assert (reached["net"], reached["gross"], reached["exits"]) == (1, 2, 1)
    assert said(brought(world, [designation()], COHORT))[0][1] == "same"


def test_the_rules_of_the_hundred_hold_for_rows_too(world):
    written(brought(world, [ROW, SECOND]), world)

    found = brought(world, [
        designation("1108100062"),
        designation(place=7),
        designation(on=date(2025, 4, 1)),
        designation("9998110740", place=7),
        designation("9998110740", left=date(2024, 3, 1), how="graduated"),
    ], COHORT)  # fmt: skip

    assert [faults for _line, _outcome, faults in said(found)] == [
        [["business_number", "No firm with this number is here. Please import the firms first."]],
        [],
        [["business_number", "This firm holds a seat already."]],
        [["place", "This seat is taken."]],
        [["ended_on", "It cannot end before it begins."], ["end_reason", "Please write the reason (at least 5 characters)."]],
    ]  # fmt: skip


def test_only_officers_bring_anything_in(world):
    with pytest.raises(Denied):
        importing.begin(FIRMS, upload=workbook("Firms", [HEAD, ROW]), reason="A list", by=world.director)


def test_the_dry_run_asks_as_often_for_a_page_of_rows_as_for_one(world):
    client, asked = browser(world.officer), []
    for count in (1, 3, 60):
        found = brought(world, [[*ROW[:10], "29", *ROW[11:]] for _n in range(count)])
        page = reverse("portal:import", args=[found.key])
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        asked.append(len(queries))

    assert asked == [7, 7, 7]
    assert len(answer.context["lines"]) == 50
    assert answer.context["counts"] == {"wrong": 60}


def test_who_asks_to_join_a_firm_without_people_is_made_its_owner_by_an_administrator(world):
    written(brought(world, [ROW]), world)
    firm, person = Firm.objects.get(), world.person()
    asked = ask(business_number=firm.business_number, by=person)
    client = browser(world.administrator)

    client.post(
        reverse("firms:appoint"),
        {"number": firm.business_number, "member": asked.key, "reason": "The register shows him"},
    )

    assert [(member.user, member.right) for member in firm.members.all()] == [(person, "owner")]
    asked.refresh_from_db()
    assert asked.outcome == "accepted"
    with pytest.raises(Refused, match="This request has ended"):
        owners.appoint_first(firm, request=asked, reason="The register shows him", by=world.administrator)
