"""A proposal changed by hand: the effect is shown before it is saved, and what is saved keeps to the rules."""

from types import SimpleNamespace

import pytest

from applications.kernel.audit import AuditEntry
from applications.kernel.errors import Denied, Refused
from applications.review import editing, planning, seating
from applications.review.models import Assignment, ReviewerProfile
from applications.review.plans import Plan
from applications.review.tasks import carry_plans_on
from tests.asking import reasons
from tests.remembering import step
from tests.review.test_planning import proposed, who_takes_part
from tests.together import refusals, together
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@pytest.fixture
@step
def plan(world):
    """Two applications, five reviewers, two reviews each."""
    world.reviewers = [world.reviewer(name=f"Reviewer {letter}") for letter in "ABCDE"]
    world.first, world.second = (world.in_review(world.r1, firm) for firm in (world.a, world.b))
    asked = planning.ask(
        world.r1,
        stage=world.r1.stages.first(),
        reviews=2,
        least=0,
        most=2,
        per_kind={},
        by=world.officer,
    )
    carry_plans_on()
    return Plan.objects.get(pk=asked.pk)


def others(world, plan, application):
    return [one for one in world.reviewers if one.pk not in proposed(plan, application)]


def page(plan, application):
    return f"/reviews/desk/plans/{plan.key}/{application.key}/"


def test_the_effect_is_shown_and_nothing_is_saved(world, plan):
    before = list(plan.reviews_planned.values())
    chosen = others(world, plan, world.first)[:3]

    answer = browser(world.officer).post(
        page(plan, world.first), {"reviewer": [one.key for one in chosen], "show": "1"}
    )

    shown = answer.content.decode()
    assert "After the change" in shown
    assert "nothing is saved yet" in shown
    assert (answer.context["now"].short, answer.context["then"].short) == (0, 0)
    assert answer.context["then"].total >= answer.context["now"].total
    assert list(plan.reviews_planned.values()) == before


def test_a_change_is_saved_with_its_trace_and_the_numbers_of_the_plan_follow(world, plan):
    old, chosen = proposed(plan, world.first), others(world, plan, world.first)[:1]

    editing.change(plan, world.first, reviewers={chosen[0].pk}, seen=old, by=world.officer)

    plan.refresh_from_db()
    assert proposed(plan, world.first) == {chosen[0].pk}
    assert (plan.summary["by_hand"], sum(count for _name, count in plan.summary["loads"])) == (1, 3)
    assert plan.summary["total"] == 1.5
    entry = AuditEntry.objects.get(verb="change_plan")
    assert (entry.before, entry.after["reviewers"]) == ({"reviewers": sorted(old)}, [chosen[0].pk])
    assert Assignment.objects.count() == 0


def test_after_a_change_the_page_says_what_is_lacking_now_and_why(world, plan):
    """Not what the working out found before: what was left open by hand, and no longer what was mended."""
    Plan.objects.filter(pk=plan.pk).update(per_kind={"industry": 1})
    other = others(world, plan, world.second)[0]  # who of the two sits on which is drawn
    ReviewerProfile.objects.filter(user=other).update(kind="industry")
    plan.refresh_from_db()
    plan.summary |= {"kinds": [[one.number, "industry", 1, "load"] for one in (world.first, world.second)]}
    plan.save()
    old = proposed(plan, world.first)

    editing.change(plan, world.first, reviewers={other.pk}, seen=old, by=world.officer)

    plan.refresh_from_db()
    number = world.first.number
    assert plan.summary["short"] == {"hand": {"count": 1, "named": [[number, 1]]}}
    assert plan.summary["kinds"] == [[world.second.number, "industry", 1, "load"]]
    page = browser(world.officer).get(plan.get_absolute_url()).content.decode()
    assert "Left open by hand." in page and f"{number} (1)" in page


def test_after_a_change_whoever_has_nothing_left_is_counted_and_is_below_the_least(world, plan):
    Plan.objects.filter(pk=plan.pk).update(least=1)
    ReviewerProfile.objects.filter(user=world.reviewers[4]).update(most_sessions=1)
    world.assigned(
        world.in_review(world.call(quorum=3)), world.reviewers[4], clear=False
    )  # has no session left
    picked, *left = sorted(set(world.reviewers[:4]), key=lambda one: one.pk)

    for application in (world.first, world.second):
        seen = proposed(plan, application)
        editing.change(plan, application, reviewers={picked.pk}, seen=seen, by=world.officer)

    plan.refresh_from_db()
    assert plan.summary["loads"] == [[picked.name, 2]]
    assert plan.summary["idle"] == 4
    assert plan.summary["under"] == [one.name for one in left]


def test_a_reason_that_the_page_does_not_name_is_kept_by_a_change(world, plan, monkeypatch):
    """The page names so many; what the working out found of the others stands as it was."""
    for module in (planning, editing):
        monkeypatch.setattr(module, "NAMED", 1, raising=False)
    asked = planning.ask(
        world.r1, stage=plan.stage, reviews=9, least=0, most=9, per_kind={"industry": 1}, by=world.officer
    )
    carry_plans_on()
    plan = Plan.objects.get(pk=asked.pk)
    kept = proposed(plan, world.first)

    editing.change(plan, world.first, reviewers=kept - {max(kept)}, seen=kept, by=world.officer)

    plan.refresh_from_db()
    short = plan.summary["short"]
    assert {why: sorted(found["named"]) for why, found in short.items()} == {
        "barred": [[world.first.number, 5], [world.second.number, 4]]
    }
    assert sorted(plan.summary["kinds"]) == [
        [one.number, "industry", 1, "nobody"] for one in (world.first, world.second)
    ]
    words = browser(world.officer).get(plan.get_absolute_url()).content.decode()
    assert words.count("is missing") == 1


def test_why_it_is_this_reviewer_is_said_of_those_chosen_by_hand_too(world, plan):
    """Who would match better than each, as it is with the ones that are there now."""
    best, other, *_rest = world.reviewers
    ReviewerProfile.objects.filter(user=best).update(keywords="plan")
    ReviewerProfile.objects.filter(user__in=[one.pk for one in world.reviewers[2:]]).update(
        affiliation_number="", affiliation="One University"
    )
    seen = proposed(plan, world.first)

    editing.change(
        plan, world.first, reviewers={other.pk, world.reviewers[2].pk}, seen=seen, by=world.officer
    )

    rows = plan.reviews_planned.filter(application=world.first)
    load = plan.reviews_planned.filter(reviewer=best).count()
    assert load < plan.most
    assert {row.reviewer_id: row.passed_over for row in rows} == {
        other.pk: {"elsewhere": 1},
        world.reviewers[2].pk: {"elsewhere": 1},
    }


def test_nobody_is_chosen_by_hand_who_would_judge_those_who_judge_them(world, plan):
    """C14 within a proposal; a director's exception for one side is one for both."""
    x, y = who_takes_part(world, world.first, "X"), who_takes_part(world, world.second, "Y")
    editing.change(plan, world.first, reviewers={y.pk}, seen=proposed(plan, world.first), by=world.officer)
    back = {"reviewers": {x.pk}, "seen": proposed(plan, world.second), "by": world.officer}
    said = f"X: C14 Y of those who apply here is proposed for {world.first.number} of this reviewer's institution."

    assert reasons(editing.change, plan, world.second, **back) == [said]
    world.first.waivers.create(reviewer=y, codes="C14", reason="The only expert", by=world.director)
    editing.change(plan, world.second, **back)

    assert proposed(plan, world.second) == {x.pk}


def test_what_a_panel_hears_is_planned_for_its_members_alone(world, plan):
    member, stranger = world.reviewers[:2]
    panel = seating.make(
        world.r1,
        stage=plan.stage,
        name="Moulds",
        secretary=world.officer,
        picked=[world.first],
        by=world.officer,
    )
    world.seated(panel, member)
    seen = proposed(plan, world.first)

    assert reasons(
        editing.change, plan, world.first, reviewers={stranger.pk}, seen=seen, by=world.officer
    ) == [f"{stranger.name} is no member of Moulds, which hears this application."]
    editing.change(plan, world.first, reviewers={member.pk}, seen=seen, by=world.officer)

    assert proposed(plan, world.first) == {member.pk}


def test_who_was_asked_in_this_stage_already_has_its_session(world, plan):
    kim = world.reviewers[0]
    ReviewerProfile.objects.filter(user=kim).update(most_sessions=1)
    world.assigned(world.second, kim, clear=False)

    editing.change(plan, world.first, reviewers={kim.pk}, seen=proposed(plan, world.first), by=world.officer)

    assert proposed(plan, world.first) == {kim.pk}


def test_the_effect_counts_kinds_by_number():
    asked = SimpleNamespace(reviews=3, most=9, least=0, per_kind={"industry": 2, "academia": 1})
    rows = [(1, who, f"R{who}", kind, 50) for who, kind in enumerate(["industry", "academia", "academia"])]

    assert editing.effect(asked, rows, [1], {}).kinds == 1
    assert editing.effect(asked, [*rows, (1, 9, "R9", "industry", 50)], [1], {}).kinds == 0


def test_who_is_barred_or_of_the_same_institution_cannot_be_chosen(world, plan):
    barred = world.reviewer(affiliation_number=world.first.firm.business_number, name="Kim")
    twins = [world.reviewer(affiliation="One University", name=name) for name in ("Lee", "Park")]
    seen = proposed(plan, world.first)

    for chosen, said in (
        ({barred.pk}, "Kim: C1"),
        ({one.pk for one in twins}, "Two reviewers of one institution"),
    ):
        with pytest.raises(Refused, match=said):
            editing.change(plan, world.first, reviewers=chosen, seen=seen, by=world.officer)

    assert proposed(plan, world.first) == seen
    told = browser(world.officer).post(page(plan, world.first), {"reviewer": [barred.key], "show": "1"})
    assert "Kim: C1" in told.content.decode()
    assert 'name="save"' not in told.content.decode()


def test_who_is_assigned_already_stays(world):
    world.reviewers = [world.reviewer() for _number in range(3)]
    application = world.in_review(world.r1, world.a)
    standing = world.assigned(application, world.reviewers[0])
    asked = planning.ask(
        world.r1, stage=application.stage, reviews=2, least=0, most=2, per_kind={}, by=world.officer
    )
    carry_plans_on()

    with pytest.raises(Refused, match="Who is assigned already stays"):
        editing.change(
            asked,
            application,
            reviewers={world.reviewers[1].pk},
            seen=proposed(asked, application),
            by=world.officer,
        )

    assert standing.reviewer_id in proposed(asked, application)


def test_a_used_plan_and_one_changed_meanwhile_are_refused(world, plan):
    seen, chosen = proposed(plan, world.first), {others(world, plan, world.first)[0].pk}
    editing.change(plan, world.first, reviewers=chosen, seen=seen, by=world.officer)
    with pytest.raises(Refused, match="Somebody else has changed"):
        editing.change(plan, world.first, reviewers=seen, seen=seen, by=world.officer2)
    planning.use(Plan.objects.get(pk=plan.pk), by=world.officer)

    with pytest.raises(Refused, match="nobody has used yet"):
        editing.change(plan, world.first, reviewers=seen, seen=chosen, by=world.officer)

    assert proposed(plan, world.first) == chosen


def test_only_those_who_may_use_a_plan_change_it(world, plan):
    seen = proposed(plan, world.first)
    for person in (world.director, world.auditor, world.reviewers[0]):
        with pytest.raises(Denied):
            editing.change(plan, world.first, reviewers=seen, seen=seen, by=person)
        assert browser(person).get(page(plan, world.first)).status_code == 404


def test_the_page_saves_and_leads_back_to_the_plan(world, plan):
    chosen = others(world, plan, world.first)[:2]
    client = browser(world.officer)
    seen = client.get(page(plan, world.first)).context["seen"]

    saved = client.post(
        page(plan, world.first), {"reviewer": [one.key for one in chosen], "seen": seen, "save": "1"}
    )

    assert (saved.status_code, saved.url) == (302, f"/reviews/desk/plans/{plan.key}/")
    assert proposed(plan, world.first) == {one.pk for one in chosen}
    assert "Changed by hand once." in client.get(saved.url).content.decode()


@pytest.mark.postgresql
def test_two_officers_change_one_application_at_once_and_one_is_told(committed, world, plan):
    seen, pool = proposed(plan, world.first), others(world, plan, world.first)

    results = together(
        lambda: editing.change(plan, world.first, reviewers={pool[0].pk}, seen=seen, by=world.officer),
        lambda: editing.change(plan, world.first, reviewers={pool[1].pk}, seen=seen, by=world.officer2),
    )

    assert len(refusals(results)) == 1
    assert len(proposed(plan, world.first)) == 1


def test_the_least_match_after_a_change_leaves_out_what_nobody_knows_anything_of():
    asked = SimpleNamespace(reviews=1, most=5, per_kind={})
    rows = [(1, 7, "R7", "academia", 0), (2, 8, "R8", "academia", 60)]

    found = [editing.effect(asked, rows, [1, 2], {}, unknown=ids).worst for ids in ((), {1}, {1, 2}, {2})]

    assert found == [0, 60, 60, 0]  # the second is known to somebody since
    assert editing.effect(asked, [], [1, 2], {}).worst is None
