"""A site visit in the builder: its checklist, what it may not have, a copy of it, and what firms read (docs/domain.md, site visits)."""

import pytest
from django.urls import reverse

from applications.calls import actions, building
from applications.calls.stages import OF_VISIT, Point, Stage
from applications.kernel import clock
from tests.calls.test_actions import prepare, reasons
from tests.calls.test_building import act, add
from tests.calls.test_views import desk
from tests.intake.test_views import browser, text
from tests.world import BEFORE, CLOSES, OPENS

pytestmark = pytest.mark.usefixtures("english")
USUAL = ["설비 실재", "인력", "계획서 일치", "안전"]


def names(stage):
    return list(stage.points.values_list("name", flat=True))


def test_an_officer_adds_a_visit_with_the_usual_points_changes_them_and_publishes(world):
    call, client = prepare(world), browser(world.officer)

    client.post(desk("add", call.key, "stage"), {"version": "1", "kind": "visit", "weight": "", "quorum": ""})
    visit = call.stages.get(kind="visit")
    made = names(visit)
    call.refresh_from_db()
    client.post(
        f"{desk('add', call.key, 'point')}?within=2",
        {"version": str(call.version), "name": "Noise", "help": "At night"},
    )
    act(building.move, call, "point", visit.points.last(), world, up=True)
    act(building.remove, call, "point", visit.points.first(), world)
    call.refresh_from_db()
    point = visit.points.first()
    building.change(call, "point", point, version=call.version, by=world.officer, name="People")
    page = text(client.get(desk("edit", call.key, "criteria")))
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)
        notice = text(browser().get(call.get_absolute_url()))

    fields = {name: getattr(visit, name) for name in OF_VISIT}
    assert (visit.ordinal, made, fields) == (2, USUAL, OF_VISIT)
    assert names(visit) == ["People", "계획서 일치", "Noise", "안전"]
    assert "2. Site visit fit or not, no points; two visitors" in page
    assert "2. Site visit: What is found fit or not" in notice
    assert "Noise At night" in notice


def test_the_weights_of_the_scored_stages_sum_to_100_and_a_visit_looks_at_something(world):
    call = prepare(world, outline="sprout_visit")
    visit = call.stages.get(kind="visit")
    for point in visit.points.order_by("-ordinal"):
        act(building.remove, call, "point", point, world)
    with clock.at(BEFORE):
        empty = reasons(actions.publish, call, by=world.officer)
        add(call, "point", world, within=visit, name="Safety")
        actions.publish(call, by=world.officer)

    assert empty == ["The site visit has nothing to look at yet."]
    assert list(call.stages.values_list("kind", "weight")) == [
        ("paper", 30),
        ("presentation", 70),
        ("visit", 0),
    ]


def test_a_visit_stays_one_and_a_scored_stage_becomes_none(world):
    call, client = prepare(world, outline="sprout_visit"), browser(world.officer)

    for place, kind in ((1, "visit"), (3, "paper")):
        stage = call.stages.get(ordinal=place)
        sent = {"version": "1", "piece": str(stage.pk), "kind": kind, "weight": "10", "quorum": "5"}
        response = client.post(desk("piece", call.key, "stage", place), sent)
        assert list(response.context["form"].errors) == ["kind"]
    assert list(call.stages.values_list("kind", flat=True)) == ["paper", "presentation", "visit"]


def test_a_scored_stage_still_needs_its_weight_and_quorum(world):
    call = prepare(world, outline="")

    response = browser(world.officer).post(
        desk("add", call.key, "stage"), {"version": "1", "kind": "paper", "weight": "", "quorum": ""}
    )

    assert sorted(response.context["form"].errors) == ["quorum", "weight"]
    assert not call.stages.exists()


def test_removing_a_visit_says_first_which_points_go_with_it(world):
    call, client = prepare(world, outline="sprout_visit"), browser(world.officer)

    page = text(client.get(desk("remove", call.key, "stage", 3)))
    act(building.remove, call, "stage", call.stages.get(kind="visit"), world)

    assert all(name in page for name in USUAL)
    assert not Point.objects.exists()


def test_a_copy_has_the_visit_with_its_points_and_the_points_of_criteria_leave_it_out(world):
    call = prepare(world, outline="sprout_visit")
    with clock.at(BEFORE):
        again = actions.copy(
            call, year=2028, title="Again", opens_at=OPENS, closes_at=CLOSES, by=world.officer
        )
    page = browser(world.officer).get(reverse("calls:points", args=[again.key]))

    assert names(Stage.objects.get(call=again, kind="visit")) == USUAL
    assert page.status_code == 200
    assert "설비 실재" not in page.content.decode()
