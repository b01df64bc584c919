"""Who reviews what, proposed for a whole stage: what it asks, what it keeps to, and what becomes of it when it is used."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.audit import AuditEntry
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions, editing, people, planning, rules, surveying
from applications.review.models import Assignment, ReviewerProfile
from applications.review.plans import Plan
from applications.review.tasks import carry_plans_on
from tests.asking import text
from tests.remembering import step
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@pytest.fixture
@step
def call(world):
    """Two applications under review, and five reviewers."""
    world.reviewers = [world.reviewer() for _number in range(5)]
    world.first, world.second = (world.in_review(world.r1, firm) for firm in (world.a, world.b))
    return world.r1


def asked(world, call, **more):
    wanted = {"stage": call.stages.first(), "reviews": 2, "least": 0, "most": 2, "per_kind": {}}
    return planning.ask(call, by=world.officer, **wanted | more)


def made(world, call, **more):
    plan = asked(world, call, **more)
    carry_plans_on()
    plan.refresh_from_db()
    return plan


def proposed(plan, application):
    return set(plan.reviews_planned.filter(application=application).values_list("reviewer", flat=True))


def test_a_proposal_changes_nothing_and_says_what_it_comes_to(world, call):
    plan = made(world, call)

    assert (plan.state, plan.percent, plan.reviews_planned.count()) == ("ready", 100, 4)
    assert (plan.summary["applications"], plan.summary["short"], plan.summary["exact"]) == (2, {}, True)
    assert (Assignment.objects.count(), Letter.objects.filter(kind="review_requested").count()) == (0, 0)
    entry = AuditEntry.objects.get(verb="plan_reviews")
    assert (entry.actor, entry.after) == (world.officer, {"stage": 1, "seed": plan.seed})


def test_used_it_is_assigned_by_the_same_verb_with_letters_and_pressed_twice_it_is_the_same(world, call):
    plan = made(world, call)

    for _press in range(2):
        planning.use(plan, by=world.officer2)
    carry_plans_on()
    carry_plans_on()

    plan.refresh_from_db()
    assert (plan.state, plan.used_by) == ("done", world.officer2)
    for application in (world.first, world.second):
        assert set(application.assignments.values_list("reviewer", flat=True)) == proposed(plan, application)
    assert set(Assignment.objects.values_list("assigned_by", flat=True)) == {world.officer2.pk}
    assert Letter.objects.filter(kind="review_requested").count() == 4
    assert AuditEntry.objects.filter(verb="use_plan").count() == 1


def test_nobody_in_conflict_is_proposed_and_what_stands_is_kept(world, call):
    conflicted, standing, *_others = world.reviewers
    people.add_affiliation(
        institution="Somewhere", business_number=world.a.business_number,
        role="adviser", by=conflicted,
    )  # fmt: skip
    world.assigned(world.first, standing, clear=False)

    plan = made(world, call, reviews=3, most=2)

    assert conflicted.pk not in proposed(plan, world.first)
    assert plan.reviews_planned.get(application=world.first, reviewer=standing).stands
    assert plan.reviews_planned.filter(stands=True).count() == 1


def who_takes_part(world, application, name):
    """A reviewer of an institution that takes part in this application."""
    person = world.reviewer(name=name, affiliation_number=world.firm().business_number)
    application.partners.create(
        business_number=person.reviewer_profile.affiliation_number, name=name, lead_number=application.firm.business_number,
        part="joint", title="T", role="R", asked_by=application.created_by, asked_at=AFTER,
    )  # fmt: skip
    return person


def test_two_who_would_judge_each_other_are_proposed_together_by_an_exception_alone(world, call):
    """C14: all others review both applications, and each of the two is the last one left for that of the other."""
    who_takes_part(world, world.first, "X")
    y = who_takes_part(world, world.second, "Y")

    without = made(world, call, reviews=6, most=2).summary["short"]
    world.first.waivers.create(reviewer=y, codes="C14", reason="The only expert", by=world.director)

    assert without == {"barred": {"count": 1, "named": [[world.second.number, 1]]}}
    assert made(world, call, reviews=6, most=2).summary["short"] == {}


def test_what_cannot_be_is_named_with_the_rule_that_stands_in_the_way(world, call):
    short = made(world, call, reviews=3, most=1).summary["short"]

    assert [
        (why, rows["count"], [missing for _number, missing in rows["named"]]) for why, rows in short.items()
    ] == [("load", 1, [1])]
    assert made(world, call, reviews=6, most=6).summary["short"] == {
        "barred": {"count": 2, "named": [[world.first.number, 1], [world.second.number, 1]]}
    }


def test_a_conflict_that_came_up_since_is_refused_and_said_beside_the_review(world, call):
    plan = made(world, call)
    planned = plan.reviews_planned.filter(application=world.first).first()
    people.add_affiliation(
        institution="Somewhere", business_number=world.a.business_number,
        role="adviser", by=planned.reviewer,
    )  # fmt: skip

    planning.use(plan, by=world.officer)
    carry_plans_on()

    planned.refresh_from_db()
    assert (planned.assigned_at, planned.refusal.startswith(f"{planned.reviewer.name}: C2 ")) == (None, True)
    assert Assignment.objects.count() == 3


def test_a_proposal_is_refused_where_nothing_is_under_review_or_before_it_is_there(world):
    with pytest.raises(Refused, match="No application is under review in this stage"):
        asked(world, world.r1)
    world.reviewer()
    world.in_review(world.r1)
    plan = asked(world, world.r1)
    with pytest.raises(Refused, match="still being worked out"):
        planning.use(plan, by=world.officer)


def test_only_officers_ask_for_proposals_and_use_them(world, call):
    plan = made(world, call)

    for person in (world.director, world.auditor, world.finance):
        with pytest.raises(Denied):
            planning.use(plan, by=person)
        with pytest.raises(Denied):
            planning.ask(call, stage=call.stages.first(), reviews=1, least=0, most=1, per_kind={}, by=person)


def test_who_is_lost_at_work_is_followed_by_another_and_two_do_not_work_at_once(world, call):
    plan = asked(world, call)
    Plan.objects.filter(pk=plan.pk).update(taken_at=clock.now())

    carry_plans_on()
    plan.refresh_from_db()
    before = plan.state
    with clock.at(AFTER + timedelta(minutes=6)):
        carry_plans_on()
    plan.refresh_from_db()

    assert (before, plan.state) == ("making", "ready")


def test_an_officer_asks_reads_and_uses_on_the_pages(world, call):
    client = browser(world.officer)
    page = reverse("review:plans", args=[call.key])
    wrong = client.post(page, {"stage": call.stages.first().pk, "reviews": 2, "least": 5, "most": 2})
    begun = client.post(page, {"stage": call.stages.first().pk, "reviews": 2, "least": 0, "most": 2})
    plan = Plan.objects.get()
    waiting = text(client.get(plan.get_absolute_url()))
    carry_plans_on()
    ready = client.get(plan.get_absolute_url())
    used = client.post(reverse("review:use_plan", args=[plan.key]))
    carry_plans_on()
    done = text(client.get(plan.get_absolute_url()))

    assert "This is less than each reviewer is to do at least." in text(wrong)
    assert (begun.url, used.url) == (plan.get_absolute_url(), plan.get_absolute_url())
    assert ("Being worked out 0%" in waiting, "You can leave this page" in waiting) == (True, True)
    assert "Assign 4 reviews" in text(ready) and world.first.number in text(ready)
    assert done.count("Assigned") >= 4 and "Assign 4 reviews" not in done


@pytest.mark.parametrize("reviews", [1, 3])
def test_the_page_costs_the_same_for_few_and_many_reviews(world, call, django_assert_num_queries, reviews):
    plan = made(world, call, reviews=reviews, most=5)
    client = browser(world.officer)
    client.get(plan.get_absolute_url())

    # Session, person, plan, its reviews; technologies of both, fields; loads, who comes together; how many are new
    with django_assert_num_queries(11):
        client.get(plan.get_absolute_url())


# How good it is


@pytest.mark.parametrize(
    ("said", "gap"),
    [
        ({"bound": 200.0, "total": 198.0}, 1.0),
        ({"bound": 200.0, "total": 200.0}, 0.0),
        ({"bound": 199.9, "total": 200.0}, 0.0),  # both are rounded
        ({"bound": 0.0, "total": 0.0}, 0.0),
        ({"bound": None, "total": 3.0}, None),
        ({"total": 3.0}, None),  # of a proposal of an earlier version
    ],
)
def test_a_proposal_says_how_far_it_is_below_the_best_one_at_most(said, gap):
    assert planning.gap(said) == gap


def test_the_page_reports_bound_gap_and_the_rule_of_kinds(world, call):
    plan, plain = (
        made(world, call, per_kind={"industry": 1, "academia": 2}, reviews=3, most=5),
        made(world, call),
    )
    client = browser(world.officer)

    words, other = text(client.get(plan.get_absolute_url())), text(client.get(plain.get_absolute_url()))

    bound, hope = plan.summary["bound"], plan.summary["hope"]
    assert f"(at most {bound} would be possible)" in words
    assert (
        f"Least match of an application {plan.summary['worst']}% (at most {hope}% would be possible)" in words
    )
    assert f"Below the best plan by at most {planning.gap(plan.summary)}%" in words
    assert "Kinds of reviewers Industry at least 1, Academia at least 2" in words
    assert "Kinds of reviewers no rule" in other
    for application in (world.first, world.second):  # all five are of academia
        assert f"{application.number}: 1 of Industry is missing. The pool has too few of this kind." in words


AGAIN = "Worked out again from the same applications, reviewers and rules, this seed gives the same proposal."


def test_the_page_says_the_seed_that_it_gives_the_same_and_that_the_search_came_to_its_end(world, call):
    plan = made(world, call)
    Plan.objects.filter(pk=plan.pk).update(state="making", percent=0, tries=0)
    before = list(plan.reviews_planned.values_list("application", "reviewer"))

    words = text(browser(world.officer).get(plan.get_absolute_url()))
    carry_plans_on()

    assert f"Seed {plan.seed} {AGAIN} How the search ended It came to its end." in words
    assert list(plan.reviews_planned.values_list("application", "reviewer")) == before
    plan.refresh_from_db()
    who = plan.reviews_planned.filter(application=world.first).values_list("reviewer", flat=True)
    editing.change(plan, world.first, reviewers={who[0]}, seen=set(who), by=world.officer)
    assert AGAIN not in text(browser(world.officer).get(plan.get_absolute_url()))


def test_the_page_says_that_the_time_cut_the_search_short_and_that_the_seed_promises_nothing(
    world, call, monkeypatch
):
    monkeypatch.setattr(planning, "SECONDS", 0)
    for one in world.reviewers[:2]:
        ReviewerProfile.objects.filter(user=one).update(affiliation="One house", keywords="plan")
    plan = made(world, call, most=5)

    words = text(browser(world.officer).get(plan.get_absolute_url()))

    assert plan.summary["cut"]
    assert (
        f"Seed {plan.seed} How the search ended It was cut short after 0 seconds: a better proposal may exist, and the same seed may give another one."
        in words
    )
    assert AGAIN not in words


def test_what_nobody_knows_anything_of_is_named_and_is_not_counted_as_the_least_match(world, call):
    world.second.technologies.set([])
    Application.objects.filter(pk=world.second.pk).update(field=None)
    client, plan = browser(world.officer), made(world, call)

    words = text(client.get(plan.get_absolute_url()))
    Application.objects.filter(pk=world.first.pk).update(field=None)
    world.first.technologies.set([])
    neither = made(world, call)

    assert (plan.summary["worst"], plan.summary["unknown"]) == (plan.summary["hope"], [world.second.number])
    assert (
        "1 application is not counted in the least match Nobody who may review it knows anything of its technologies, "
        f"its field or its words. {world.second.number}"
    ) in words
    assert (neither.summary["worst"], neither.summary["unknown"]) == (
        None,
        [world.first.number, world.second.number],
    )
    assert "Least match of an application – Sum" in text(client.get(neither.get_absolute_url()))


def test_each_pair_says_what_they_have_in_common_the_load_and_who_was_passed_over(world, call):
    best, other = world.reviewers[:2]
    ReviewerProfile.objects.filter(user=best).update(keywords="plan, lasers")
    ReviewerProfile.objects.filter(user=other).update(kind="industry")
    people.add_affiliation(
        institution="Somewhere", business_number=world.a.business_number, role="adviser", by=best
    )
    plan = made(world, call, reviews=2, most=2, per_kind={"industry": 1})
    rows = browser(world.officer).get(plan.get_absolute_url()).context["page"].rows

    of_second = {row.reviewer: row for row in rows if row.application == world.second}
    assert of_second[best].known == ["Casting", "plan"]
    assert (of_second[best].load, of_second[best].better, of_second[other].load) == (1, [], 2)
    assert of_second[best].spread == {
        "kinds": [("Industry", 1), ("Academia", 1)],
        "institutions": 2,
        "count": 2,
    }
    of_first = [row for row in rows if row.application == world.first]
    assert all(("in a conflict or not of the panel", 1) in row.better for row in of_first)


@pytest.mark.parametrize(("per_kind", "field"), [
    ({}, None), ({"industry": 1, "academia": 2}, None), ({"industry": 1, "academia": 3}, "of_academia"), ({"institute": 4}, "of_institute"),
])  # fmt: skip
def test_the_least_of_all_kinds_is_no_more_than_the_reviewers(per_kind, field):
    assert [reason.field for reason in rules.too_many_kinds(per_kind, 3)] == [field] * bool(field)


def test_more_of_each_kind_than_reviewers_are_not_asked_for(world, call):
    asked = {"stage": call.stages.first().pk, "reviews": 3, "least": 0, "most": 2, "of_academia": 2}
    page = reverse("review:plans", args=[call.key])

    wrong = browser(world.officer).post(page, asked | {"of_industry": 2})
    browser(world.officer).post(page, asked | {"of_industry": 1})

    said = ["Together these are more than the reviewers of each application."]
    assert (wrong.status_code, wrong.context["form"].errors) == (409, {"of_industry": said})
    assert Plan.objects.get().per_kind == {"industry": 1, "academia": 2}


def test_while_it_is_worked_out_the_rows_say_how_far_it_is(world, call, monkeypatch):
    """What a page reads in between: the percents that are written, by the conflicts first and by the solver then."""
    seen, keep = [], planning._keep

    def watched(plan, part):
        keep(plan, part)
        seen.append(Plan.objects.values_list("state", "percent").get(pk=plan.pk))

    monkeypatch.setattr(planning, "_keep", watched)
    monkeypatch.setattr(surveying, "AT_ONCE", 1)
    plan = made(world, call)
    planning.use(plan, by=world.officer)
    carry_plans_on()

    making = [percent for state, percent in seen if state == "making"]
    assigning = [percent for state, percent in seen if state == "assigning"]
    assert making[:2] == [0, 10] and 20 < making[2] < 80 and making[-1] == 80 and making == sorted(making)
    assert assigning == [0, 25, 50, 75]
    assert Plan.objects.values_list("state", "percent").get() == ("done", 100)


def test_worked_out_again_what_was_assigned_and_accepted_stays(world, call):
    first = made(world, call)
    planning.use(first, by=world.officer)
    carry_plans_on()
    before = set(Assignment.objects.values_list("application", "reviewer"))
    accepted = Assignment.objects.first()
    actions.pledge(call, by=accepted.reviewer)
    actions.declare(accepted, code="", by=accepted.reviewer)
    gone = Assignment.objects.last()
    actions.declare(gone, code="C10", by=gone.reviewer)

    again = made(world, call, reviews=3, most=3)

    stand = set(again.reviews_planned.filter(stands=True).values_list("application", "reviewer"))
    assert stand == before - {(gone.application_id, gone.reviewer_id)}
    planning.use(again, by=world.officer)
    carry_plans_on()
    assert before < set(Assignment.objects.values_list("application", "reviewer"))
    kept = Assignment.objects.get(pk=accepted.pk)
    assert (kept.declaration, kept.assigned_at, kept.key) == ("clear", accepted.assigned_at, accepted.key)


def test_in_the_place_of_an_excluded_sheet_somebody_else_is_proposed(world, call):
    excluded, kept = world.reviewers[:2]
    for person in (excluded, kept):
        world.assigned(world.first, person, clear=False)
    sheet = world.first.assignments.get(reviewer=excluded)
    actions.exclude(sheet, reason="Found wanting", by=world.officer)

    plan = made(world, call)

    planned = proposed(plan, world.first)
    assert (len(planned), kept.pk in planned, excluded.pk in planned) == (2, True, False)
    assert set(plan.reviews_planned.filter(stands=True).values_list("reviewer", flat=True)) == {kept.pk}
    rows = editing.candidates(plan, world.first)
    assert [str(reason) for reason in editing.faults(rows, {kept.pk, excluded.pk})] == [
        f"The sheet of {excluded.name} was taken out; nobody is asked twice."
    ]
    # By the other application nothing stands in the way of who was excluded here.
    assert editing.faults(editing.candidates(plan, world.second), {excluded.pk}) == []


def test_a_proposal_that_could_not_be_proved_in_time_says_so(world, call):
    plan = made(world, call)
    plan.summary |= {"bound": None, "hope": None}
    plan.save()

    words = text(browser(world.officer).get(plan.get_absolute_url()))
    assert "Below the best plan not proved within 60 seconds" in words


def test_a_change_by_hand_is_held_to_the_same_bound(world, call):
    plan = made(world, call)
    before = planning.gap(plan.summary)
    plan.summary["total"] = round(plan.summary["bound"] * 0.9, 1)
    plan.save()

    assert planning.gap(plan.summary) > before
