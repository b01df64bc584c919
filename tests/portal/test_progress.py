"""How applications come in: the curve beside the round before, the last hour, and who may watch."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.intake import actions as intake
from applications.intake.models import Application, Submission
from applications.kernel import clock
from applications.portal import arrivals, charts
from tests.world import CLOSES, DURING, OPENS, at, browser

pytestmark = pytest.mark.usefixtures("english")

PAGE = reverse("portal:progress")


def last_year(world, **more):
    """A closed round of the same programme, a year before."""
    year = timedelta(days=365)
    return world.call(
        opens=OPENS - year, closes=CLOSES - year, published=OPENS - year - timedelta(days=40), **more
    )


# Reads


def test_each_day_holds_what_was_handed_in_by_its_end(world):
    call = world.r1
    world.submitted(call, world.a, at=OPENS + timedelta(minutes=1))
    world.submitted(call, world.b, at=clock.kst(2026, 12, 2, 23, 59))
    world.draft(call, world.firm())

    found = arrivals.by_days_left(call, today=clock.kst(2026, 12, 3).date())

    assert found == [(14, 1), (13, 2), (12, 2)]


def test_after_the_end_the_curve_stops_at_the_closing_day(world):
    world.submitted(world.r1, world.a, at=CLOSES - timedelta(seconds=1))

    found = arrivals.by_days_left(world.r1, today=clock.kst(2027, 3, 1).date())

    assert (len(found), found[-2:]) == (15, [(1, 0), (0, 1)])


def test_the_round_before_is_the_latest_closed_one_of_the_programme(world):
    before = last_year(world)
    world.call("rnd", opens=OPENS - timedelta(days=60), closes=OPENS - timedelta(days=30),
               published=OPENS - timedelta(days=99))  # fmt: skip

    assert arrivals.round_before(world.r1) == before
    assert arrivals.round_before(before) is None


def test_the_last_hour_is_counted_by_minutes_and_the_receipts_by_their_seconds(world):
    call, noon = world.r1, DURING
    first = world.submitted(call, world.a, at=noon - timedelta(minutes=59))
    world.submitted(call, world.b, at=noon)
    world.submitted(call, world.firm(), at=noon - timedelta(minutes=60))
    world.draft(call, world.firm())
    assert Submission.objects.get(application=first).written_at == noon - timedelta(minutes=59)

    found = arrivals.at_present(call, noon)

    assert (found["submitted"], found["drafts"], found["last_ten"]) == (3, 1, 1)
    assert [number for _minute, number in found["minutes"]] == [1, *[0] * 58, 1]
    assert (found["seconds"], found["slowest"]) == (0, 0)
    assert found["letters"] > 0


def test_the_seconds_to_the_receipt_are_those_of_the_call_and_of_its_portal(world):
    noon, calls = DURING, (world.r1, world.r1, world.sprout, world.r1)
    drafts = [world.draft(call, world.firm()) for call in calls]
    with clock.at(noon):
        for draft, seconds in zip(drafts, (2, 6, 300, 400), strict=True):
            handed_in = noon - timedelta(seconds=seconds)
            intake.submit(draft, by=world.owner_of(draft.firm), arrived_at=handed_in)
    Application.objects.filter(pk=drafts[3].pk).update(paper_arrived_at=noon)

    found = arrivals.at_present(world.r1, noon)
    nobody = arrivals.at_present(world.r1, noon + timedelta(hours=1))

    assert (found["seconds"], found["slowest"]) == (4, 6)
    assert (nobody["seconds"], nobody["slowest"]) == (None, None)


def test_calls_that_are_open_come_first(world):
    closed, opened = last_year(world), world.r1

    assert arrivals.calls_to_watch(DURING) == [opened, closed]
    assert arrivals.calls_to_watch(OPENS - timedelta(seconds=1)) == [closed]


# Drawings

CURVE = st.lists(st.integers(0, 10**6), max_size=60).map(
    lambda numbers: [(len(numbers) - 1 - place, number) for place, number in enumerate(sorted(numbers))]
)


@given(CURVE, CURVE)
def test_no_point_of_a_curve_is_outside_of_the_drawing(now, before):
    drawn = charts.curves(now, before)

    points = [point.split(",") for line in (drawn["now"], drawn["before"]) for point in line.split()]
    assert all(charts.LEFT <= float(x) <= drawn["right"] and charts.TOP <= float(y) <= charts.HEIGHT - charts.BOTTOM
               for x, y in points)  # fmt: skip
    assert len(points) == len(now) + len(before)


def test_the_finding_compares_the_same_distance_from_the_end():
    assert charts.curves_finding([(9, 1), (8, 4)], [(9, 2), (8, 3), (7, 9)]) == (
        "8 days before the end: 4 handed in, 3 the last time"
    )
    assert charts.curves_finding([(1, 4)], []) == "1 day before the end: 4 handed in"
    assert charts.curves_finding([(0, 4)], [(0, 5)]) == "On the closing day: 4 handed in, 5 the last time"
    assert charts.curves_finding([], []) == "Nothing has come in yet"


def test_each_day_has_what_came_in_on_it_and_the_finding_names_the_busiest():
    daily = charts.by_day([(3, 2), (2, 2), (1, 7), (0, 8)])

    assert daily == [(3, 2), (2, 0), (1, 5), (0, 1)]
    assert charts.busiest(daily) == "D-1 brought the most: 5"
    assert charts.busiest([(1, 2), (0, 3)]) == "The closing day brought the most: 3"
    assert charts.busiest([]) == charts.busiest([(4, 0)]) == "Nothing has come in yet"


# The page


def test_the_page_shows_the_call_that_closes_first_and_any_other_on_request(world):
    before = last_year(world, title="The round of last year")
    world.submitted(world.r1, world.a, at=DURING - timedelta(days=1))
    client = browser(world.officer)

    page = at(client, "get", DURING, PAGE).content.decode()
    other = at(client, "get", DURING, PAGE, {"call": str(before.key)}).content.decode()
    odd = at(client, "get", DURING, PAGE, {"call": "x' OR 1=1", "part": "what"}).content.decode()

    assert "5 days before the end: 1 handed in, 0 the last time" in page
    assert "D-6 brought the most: 1" in page
    assert "On the closing day: 0 handed in" in other
    assert "5 days before the end: 1 handed in" in odd


def test_the_piece_that_is_refreshed_is_a_piece(world):
    world.submitted(world.r1, world.a, at=DURING)

    piece = at(browser(world.officer), "get", DURING, PAGE, {"part": "now"}).content.decode()

    assert ("<html" in piece, "In the last ten minutes" in piece) == (False, True)


def test_without_any_call_the_page_says_so(world):
    page = at(browser(world.officer), "get", OPENS, PAGE).content.decode()

    assert "No call has opened yet." in page


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_page_costs_the_same_queries_for_few_and_for_many(world, django_assert_num_queries, count):
    application = world.submitted(world.r1, world.a)
    firms = [world.firm() for _number in range(count - 1)]
    Application.objects.bulk_create(
        Application(
            call=application.call, firm=firm, status="submitted", number=f"SP-2027-9{number:03d}", submitted_at=DURING,
            created_by=application.created_by,
        )
        for number, firm in enumerate(firms)
    )  # fmt: skip
    client = browser(world.officer)

    with django_assert_num_queries(PRESENT):
        at(client, "get", DURING, PAGE)


PRESENT = 14
