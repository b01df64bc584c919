"""The public list: open, upcoming and past calls, narrowed by programme and field, a page at a time."""

from datetime import timedelta

import pytest

from applications.calls.models import Call, Programme
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from tests.calls.test_actions import FIELDS, prepare
from tests.intake.test_views import browser, text
from tests.world import BEFORE, CLOSES, DURING, OPENS

pytestmark = pytest.mark.usefixtures("english")
DAY = timedelta(days=1)


def field(code):
    return IndustryField.objects.get(code=code)


def shown(at=DURING, **query):
    """(titles on the page, the counts of the three tabs, the tab that is open)."""
    with clock.at(at):
        context = browser().get("/calls/", query).context
    counts = context["counts"]
    return (
        [call.title for call in context["page"].rows],
        [counts["open"], counts["upcoming"], counts["past"]],
        context["state"],
    )


@pytest.fixture
def calls(world):
    """One that is open, one to come, two that are over, one of them cancelled; and one that nobody sees yet."""
    world.call(title="Open", closes=CLOSES)
    world.call(title="Closing first", closes=CLOSES - DAY)
    world.call(title="To come", opens=OPENS + 20 * DAY, closes=CLOSES + 20 * DAY)
    world.call("rnd", title="Over", opens=OPENS - 10 * DAY, closes=OPENS, short_notice_reason="The year ends")
    cancelled = world.call(title="Cancelled")
    Call.objects.filter(pk=cancelled.pk).update(cancelled_at=DURING)
    prepare(world, title="In preparation")


def test_each_tab_shows_its_calls_in_the_order_in_which_they_matter_and_counts_all(calls):
    counts = [2, 1, 2]

    assert shown() == (["Closing first", "Open"], counts, "open")
    assert shown(state="upcoming") == (["To come"], counts, "upcoming")
    assert shown(state="past") == (["Cancelled", "Over"], counts, "past")


@pytest.mark.parametrize(
    ("instant", "tab"),
    [
        (OPENS - timedelta(microseconds=1), "upcoming"),
        (OPENS, "open"),
        (CLOSES - timedelta(microseconds=1), "open"),
        (CLOSES, "past"),
    ],
)
def test_a_call_moves_from_tab_to_tab_at_its_instants(world, instant, tab):
    world.call(title="The call")

    assert [tab for tab in ("open", "upcoming", "past") if shown(instant, state=tab)[0]] == [tab]


def test_programme_and_field_narrow_list_and_counts_and_a_call_without_fields_is_for_all(world):
    world.call(title="For all")
    world.call("rnd", title="R&D")
    world.call(title="Casting and forming").open_to.set([field("F2"), field("F3")])

    assert shown(field="F2")[:2] == (["For all", "R&D", "Casting and forming"], [3, 0, 0])
    assert shown(field="F1")[:2] == (["For all", "R&D"], [2, 0, 0])
    assert shown(programme="sprout", field="F1")[:2] == (["For all"], [1, 0, 0])


@pytest.mark.parametrize(
    "query",
    [
        {"state": "x"},
        {"programme": "x"},
        {"field": "F9"},
        {"mark": "x"},
        {"sort": "title", "page": "2"},
        {"state": "' OR 1=1", "field": "<b>"},
    ],
)
def test_what_is_not_known_does_nothing(calls, query):
    assert shown(**query) == shown()


def test_the_address_holds_the_state_and_each_link_keeps_the_rest_of_it(calls):
    with clock.at(DURING):
        page = (
            browser().get("/calls/", {"state": "past", "programme": "sprout", "mark": "x"}).content.decode()
        )

    assert 'href="?state=open&amp;programme=sprout"' in page
    assert '<input type="hidden" name="state" value="past">' in page
    assert '<option value="sprout" selected>' in page


def test_an_empty_tab_says_so_and_offers_letters(world):
    with clock.at(DURING):
        page = text(browser().get("/calls/"))

    assert "No call is open at the moment." in page
    assert "Be told of new calls by e-mail" in page


@pytest.mark.parametrize("rows", [1, 3, 21])
@pytest.mark.parametrize("state", ["open", "past"])
def test_the_list_asks_as_often_for_many_calls_as_for_one(world, django_assert_num_queries, rows, state):
    programme = Programme.objects.get(kind="sprout")
    fields = FIELDS | ({"closes_at": OPENS + DAY} if state == "past" else {})
    Call.objects.bulk_create(
        Call(
            programme=programme,
            year=2027,
            number=f"RC-2027-S{number:02d}",
            law="none",
            published_at=BEFORE,
            **fields,
        )
        for number in range(rows)
    )
    first = shown(state=state)[0]
    with clock.at(DURING), django_assert_num_queries(2):  # rows, counts
        page = browser().get("/calls/", {"state": state}).context["page"]
    with clock.at(DURING), django_assert_num_queries(2):
        second = browser().get("/calls/", {"state": state, "mark": page.next}).context["page"].rows

    assert len(first) == min(rows, 20)
    assert len(second) == (1 if rows > 20 else min(rows, 20))


def test_an_extended_call_says_so_on_the_list(world):
    call = world.call()
    Call.objects.filter(pk=call.pk).update(extended_at=DURING)

    with clock.at(DURING):
        assert ">Extended</span>" in browser().get("/calls/").content.decode()
