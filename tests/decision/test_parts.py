"""The ranking of a part of a call: one panel, field or region, with the means of its groups of criteria."""

from decimal import Decimal

import pytest

from applications.calls.models import Call
from applications.decision import parts
from applications.decision import views as pages
from applications.intake.models import Application
from applications.kernel.taxonomy import IndustryField, Region
from applications.review.panels import Hearing, Panel
from tests.asking import text
from tests.remembering import step
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@pytest.fixture
@step
def ranked(world):
    """Four plans: the first and the third of another field and region; the second and the third before a panel."""
    other, capital = IndustryField.objects.get(code="F3"), Region.objects.get(code="11")
    world.plans = [world.with_score(world.r1, score) for score in ("91", "85", "85", "62")]
    for plan, spread in zip(world.plans, ("4", "6", "9", "2"), strict=True):
        Application.objects.filter(pk=plan.pk).update(spread=spread)
    Application.objects.filter(pk__in=[world.plans[0].pk, world.plans[2].pk]).update(
        field=other, region=capital
    )
    stage = world.r1.stages.get()
    world.panel = Panel.objects.create(
        call=world.r1, stage=stage, ordinal=1, name="Casting", made_by=world.officer
    )
    for plan in world.plans[1:3]:
        Hearing.objects.create(panel=world.panel, stage=stage, application=plan)
    return world.r1


def shown(world, call, **given):
    return browser(world.officer).get(f"/decisions/calls/{call.key}/", given)


def rows(response):
    return [(rank, row.number) for rank, row, *_rest in response.context["rows"]]


def test_a_part_has_ranks_of_its_own_and_its_figures(world, ranked):
    first, second, third, _last = (plan.number for plan in world.plans)

    field, region, panel = (
        shown(world, ranked, field="F3"), shown(world, ranked, region="11"), shown(world, ranked, panel=str(world.panel.key)),
    )  # fmt: skip

    assert rows(field) == rows(region) == [(1, first), (2, third)]
    assert sorted(rows(panel)) == [(1, second), (1, third)]
    assert "2 applications, mean final score 88.00, mean spread 6.50" in text(field)
    assert rows(shown(world, ranked, field="F3", panel=str(world.panel.key))) == [(1, third)]


def test_the_whole_call_is_ranked_where_nothing_is_chosen_or_what_is_not_known(world, ranked):
    for given in (
        {},
        {"field": "", "panel": "", "region": ""},
        {"field": "F9", "panel": "x", "region": "99"},
    ):
        response = shown(world, ranked, **given)

        assert [rank for rank, _number in rows(response)] == [1, 2, 2, 4]
        assert response.context["figures"] is None


def test_ranks_of_a_part_run_on_over_its_pages(world, ranked, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 1)
    first = shown(world, ranked, field="F3")

    second = shown(world, ranked, field="F3", mark=first.context["page"].next)

    assert [rank for rank, _number in rows(second)] == [2]
    assert 'rel="next" href="?field=F3&amp;mark=' in first.content.decode()


@pytest.mark.parametrize("scale", ["percent", "points"])
def test_groups_are_shown_as_their_means_over_the_sheets_that_count(world, scale):
    """40, 35, 25 points: of 100 and 51 and 80 in percent come 40, 17.85, 20; the excluded sheet does not count."""
    Call.objects.filter(pk=world.r1.pk).update(scale=scale, step=Decimal("0.1"))
    world.r1.refresh_from_db()
    plan = world.in_review(world.r1)
    most = {"percent": (100, 51, 80), "points": (40, "17.9", 20)}[scale]
    for values in (most, (0, 0, 0), most):
        sheet = world.handed_in(plan, *values)
    type(sheet).objects.filter(pk=sheet.pk).update(status="excluded")
    empty = world.in_review(world.r1)

    groups = parts.groups_of(world.r1)
    found = parts.means_of(world.r1, [plan, empty], groups)

    half = {"percent": "8.93", "points": "8.95"}[scale]
    assert [(group.name, group.points) for group in groups] == [("기술성", 40), ("사업성", 35), ("역량", 25)]
    assert found == [[Decimal("20.00"), Decimal(half), Decimal("10.00")], [None, None, None]]
