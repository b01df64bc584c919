"""What if: the list of a call under other rules, on a page that keeps nothing."""

from decimal import Decimal

import pytest

from applications.calls import editions
from applications.calls.ruling import Quota
from applications.calls.stages import CriterionGroup
from applications.decision import actions, queries, supposing
from applications.intake.models import Application
from applications.kernel.taxonomy import IndustryField, Region
from applications.review import actions as review
from tests.asking import text
from tests.decision.convened import closed, convened, decided
from tests.remembering import step
from tests.standing import standing
from tests.sweep import stored
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


def five_plans(world):
    """Five plans with their scores on a call of three places."""
    world.plans = [world.with_score(world.r1, score) for score in ("91", "85", "80", "74", "62")]


world = standing(five_plans)


@pytest.fixture
@step
def scored(world):
    return world.r1


def address(call):
    return f"/decisions/calls/{call.key}/what-if/"


def typed(call, **other):
    """What the form holds when it is sent as it begins, but for these."""
    began = {"pass_mark": call.pass_mark, "select_mark": call.select_mark, "seats": call.places, "reserves": call.reserves}  # fmt: skip
    if call.is_rnd:
        began["budget_krw"] = call.budget_krw
    return began | other


def changes(response):
    """[(number of the plan in world.plans, now, then)] of those who come in, go out and move among the reserves."""
    return [
        [(application.number, now.result, then and then.result) for application, now, then in table]
        for table in response.context["tables"]
    ]


def test_what_the_committee_decided_holds_in_both_lists(world, scored):
    first, *_others, fourth, _last = world.plans
    meeting = convened(world, scored)
    decided(world, meeting, first, "reserved")
    decided(world, meeting, fourth, "selected")
    closed(world, meeting)

    as_ruled = browser(world.officer).get(address(scored), typed(scored))
    fewer = browser(world.officer).get(address(scored), typed(scored, seats=1))

    drawn = [(line.candidate.pk, line.result) for line in actions.draw(scored)]
    assert [(line.candidate.pk, line.result) for line in as_ruled.context["found"].now] == drawn
    assert changes(as_ruled) == [[], [], []]
    assert [line.candidate.pk for line in fewer.context["found"].then if line.result == "selected"] == [
        fourth.pk
    ]


def test_bad_values_are_named_on_top_and_beside_their_fields_and_nothing_is_supposed(world, scored):
    shown = browser(world.officer).get(address(scored), typed(scored, pass_mark="90", seats="many"))

    errors = shown.context["form"].errors
    assert errors == {
        "pass_mark": ["The pass mark is not above the select mark."],
        "seats": ["Enter a whole number."],
    }
    page = shown.content.decode()
    assert [page.count(said) for [said] in errors.values()] == [2, 2]
    assert 'class="panel error-summary"' in page
    assert "found" not in shown.context


def test_a_higher_mark_puts_those_below_it_out_and_names_the_rule(world, scored):
    shown = browser(world.officer).get(address(scored), typed(scored, select_mark="82"))

    third = world.plans[2].number
    assert changes(shown) == [[], [(third, "selected", "reserved")], [(n, "reserved", "reserved") for n in (world.plans[3].number, world.plans[4].number)]]  # fmt: skip
    assert "They would go out (1)" in text(shown)
    assert "Between the pass mark and the select mark of 82" in text(shown)
    assert shown.context["counts"] == [[3, 2, 0], [2, 3, 0]]


def test_more_places_bring_the_next_one_in(world, scored):
    shown = browser(world.director).get(address(scored), typed(scored, seats=4))

    assert changes(shown)[:2] == [[(world.plans[3].number, "reserved", "selected")], []]
    assert "74.00 ≥ 70.00, place 4 of 4" in text(shown)


def test_a_quota_brings_its_field_in_and_puts_out_whoever_had_the_place(world, scored):
    other = IndustryField.objects.get(code="F3")
    Application.objects.filter(pk=world.plans[3].pk).update(field=other)

    shown = browser(world.officer).get(address(scored), typed(scored, **{f"field-{other.pk}-least": 1}))

    assert changes(shown)[:2] == [
        [(world.plans[3].number, "reserved", "selected")], [(world.plans[2].number, "selected", "reserved")],
    ]  # fmt: skip
    assert f"The room left is owed to the least places of {other} (1)" in text(shown)


def test_a_quota_of_a_region_that_the_call_has_none_for_is_tried(world, scored):
    region = Region.objects.get(code="48")
    Application.objects.filter(call=scored).update(region=Region.objects.get(code="11"))
    Application.objects.filter(pk=world.plans[3].pk).update(region=region)

    shown = browser(world.officer).get(address(scored), typed(scored, **{f"region-{region.pk}-least": 1}))

    assert changes(shown)[:2] == [
        [(world.plans[3].number, "reserved", "selected")], [(world.plans[2].number, "selected", "reserved")],
    ]  # fmt: skip
    assert f"The room left is owed to the least places of {region} (1)" in text(shown)


def test_a_quota_of_the_call_can_be_tried_without(world, scored):
    field = scored.applications.first().field
    Quota.objects.create(call=scored, ordinal=1, field=field, most=1)

    shown = browser(world.officer).get(address(scored), typed(scored))
    begun = browser(world.officer).get(address(scored))

    assert [number for number, *_results in changes(shown)[0]] == [plan.number for plan in world.plans[1:3]]
    assert begun.context["form"].initial["seats"] == 3
    assert begun.context["form"][f"field-{field.pk}-most"].value() == 1


def test_a_smaller_budget_skips_whoever_asks_for_more(world):
    plans = [world.with_score(world.rnd, score) for score in ("90", "80")]

    shown = browser(world.officer).get(address(world.rnd), typed(world.rnd, budget_krw=500_000_000))

    assert changes(shown)[1] == [(plans[1].number, "selected", "reserved")]
    assert "More than what is left of the budget" in text(shown)


def test_nothing_of_it_is_kept(world, scored):
    client = browser(world.officer)
    client.get(address(scored))
    before = stored()

    client.get(address(scored), typed(scored, select_mark="82", seats=1))

    assert stored() == before
    assert client.post(address(scored), typed(scored)).status_code == 405


def test_the_page_says_that_it_is_not_official_and_leads_to_no_proposal(world, scored):
    shown = browser(world.officer).get(address(scored), typed(scored, seats=4)).content.decode()

    assert shown.count("Not an official result") >= 4
    assert 'class="what-if"' in shown
    assert "propose/" not in shown


def test_what_is_the_same_says_so(world, scored):
    shown = browser(world.auditor).get(address(scored), typed(scored))

    assert "Nothing would change." in text(shown)
    assert changes(shown) == [[], [], []]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"pass_mark": 80}, "The pass mark is not above the select mark."),
        ({"select_mark": 101}, "less than or equal to 100"),
        ({"seats": "many"}, "Enter a whole number."),
        ({"without": "nobody"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(world, scored, other, said):
    shown = browser(world.officer).get(address(scored), typed(scored, **other))

    assert said in text(shown)
    assert "found" not in shown.context


def test_the_least_is_not_above_the_most(world, scored):
    field = IndustryField.objects.first()
    quota = {f"field-{field.pk}-least": 3, f"field-{field.pk}-most": 2}

    shown = browser(world.officer).get(address(scored), typed(scored, **quota))

    assert "The most places are not below the least." in text(shown)
    assert "<details open>" in shown.content.decode()


# A reviewer less


@step
def reviewed(world, call, sheets, **more):
    """A plan with these sheets: {reviewer: value of each criterion, or one for all}."""
    plan = world.in_review(call, **more)
    for person, value in sheets.items():
        values = value if isinstance(value, tuple) else (value, value, value)
        world.handed_in(plan, *values, reviewer=person)
    review.close_review(Application.objects.get(pk=plan.pk), by=world.officer)
    return Application.objects.get(pk=plan.pk)


@pytest.fixture
@step
def severe(world):
    """One place. The first plan would have it, had the severe one not sat on it: 78.75 instead of 85.00, against 82.00."""
    world.r1 = world.plain_call()
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=1)
    world.r1.refresh_from_db()
    severe, *others = [world.reviewer(name=name) for name in ("Severe", "One", "Two", "Three")]
    world.plans = [
        reviewed(world, world.r1, {severe: 60} | dict.fromkeys(others, 85)),
        reviewed(world, world.r1, dict.fromkeys(others, 82)),
    ]
    return severe


def scores(found):
    return [candidate.final for candidate in sorted(found.candidates, key=lambda candidate: candidate.pk)]


def without(call, reviewer):
    return supposing.scored_without(call, queries.candidates(call), reviewer.pk)


def test_without_a_reviewer_the_scores_are_those_of_the_others(world, severe):
    found = without(world.r1, severe)

    assert scores(found) == [Decimal("85.00"), Decimal("82.00")]
    assert (found.short, found.gone, found.unknown) == ([], [], [])


def test_without_a_reviewer_somebody_else_has_the_place(world, severe):
    shown = browser(world.officer).get(address(world.r1), typed(world.r1, without=str(severe.key)))

    first, second = (plan.number for plan in world.plans)
    assert changes(shown) == [[(first, "reserved", "selected")], [(second, "selected", "reserved")], []]
    assert "Without the sheets of Severe." in text(shown)
    assert "78.75 → 85.00" in text(shown)
    assert [name for _key, name, _number in supposing.reviewers(world.r1)] == [
        "One",
        "Severe",
        "Three",
        "Two",
    ]


def test_five_sheets_become_four_and_are_trimmed_no_more(world, severe):
    """85, 85, 85, 60 and 95: without best and worst 85.00; without the severe one the mean of all four, 87.50."""
    plan = reviewed(
        world, world.r1, dict(zip([severe, *(world.reviewer() for _ in range(4))], (60, 85, 85, 85, 95), strict=True))
    )  # fmt: skip

    assert plan.final_score == Decimal("85.00")
    assert scores(without(world.r1, severe))[-1] == Decimal("87.50")


def test_floors_ties_and_bonus_follow_the_sheets_that_are_left(world, severe):
    """Group 1 has a floor of 70 of its 40 points: 60 and 75 and 74 and 70 come to 69.75, without the 60 to 73."""
    CriterionGroup.objects.filter(stage__call=world.r1, ordinal=1).update(floor_percent=70)
    editions.forget()  # a published call does not change so
    type(world.r1).objects.filter(pk=world.r1.pk).update(tie_keys=["group-1", "outside", "base"])
    call = type(world.r1).objects.get(pk=world.r1.pk)
    people = [severe, *(world.reviewer() for _ in range(3))]
    plan = reviewed(world, call, dict(zip(people, ((60, 80, 80), (75, 80, 80), (74, 80, 80), (70, 80, 80)), strict=True)))  # fmt: skip
    world.adjusted(plan, "1.5")
    before = next(one for one in queries.candidates(call) if one.pk == plan.pk)

    after = next(one for one in without(call, severe).candidates if one.pk == plan.pk)

    assert (before.failings, after.failings) == (("기술성",), ())
    assert (before.final, after.final) == (Decimal("77.40"), Decimal("78.70"))
    assert (after.base, after.ties[0]) == (Decimal("77.20"), Decimal("29.2"))
    assert (after.ties[1], after.ties[2]) == (before.ties[1], Decimal("77.20"))


def test_whom_a_site_visit_failed_it_fails_without_the_reviewer_too(world, severe):
    Application.objects.filter(pk=world.plans[0].pk).update(failings=["Site visit: not fit"])

    [first, _second] = sorted(without(world.r1, severe).candidates, key=lambda one: one.pk)

    assert first.failings == ("Site visit: not fit",)


def test_what_nobody_can_know_is_said(world, severe):
    """Below the quorum, without any sheet, and ended early by what would fail it no more."""
    short = reviewed(world, world.r1, {severe: 80, world.reviewer(): 80, world.reviewer(): 80})
    gone = reviewed(world, world.r1, {severe: 80, world.reviewer(): 80, world.reviewer(): 80})
    gone.assignments.exclude(reviewer=severe).update(status="excluded")
    stage = world.r1.stages.get()
    type(stage).objects.create(call=world.r1, ordinal=2, kind="visit", weight=0, quorum=2, trimmed=False)
    type(stage).objects.filter(pk=stage.pk).update(threshold=80)
    Application.objects.filter(pk=world.plans[0].pk).update(
        failings=["Paper review: 78.75, below the threshold of 80.00"]
    )

    found = without(world.r1, severe)

    assert (found.short, found.gone) == ([short.number], [gone.number])
    assert found.unknown == sorted([world.plans[0].number, short.number])
    [first, _second, _short] = sorted(found.candidates, key=lambda one: one.pk)
    assert first.failings == ("its review ended early",)


def test_it_asks_as_many_queries_for_many_plans_as_for_few(world, severe, django_assert_num_queries):
    client, there = browser(world.officer), typed(world.r1, without=str(severe.key), select_mark=81)
    client.get(address(world.r1), there)
    with django_assert_num_queries(17):
        client.get(address(world.r1), there)
    for number in range(3):
        reviewed(world, world.r1, {severe: 60} | {world.reviewer(): 80 + number for _ in range(3)})
    with django_assert_num_queries(17):
        client.get(address(world.r1), there)


def test_after_publication_nothing_is_supposed(world, scored):
    world.published(scored)
    client = browser(world.officer)

    shown = client.get(address(scored), typed(scored, seats=1))

    assert "The result of this call is public already." in text(shown)
    assert "What if other rules held" not in text(client.get(f"/decisions/calls/{scored.key}/"))
