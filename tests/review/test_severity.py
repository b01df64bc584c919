"""How severe the reviewers of a call are: worked out by the timetable, beside the official scores, for staff alone."""

import pytest

from applications.intake.models import Application
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.review import calibrating, severity_chart
from applications.review.calibrations import Calibration
from applications.review.tasks import carry_calibrations_on
from tests.standing import standing
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


def six_plans(world):
    """Six plans; a mild and a severe reviewer share half of them with two others each, so that the order turns on who sat."""
    world.people = [world.reviewer(name=name) for name in ("Mild", "Even", "Fair", "Severe")]
    gives = {"Mild": 6, "Even": 0, "Fair": 1, "Severe": -14}
    seats = [("Mild", "Even", "Fair"), ("Severe", "Even", "Fair")] * 4
    world.plans = []
    for number, names in enumerate(seats):
        plan = world.in_review(world.r1, title=f"Plan {number}")
        for person in world.people:
            if person.name in names:
                value = 80 - number + gives[person.name]
                world.handed_in(plan, value, value, value, reviewer=person)
        world.plans.append(Application.objects.get(pk=plan.pk))


world = standing(six_plans)


@pytest.fixture
def panel(world):
    return world.r1


def page(call, more=""):
    return f"/reviews/desk/calls/{call.key}/severity/{more}"


def made(world, call):
    calibrating.ask(call, by=world.officer)
    carry_calibrations_on()
    return Calibration.objects.get().result


def test_the_severe_one_is_named_and_no_score_changes(world, panel):
    before = list(Application.objects.order_by("pk").values_list("final_score", "tie_1", "sheets"))

    result = made(world, panel)

    [stage] = result["stages"]
    words = {row["name"]: row["word"] for row in stage["reviewers"]}
    assert (words["Severe"], stage["reviewers"][0]["name"], result["sheets"]) == ("severe", "Severe", 24)
    assert words["Even"] == ""
    assert stage["groups"] == 1
    assert list(Application.objects.order_by("pk").values_list("final_score", "tie_1", "sheets")) == before
    assert audit.trail(panel).last().verb == "ask_severity"


def test_places_that_would_change_are_told_those_across_the_line_first(world, panel):
    places = made(world, panel)["places"]

    assert (places["applications"], places["seats"]) == (8, 3)
    assert places["crossing"] >= 1
    crossing = [row["crosses"] for row in places["named"]]
    assert crossing == sorted(crossing, reverse=True)
    by_number = {row["number"]: row for row in places["named"]}
    second = by_number[world.plans[1].number]  # the second best plan, which the severe one sat on
    assert second["place"] > 3 >= second["other"]
    assert second["score"] == f"{world.plans[1].final_score:.2f}"


def test_the_line_lies_below_the_places_that_a_call_takes_over_too(world, panel):
    earlier = world.call(title="Earlier")
    type(panel).objects.filter(pk=panel.pk).update(carries_from=earlier, carried_seats=2)
    panel.refresh_from_db()

    places = made(world, panel)["places"]

    assert places["seats"] == 5
    assert [row["crosses"] for row in places["named"]] == [
        (row["place"] <= 5) != (row["other"] <= 5) for row in places["named"]
    ]


def test_few_sheets_say_nothing(world):
    call = world.plain_call()
    plan = world.in_review(call, world.a)
    for _sheet in range(3):
        world.handed_in(plan, 80, 70, 60)

    result = made(world, call)

    assert (result["stages"], result["places"]) == ([], None)
    assert "Too few sheets to say anything" in browser(world.officer).get(page(call)).content.decode()


def test_the_page_says_it_in_a_sentence_a_drawing_and_a_table(world, panel):
    made(world, panel)

    shown = browser(world.auditor).get(page(panel)).content.decode()

    assert "1 of 4 reviewers are clearly severe" in shown
    assert "changes none of them" in shown
    assert shown.count("<circle") == 4
    assert "would cross the line of the 3 places" in shown
    assert "Work it out" not in shown


def test_it_is_asked_for_on_the_page_and_made_by_the_timetable_once(world, panel):
    client = browser(world.officer)
    empty = client.get(page(panel)).content.decode()

    for _press in range(2):
        assert client.post(page(panel, "ask/")).status_code == 302
    waiting = client.get(page(panel)).content.decode()
    carry_calibrations_on()
    carry_calibrations_on()

    assert "It has not been worked out yet." in empty
    assert "It is being worked out." in waiting
    assert Calibration.objects.count() == 1
    assert Calibration.objects.get().made_at == AFTER
    assert "Work it out anew" in client.get(page(panel)).content.decode()


def test_staff_see_it_officers_ask_and_nobody_else(world, panel):
    for person in (world.people[0], world.owner_of(world.plans[0].firm), world.ministry, world.finance):
        assert browser(person).get(page(panel)).status_code == 404
    for person in (world.director, world.auditor, world.people[0]):
        with pytest.raises(Denied):
            calibrating.ask(panel, by=person)
        assert browser(person).post(page(panel, "ask/")).status_code == 404
    assert not Calibration.objects.visible_to(world.people[0]).exists()


def test_the_drawing_has_zero_in_the_middle_and_shows_the_farthest():
    rows = [
        {"name": f"R{n:02}", "effect": n / 10 - 3, "low": n / 10 - 4, "high": n / 10 - 2, "word": ""}
        for n in range(61)
    ]

    drawn = severity_chart.intervals(rows)

    assert len(drawn["rows"]) == severity_chart.SHOWN
    assert [row["text"] for row in drawn["rows"]] == sorted(row["text"] for row in drawn["rows"])
    assert {"R00", "R60"} <= {row["name"] for row in drawn["rows"]}
    assert "R30" not in {row["name"] for row in drawn["rows"]}
    assert all(row["low"] < row["x"] < row["low"] + row["width"] for row in drawn["rows"])
    first, last = drawn["rows"][0], drawn["rows"][-1]
    assert round(first["x"] + last["x"], 0) == round(2 * drawn["zero"], 0)
