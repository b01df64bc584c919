"""Review stage by stage: going on, ending early, going back, and what pages say of it (docs/domain.md, stages)."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from applications.decision import actions as decision
from applications.intake.models import Application
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import actions, queries
from tests.asking import fresh, reasons, text
from tests.remembering import step
from tests.together import refusals, together
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
PAPER, TALK = [15, 15, 10, 15, 10, 10, 10, 10, 5], [30, 30, 25, 15]  # the points of the criteria


@pytest.fixture
def call(world):
    """Paper 30 with a threshold of 60, presentation 70; three sheets each."""
    return world.call(outline="sprout_talk", quorum=3)


@pytest.fixture
def a1(world, call):
    return world.in_review(call, world.a)


def of(points, share):
    """Values for criteria of these points, in steps of half a point."""
    return [Decimal(int(most * share * 2)) / 2 for most in points]


@step
def sheets(world, application, points, share, count=3):
    return [world.handed_in(fresh(application), *of(points, share)) for _sheet in range(count)]


def stored(application):
    a = fresh(application)
    return a.status, a.stage.kind, a.stage_scores, a.base_score, a.failings


def verbs(thing):
    return [(entry.verb, entry.note) for entry in audit.trail(thing)]


def test_a_plan_goes_through_both_stages_and_its_base_is_their_weighted_sum(world, a1):
    first = sheets(world, a1, PAPER, Decimal("0.8"))
    on_paper = stored(a1)
    following = actions.close_review(a1, by=world.officer)
    between = stored(a1)
    second = sheets(world, a1, TALK, Decimal("0.9"))
    ended = actions.close_review(a1, by=world.officer)

    assert on_paper == ("in_review", "paper", [[1, 3, "80.00"]], None, [])
    assert between == ("in_review", "presentation", [[1, 3, "80.00"], [2, 0, None]], None, [])
    assert (following.kind, ended) == ("presentation", None)
    assert {sheet.stage.kind for sheet in first} == {"paper"}
    assert [[c.points for c in queries.criteria_of(sheet.stage)] for sheet in second] == [TALK] * 3
    base = Decimal("87.00")  # 30 % of 80.00 and 70 % of 90.00: 27, 27, 22.5 and 13.5 points
    assert stored(a1) == ("reviewed", "presentation", [[1, 3, "80.00"], [2, 3, "90.00"]], base, [])
    assert (fresh(a1).sheets, fresh(a1).final_score) == (6, base)
    assert [verb for verb in verbs(a1) if verb[0] in ("go_on", "close_review")] == [
        ("go_on", "Paper review → Presentation review"),
        ("close_review", ""),
    ]
    assert Letter.objects.filter(kind="review_requested").count() == 6


def test_a_plan_below_the_threshold_ends_with_its_failing_and_is_not_selected(world, call, a1):
    b1 = world.in_review(call, world.b)
    sheets(world, a1, PAPER, Decimal("0.55"))
    sheets(world, b1, PAPER, Decimal("0.8"))

    with translation.override("ko"):
        closed, gone_on, still_open = actions.close_all(call, by=world.officer)
    sheets(world, b1, TALK, Decimal("0.9"))
    actions.close_review(b1, by=world.officer)

    *facts, (failing,) = stored(a1)
    assert (closed, gone_on, still_open) == (1, 1, [])
    assert facts == ["reviewed", "paper", [[1, 3, "54.00"]], Decimal("16.20")]
    assert failing.startswith("Paper review: 54.00")  # in the language of the house, whoever closes it
    assert verbs(a1)[-1] == ("close_review", "")
    lines = decision.draw(call)
    assert [(line.candidate.pk, line.result) for line in lines] == [(b1.pk, "selected"), (a1.pk, "declined")]
    assert failing in lines[1].reason
    assert reasons(actions.assign, a1, reviewer=world.reviewer(), by=world.officer)[0].startswith(
        "This is not possible while the status is"
    )


def test_a_floor_of_the_first_stage_ends_the_review_too(world, a1):
    values = [0, 0, 10, 15, 10, 10, 10, 10, 5]  # 70 points, with 10 of 40 in the first group
    for _sheet in range(3):
        world.handed_in(a1, *values)

    assert actions.close_review(a1, by=world.officer) is None
    assert stored(a1) == ("reviewed", "paper", [[1, 3, "70.00"]], Decimal("21.00"), ["기술성"])


def test_a_stage_is_closed_with_its_own_sheets_only(world, a1):
    sheets(world, a1, PAPER, Decimal("0.8"))
    actions.close_review(a1, by=world.officer)

    assert reasons(actions.close_review, a1, by=world.officer) == [
        "Presentation review: 3 sheets are needed; 0 are handed in."
    ]
    with pytest.raises(Denied):
        actions.close_review(a1, by=world.finance)


def test_sheets_of_a_closed_stage_stand_until_it_is_opened_again_with_a_reason(world, a1):
    first, *_others = sheets(world, a1, PAPER, Decimal("0.8"))
    late = world.assigned(fresh(a1))
    closed = ["This stage of the review is closed."]
    world.handed_in(fresh(a1), *of(PAPER, Decimal("0.8")))
    actions.close_review(a1, by=world.officer)

    assert reasons(world.save, late, *of(PAPER, Decimal("0.5"))) == closed
    assert reasons(actions.reopen, first, reason="A slip of the pen", by=world.officer) == closed
    assert reasons(actions.exclude, first, reason="Was not present", by=world.officer) == closed
    assert list(queries.to_be_handed_in(late.reviewer)) == []
    assert reasons(actions.reopen_review, a1, reason=" no ", by=world.officer) == [
        "Please write the reason (at least 5 characters)."
    ]

    actions.reopen_review(a1, reason="One more sheet", by=world.officer)
    world.save(late, *of(PAPER, Decimal("0.8")))
    actions.hand_in(late, by=late.reviewer)

    assert stored(a1) == ("in_review", "paper", [[1, 5, "80.00"]], None, [])
    assert verbs(a1)[-1] == ("go_back", "One more sheet")
    assert reasons(actions.reopen_review, a1, reason="Once more", by=world.officer)[0].startswith(
        "This is not possible while the status is"
    )


def test_a_review_that_ended_early_is_opened_again_where_it_ended(world, a1):
    sheets(world, a1, PAPER, Decimal("0.55"))
    actions.close_review(a1, by=world.officer)

    actions.reopen_review(a1, reason="A sheet was wrong", by=world.officer)

    assert stored(a1)[:4] == ("in_review", "paper", [[1, 3, "54.00"]], None)


def test_a_conflict_declared_after_going_on_asks_for_the_earlier_stage_again(world, a1):
    first, *_others = sheets(world, a1, PAPER, Decimal("0.8"))
    actions.close_review(a1, by=world.officer)
    sheets(world, a1, TALK, Decimal("0.9"))

    actions.declare(first, code="C2", by=first.reviewer)

    assert stored(a1)[2] == [[1, 2, "80.00"], [2, 3, "90.00"]]
    assert reasons(actions.close_review, a1, by=world.officer) == [
        "Paper review: 3 sheets are needed; 2 are handed in."
    ]
    [barred] = reasons(actions.assign, a1, reviewer=first.reviewer, by=world.officer)
    assert barred.startswith(first.reviewer.name)
    actions.reopen_review(a1, reason="A conflict found late", by=world.officer)
    sheets(world, a1, PAPER, Decimal("0.8"), count=1)
    actions.close_review(a1, by=world.officer)
    actions.close_review(a1, by=world.officer)
    assert stored(a1)[:2] == ("reviewed", "presentation")


def test_a_reviewer_may_be_asked_in_each_stage_once_and_each_sheet_is_of_its_own(world, a1):
    reviewer = world.reviewer()
    world.handed_in(a1, *of(PAPER, Decimal("0.8")), reviewer=reviewer)
    sheets(world, a1, PAPER, Decimal("0.8"), count=2)
    actions.close_review(a1, by=world.officer)

    world.assigned(fresh(a1), reviewer)

    assert [a.stage.kind for a in reviewer.assignments.order_by("pk")] == ["paper", "presentation"]
    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == [
        f"{reviewer.name} is assigned already."
    ]


def test_the_pages_of_staff_and_reviewer_name_the_stage(world, call, a1):
    sheets(world, a1, PAPER, Decimal("0.8"))
    officer = browser(world.officer)
    case, own = reverse("review:case", args=[a1.key]), reverse("intake:detail", args=[a1.key])

    closed = officer.post(reverse("review:close", args=[a1.key]), follow=True)
    talk = world.assigned(fresh(a1))
    listed = {
        kind: officer.get("/reviews/desk/", {"q": f"stage:{kind}"}).context["page"].rows
        for kind in ("paper", "presentation")
    }
    reviewer = browser(talk.reviewer)
    sheet, mine = text(reviewer.get(talk.get_absolute_url())), text(reviewer.get("/reviews/"))
    sheets(world, a1, TALK, Decimal("0.9"), count=3)
    page = text(officer.get(case))

    said = [str(message) for message in closed.context["messages"]]
    assert said == [f"{a1.number} goes on to the next stage: Presentation review."]
    assert listed == {"paper": [], "presentation": [a1]}
    for part in (
        "Presentation review (2/2)",
        "Paper review (30%) 80.00 3 sheets",
        "Open again: Paper review",
    ):
        assert part in page
    assert "Presentation review" in text(officer.get(own))
    assert ("경영진·조직역량" in sheet, "핵심기술 보유 수준" in sheet) == (True, False)
    assert "Presentation review" in mine
    actions.exclude(talk, reason="Was not present", by=world.officer)
    actions.close_review(a1, by=world.officer)
    ranking = text(officer.get(reverse("decision:ranking", args=[call.key])))
    assert "87.00 Paper review 80.00 Presentation review 90.00" in ranking


@pytest.mark.postgresql
def test_of_two_closings_at_once_only_one_leads_on(committed, world, a1):
    sheets(world, a1, PAPER, Decimal("0.8"))

    found = together(*[lambda: actions.close_review(Application.objects.get(pk=a1.pk), by=world.officer)] * 2)

    assert len(refusals(found)) == 1
    assert stored(a1)[1:3] == ("presentation", [[1, 3, "80.00"], [2, 0, None]])
