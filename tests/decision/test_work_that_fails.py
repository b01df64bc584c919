"""What is worked out for long and fails, is lost or overtaken: tried three times, by one alone, then given up and said so."""

from datetime import timedelta
from itertools import count

import pytest

from applications.decision import resampling
from applications.decision.resamplings import Resampling
from applications.decision.tasks import carry_resamplings_on
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.leasing import LONG_LEASE as LEASE
from applications.review import calibrating, planning
from applications.review.calibrations import Calibration
from applications.review.models import Assignment
from applications.review.plans import Plan
from applications.review.tasks import carry_calibrations_on, carry_plans_on
from tests.asking import text
from tests.decision.test_firmness import reviewed
from tests.standing import standing
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
GIVEN_UP = "It was given up after 3 tries. Please ask for it again."


def one_reviewed_and_one_under_review(world):
    reviewed(world, world.r1, 70, 80, 90)
    world.in_review(world.r1, world.b)


world = standing(one_reviewed_and_one_under_review)


def plan(world):
    return planning.ask(
        world.r1, stage=world.r1.stages.first(), reviews=1, least=0, most=2, per_kind={}, by=world.officer
    )


WORK = {  # how it is asked for, the part of it that fails here, what carries it on, its table, its page
    "plan": (plan, (planning, "_problem"), carry_plans_on, Plan, lambda row: row.get_absolute_url()),
    "severity": (
        lambda world: calibrating.ask(world.r1, by=world.officer), (calibrating, "worked_out"), carry_calibrations_on, Calibration,
        lambda row: f"/reviews/desk/calls/{row.call.key}/severity/",
    ),
    "firmness": (
        lambda world: resampling.ask(world.r1, by=world.officer), (resampling, "worked_out"), carry_resamplings_on, Resampling,
        lambda row: f"/decisions/calls/{row.call.key}/firmness/",
    ),
}  # fmt: skip


def rounds(carry_on, how_many):
    """So many rounds of the timetable, each when the lease of the one before is over."""
    for number in range(how_many):
        with clock.at(AFTER + number * (LEASE + timedelta(seconds=1))):
            carry_on()


@pytest.mark.parametrize("name", WORK)
def test_what_fails_again_and_again_is_given_up_says_so_and_can_be_asked_for_anew(world, monkeypatch, name):
    ask, part, carry_on, _table, page = WORK[name]
    row, tried = ask(world), []

    def fails(*args, **more):
        tried.append(1)
        return 1 / 0

    with monkeypatch.context() as until_mended:
        until_mended.setattr(*part, fails)
        rounds(carry_on, 2)
        said_before = GIVEN_UP in text(browser(world.officer).get(page(row)))
        rounds(carry_on, 6)
    said = GIVEN_UP in text(browser(world.officer).get(page(row)))
    again = ask(world)
    carry_on()

    assert (len(tried), said_before, said) == (3, False, True)
    assert again.pk != row.pk
    assert GIVEN_UP not in text(browser(world.officer).get(page(again)))


@pytest.mark.parametrize("name", WORK)
def test_who_has_lost_it_meanwhile_writes_nothing(world, monkeypatch, name):
    ask, (module, part), carry_on, table, _page = WORK[name]
    row, works = ask(world), getattr(module, part)

    def overtaken(*args, **more):
        table.objects.filter(pk=row.pk).update(taken_at=clock.now() + LEASE)
        return works(*args, **more)

    with monkeypatch.context() as until_done:
        until_done.setattr(module, part, overtaken)
        carry_on()

    row.refresh_from_db()
    assert (row.taken_at, row.tries) == (AFTER + LEASE, 1)
    assert (getattr(row, "state", None), getattr(row, "made_at", None)) in ((None, None), ("making", None))


def test_one_that_fails_does_not_keep_others_from_being_worked_out(world, monkeypatch):
    first, second = plan(world), plan(world)
    works = planning._problem

    def fails_first(plan, *more):
        return 1 / 0 if plan.pk == first.pk else works(plan, *more)

    monkeypatch.setattr(planning, "_problem", fails_first)
    carry_plans_on()

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("making", "ready")


def test_one_assignment_that_is_refused_keeps_none_of_the_others_from_being_made(world, monkeypatch):
    """The clock goes on meanwhile, as it does: who holds the work keeps it."""
    world.in_review(world.r1)
    proposal, ticks = plan(world), count()
    carry_plans_on()
    first, second = proposal.reviews_planned.order_by("pk")
    planning.actions.assign(first.application, reviewer=first.reviewer, by=world.officer)
    proposal.refresh_from_db()
    planning.use(proposal, by=world.officer)

    monkeypatch.setattr(clock, "now", lambda: AFTER + timedelta(milliseconds=next(ticks)))
    carry_plans_on()

    first.refresh_from_db(), second.refresh_from_db(), proposal.refresh_from_db()
    assert (first.assigned_at, bool(first.refusal)) == (None, True)
    assert (second.assigned_at is not None, second.refusal, proposal.state) == (True, "", "done")


def test_a_plan_whose_applications_have_left_the_review_meanwhile_comes_to_nothing_and_is_ready(world):
    world.reviewer()
    proposal = plan(world)
    Application.objects.filter(status="in_review").update(status="withdrawn")

    carry_plans_on()

    proposal.refresh_from_db()
    assert (proposal.state, proposal.reviews_planned.count()) == ("ready", 0)


def test_what_was_assigned_before_the_assigning_was_given_up_stays(world, monkeypatch):
    proposal = plan(world)
    carry_plans_on()
    proposal.refresh_from_db()
    planning.use(proposal, by=world.officer)
    works, before = planning.actions.assign, Assignment.objects.count()

    def fails(application, **more):
        works(application, **more)
        return 1 / 0

    with monkeypatch.context() as until_mended:
        until_mended.setattr(planning.actions, "assign", fails)
        rounds(carry_plans_on, 4)

    proposal.refresh_from_db()
    assert (proposal.state, Assignment.objects.count()) == ("failed", before)
    said = "It was given up after 3 tries. What is assigned stays; a new proposal keeps it."
    assert said in text(browser(world.officer).get(proposal.get_absolute_url()))
