"""Imports whose work fails, is lost or overtaken: tried three times, each by one alone, then given up and said so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.firms.importing import FIRMS
from applications.firms.models import Firm
from applications.kernel import audit, clock, importing
from applications.kernel.importing import Import
from applications.kernel.leasing import LONG_LEASE as LEASE
from applications.portal.importing import SHEETS
from applications.portal.tasks import carry_imports_on
from tests import bringing
from tests.asking import text
from tests.bringing import said
from tests.portal.test_imports import HEAD, ROW, SECOND
from tests.together import together
from tests.world import DURING, browser, workbook

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def december(world):
    world.officer.language = "en"
    world.officer.save()
    with clock.at(DURING):
        yield


def begun(world, *rows):
    """A file of two firms that nobody has read yet."""
    upload = workbook(str(FIRMS.title), [HEAD, *(rows or (ROW, SECOND))])
    return importing.begin(FIRMS, upload=upload, reason="A list of the ministry", by=world.officer)


def confirmed(world):
    """A file of two firms that is read, and to be written."""
    found = bringing.brought(world, FIRMS, [HEAD, ROW, SECOND])
    importing.confirm(found, good_only=False, by=world.officer)
    return Import.objects.get(pk=found.pk)


def later(rounds=1):
    """So many leases later, so that who has not come back by then is lost."""
    return clock.at(DURING + rounds * (LEASE + timedelta(seconds=1)))


def failing(**parts):
    """The sheet of firms with these parts of its work in the place of its own."""
    return replace(FIRMS, **parts)


def rounds_of(found, sheet, how_many=5):
    """The states after so many rounds, each when the lease of the one before is over."""
    states = []
    for rounds in range(how_many):
        with later(rounds):
            found = Import.objects.get(pk=found.pk)
            importing.carry_on(found, sheet)
            found.refresh_from_db()
            states.append(found.state)
    return states


def page_of(world, found):
    return text(browser(world.officer).get(reverse("portal:import", args=[found.key])))


def test_a_file_whose_reading_fails_again_and_again_is_given_up_and_its_page_says_so(world):
    found = begun(world)

    states = rounds_of(found, failing(plan=lambda rows: 1 / 0))

    assert states == ["reading", "reading", "reading", "failed", "failed"]
    page = page_of(world, found)
    assert "It could not be read, and was given up after 3 tries. Please upload the file again." in page
    assert not found.rows.exists()


def test_rows_whose_writing_fails_again_and_again_are_given_up_and_the_file_can_be_brought_in_anew(world):
    found = confirmed(world)

    def write(row, *, by, note):
        if row.values["business_number"] == "9998110740":
            raise ZeroDivisionError
        FIRMS.write(row, by=by, note=note)

    states = rounds_of(found, failing(write=write))

    assert states == ["writing", "writing", "writing", "writing", "failed"]  # the first one wrote a row
    page = page_of(world, found)
    assert "1 of 2 rows are written" in page
    assert "It was given up after 3 tries. What is written stays. Please upload the file again" in page
    assert list(audit.trail(found).values_list("verb", flat=True)) == ["begin_import", "confirm_import"]
    again = begun(world)
    carry_imports_on()
    assert [outcome for _line, outcome, _faults in said(again)] == ["same", "new"]


def test_one_that_fails_does_not_keep_others_from_being_read(world, monkeypatch):
    first, second = begun(world), begun(world, SECOND)
    tried = []

    def plan(rows):
        tried.append(len(rows))
        return 1 / 0 if len(tried) == 1 else FIRMS.plan(rows)

    monkeypatch.setitem(SHEETS, "firms", failing(plan=plan))

    carry_imports_on()

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state, tried) == ("reading", "checked", [2, 1])


def test_the_tries_of_the_reading_are_not_those_of_the_writing(world):
    found = begun(world)
    rounds_of(found, failing(plan=lambda rows: 1 / 0), how_many=2)
    with later(2):
        carry_imports_on()
    found.refresh_from_db()
    read = (found.state, found.tries)

    importing.confirm(found, good_only=False, by=world.officer)
    states = rounds_of(found, failing(write=lambda row, *, by, note: 1 / 0), how_many=4)

    assert (read, states) == (("checked", 0), ["writing"] * 3 + ["failed"])


def test_who_was_overtaken_while_reading_changes_nothing_of_what_was_confirmed_since(world):
    found = begun(world)

    def overtaken(rows):
        """Another reads the file when the lease is over, and its rows are written."""
        with later():
            carry_imports_on()
            importing.confirm(found, good_only=False, by=world.officer)
            carry_imports_on()
        return FIRMS.plan(rows)

    importing.carry_on(found, failing(plan=overtaken))

    found = Import.objects.get()
    assert (found.state, importing.written(found)) == ("done", (2, 2))
    assert Firm.objects.count() == 2


def test_who_has_lost_the_lease_neither_renews_it_nor_writes_a_further_row(world):
    found, seen = confirmed(world), []

    def overtaken(row, *, by, note):
        """Another begins when the lease is over, and is still at it."""
        FIRMS.write(row, by=by, note=note)
        seen.append(row.line)
        Import.objects.update(taken_at=clock.now() + LEASE + timedelta(seconds=1))

    importing.carry_on(found, failing(write=overtaken))

    found = Import.objects.get()
    assert (seen, found.state, importing.written(found)) == ([2], "writing", (1, 2))
    assert found.taken_at == DURING + LEASE + timedelta(seconds=1)


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed")
def test_two_workers_that_take_up_one_file_at_once_write_its_rows_once(world):
    found = confirmed(world)

    together(*[lambda: importing.carry_on(Import.objects.get(pk=found.pk), FIRMS)] * 4)

    found.refresh_from_db()
    assert (found.state, importing.written(found)) == ("done", (2, 2))
    verbs = list(audit.trail(found).values_list("verb", flat=True))
    assert verbs == ["begin_import", "confirm_import", "finish_import"]
