"""The public figures of a call: written once its list is confirmed, in groups that tell of nobody alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from applications.calls.models import Call
from applications.decision import actions as decision
from applications.decision import continuing, fairness, fairness_chart
from applications.decision.reports import FairnessReport
from applications.decision.tasks import report_fairness
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.taxonomy import IndustryField, Region
from applications.review.models import Assignment
from tests.asking import text
from tests.decision.contested import appealed, begun, decided
from tests.standing import standing
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
CONFIRMED = AFTER + timedelta(days=20)


def seven_plans(world):
    """Seven ranked plans on three places, one ruled out: four of one field and region, three and one of others."""
    first, second, third = IndustryField.objects.all()[:3]
    south, capital = Region.objects.get(code="48"), Region.objects.get(code="11")
    profiles = [
        (first, south, "small", 2011), (first, south, "small", 2012), (first, south, "small", 2013), (first, capital, "small", 2014),
        (second, capital, "mid", 2004), (second, capital, "small", 2016), (third, south, "small", 2017),
    ]  # fmt: skip
    world.plans = [
        world.with_score(
            world.r1, score, firm=world.firm(field=field, region=region, size=size, founded_on=date(year, 3, 2))
        )
        for score, (field, region, size, year) in zip(("91", "85", "80", "74", "73", "72", "62"), profiles, strict=True)
    ]  # fmt: skip
    out = world.submitted(world.r1, world.firm(field=second, region=capital, founded_on=date(2019, 1, 2)))
    Application.objects.filter(pk=out.pk).update(status="ineligible")
    withdrawn = world.submitted(world.r1, world.firm(field=second))
    Application.objects.filter(pk=withdrawn.pk).update(status="withdrawn")


world = standing(seven_plans)


@pytest.fixture
def call(world):
    return world.r1


def address(call):
    return f"/decisions/calls/{call.key}/figures/"


def confirmed(world, call):
    """Published, the time to appeal over, and the clock has run."""
    world.published(call)
    with clock.at(CONFIRMED):
        report_fairness()
    return FairnessReport.objects.get(call=call)


def test_the_figures_count_who_applied_was_eligible_and_was_selected(world, call):
    facts = confirmed(world, call).facts

    assert {name: facts[name] for name in ("applications", "eligible", "selected", "places")} == {
        "applications": 8, "eligible": 7, "selected": 3, "places": 3,
    }  # fmt: skip
    first, second, third = (field.code for field in IndustryField.objects.all()[:3])
    assert facts["by"] == {
        "field": [[[first], 4, 4, 3], [[second, third], 4, 3, 0]],
        "region": [[["11"], 4, 3, 0], [["48"], 4, 4, 3]],
        "size": [[["small", "mid"], 8, 7, 3]],
        "founded": [[[2000, 2010, 2015], 8, 7, 3]],
    }


def test_size_and_founding_are_those_of_what_was_handed_in(world, call):
    for plan in world.plans:
        type(plan.firm).objects.filter(pk=plan.firm_id).update(size="large", founded_on=date(1970, 1, 1))

    facts = confirmed(world, call).facts

    assert facts["by"]["size"] == [[["small", "mid"], 8, 7, 3]]
    assert 1970 not in [year for codes, *_counts in facts["by"]["founded"] for year in codes]


def test_before_the_list_is_confirmed_the_page_is_missing(world, call):
    anybody = browser()
    world.published(call)
    report_fairness()
    before = anybody.get(address(call)).status_code
    page_before = text(anybody.get(f"/calls/{call.key}/"))
    with clock.at(CONFIRMED):
        report_fairness()
        after = anybody.get(address(call))
        page_after = text(anybody.get(f"/calls/{call.key}/"))

    assert (before, after.status_code) == (404, 200)
    assert "Who applied and who was selected" not in page_before
    assert "Who applied and who was selected" in page_after
    assert audit.trail(call).last().verb == "report_fairness"
    assert "2.67 : 1" in text(after)


def test_it_is_written_once_and_stays(world, call):
    report = confirmed(world, call)
    with clock.at(CONFIRMED):
        report_fairness()
        assert not fairness.report(report.proposal, by=world.officer)

    assert FairnessReport.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        FairnessReport.objects.create(call=call, proposal=report.proposal, made_at=AFTER, facts={})


def test_an_open_appeal_holds_it_back_and_so_does_a_new_decision(world, call):
    world.published(call)
    plan = Application.objects.get(pk=world.plans[3].pk)
    appeal = appealed(world, plan, AFTER + timedelta(days=2))
    with clock.at(CONFIRMED):
        report_fairness()
    waiting = FairnessReport.objects.count()
    decided(world, appeal, at=CONFIRMED)
    with clock.at(CONFIRMED):
        report_fairness()

    assert (waiting, FairnessReport.objects.count()) == (0, 0)
    assert Application.objects.get(pk=plan.pk).status == "reviewed"


def test_the_page_names_no_firm_no_person_and_no_score(world, call):
    confirmed(world, call)

    shown = browser().get(address(call)).content.decode()

    for plan in world.plans:
        assert plan.number not in shown
        assert plan.firm.name not in shown
        assert f"{plan.final_score:.2f}" not in shown
    assert world.officer.name not in shown
    assert "stand together, and nothing is said of scores, firms or people" in shown


def test_the_load_and_the_spread_are_told_in_groups(world, call):
    reviewers = [world.reviewer() for _person in range(4)]
    stage = call.stages.get()
    Assignment.objects.bulk_create(
        Assignment(
            application=plan, stage=stage, reviewer=reviewer, assigned_by=world.officer, declaration="clear",
            status="handed_in", total=Decimal(80),
        )
        for reviewer in reviewers
        for plan in world.plans
    )  # fmt: skip
    for plan, spread in zip(world.plans, ("2", "3", "4.99", "5", "12", "24", "30"), strict=True):
        Application.objects.filter(pk=plan.pk).update(spread=spread, sheets=4)

    facts = confirmed(world, call).facts

    assert facts["load"] == {"reviewers": 4, "sheets": 28, "median": 7, "bins": [[[6], 4]]}
    assert facts["spread"] == {"applications": 7, "bins": [[[0], 3], [[5, 10, 15, 20, 25], 4]]}


def test_two_reviewers_are_too_few_to_be_told(world, call):
    assert confirmed(world, call).facts["load"] is None
    shown = text(browser().get(address(call)))
    assert "Too few reviewers to be told" in shown


@pytest.mark.parametrize(
    ("appeals", "said"),
    [
        ({"all": 0, "outcomes": {"upheld": 0, "dismissed": 0, "inadmissible": 0, "withdrawn": 0}}, "No appeal was handed in."),
        ({"all": None, "outcomes": None}, "Fewer than three appeals were handed in."),
        ({"all": 5, "outcomes": None}, "5 appeals were handed in. What came of them is not told apart"),
        ({"all": 7, "outcomes": {"upheld": 3, "dismissed": 4, "inadmissible": 0, "withdrawn": 0}}, "7 appeals were handed in. Upheld 3 Dismissed 4"),
    ],
)  # fmt: skip
def test_appeals_are_told_where_no_outcome_is_of_few(world, call, appeals, said):
    world.published(call)
    proposal = call.proposals.get()
    facts = fairness.facts_of(proposal) | {"appeals": appeals}
    FairnessReport.objects.create(call=call, proposal=proposal, made_at=AFTER, facts=facts)

    assert said in text(browser().get(address(call)))


def test_the_appeals_of_a_call_are_counted_by_what_came_of_them(world, call):
    world.published(call)
    none = {"upheld": 0, "dismissed": 0, "inadmissible": 0, "withdrawn": 0}
    counted = [fairness.appeals_of(call)]
    others = Application.objects.filter(call=call, status__in=("reserved", "declined")).order_by("pk")
    *dismissed, upheld = list(others.select_related("call", "firm"))[:4]

    for plan in dismissed:
        decided(world, appealed(world, plan, AFTER + timedelta(days=2)), "dismissed", at=CONFIRMED)
        counted.append(fairness.appeals_of(call))
    begun(world, upheld, AFTER + timedelta(days=2))  # not handed in: it is not counted
    counted.append(fairness.appeals_of(call))
    decided(world, appealed(world, upheld, AFTER + timedelta(days=2)), at=CONFIRMED)

    few, three = {"all": None, "outcomes": None}, {"all": 3, "outcomes": none | {"dismissed": 3}}
    assert counted == [{"all": 0, "outcomes": none}, few, few, three, three]
    assert fairness.appeals_of(call) == {"all": 4, "outcomes": None}


def test_a_further_list_gets_figures_of_its_own_and_the_latest_are_shown(world, call):
    first = confirmed(world, call)
    plan = Application.objects.get(pk=world.plans[0].pk)
    with clock.at(CONFIRMED + timedelta(days=1)):
        continuing.give_up(plan, reason="We move elsewhere", by=world.owner_of(plan.firm))
        further = continuing.propose(call, note="A place is free", replaces=1, by=world.officer)
        decision.approve(further, by=world.officer2)
        decision.publish(further, by=world.officer)
        report_fairness()

    latest = fairness.latest(call)
    assert (latest.proposal, latest.facts["selected"]) == (further, 3)
    assert FairnessReport.objects.filter(pk=first.pk).exists()


def test_the_page_asks_the_same_number_of_queries_for_any_call(world, call, django_assert_num_queries):
    confirmed(world, call)
    anybody = browser()
    anybody.get(address(call))

    with django_assert_num_queries(2):  # call, report
        anybody.get(address(call))


def test_the_figures_are_drawn_from_a_handful_of_queries(world, call, django_assert_max_num_queries):
    world.published(call)
    with django_assert_max_num_queries(8):
        fairness.facts_of(call.proposals.select_related("call").get())


def test_a_call_in_preparation_has_none(world, call):
    confirmed(world, call)
    Call.objects.filter(pk=call.pk).update(published_at=None)

    assert browser().get(address(call)).status_code == 404


def test_the_drawing_says_from_which_share_to_which(english):
    names = {"F1": "Moulds", "F2": "Casting"}

    drawing = fairness_chart.groups(
        [[["F1"], 10, 9, 4], [["F2", "F3"], 5, 5, 1]], lambda codes: fairness_chart.named(names, codes)
    )

    assert [row["name"] for row in drawing["rows"]] == ["Moulds", "2 others together"]
    assert [row["percent"] for row in drawing["rows"]] == [40, 20]
    assert fairness_chart.finding(drawing) == (
        "From 20% (2 others together) to 40% (Moulds) of the applications were selected"
    )
    assert fairness_chart.finding(fairness_chart.groups([], str)) == "Too few applications to be told apart"


def test_groups_are_called_by_where_they_begin_and_end(english):
    assert [fairness_chart.sheets(codes) for codes in ([1], [1, 6], [16, 21], [21, 31], [31])] == [
        "1–5", "1–10", "16–30", "21 and more", "31 and more",
    ]  # fmt: skip
    assert [fairness_chart.points(codes) for codes in ([0], [5, 10], [20, 25])] == [
        "0 to below 5 points", "5 to below 15 points", "20 points and more",
    ]  # fmt: skip
    assert [fairness_chart.years(codes) for codes in ([2010], [2000, 2010])] == ["2010–2014", "2000–2014"]
