"""All or nothing: an act that breaks off at any of its writes leaves every table as it was."""

from collections import Counter
from datetime import timedelta
from hashlib import sha256

import pytest
from django.apps import apps
from django.db import connection

from applications.agreement import actions as agreement
from applications.cohort import actions as cohort
from applications.decision import actions as decision
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.kernel import clock
from applications.review import actions as review
from tests.world import AFTER, DURING, PASSWORD


class Broken(Exception):
    """What a lost connection or a full disk is to the house."""


class BreakAt:
    """Lets this many statements that write pass, and breaks at the next."""

    def __init__(self, passes):
        self.passes, self.writes = passes, Counter()

    def __call__(self, execute, sql, params, many, context):
        verb = sql.split(maxsplit=1)[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE"):
            if self.writes.total() == self.passes:
                raise Broken(sql)
            self.writes[verb] += 1
        return execute(sql, params, many, context)


def tables():
    """A hash of all rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            name = model._meta.db_table
            cursor.execute(f"SELECT * FROM {name} ORDER BY {model._meta.pk.column}")
            found[name] = sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def submit(world):
    draft = world.draft(world.sprout)
    return lambda: intake.submit(draft, by=world.owner_of(draft.firm), arrived_at=DURING)


def hand_in(world):
    assignment = world.assigned(world.in_review(world.r1))
    world.save(assignment, 80, 80, 80)
    return lambda: review.hand_in(assignment, by=assignment.reviewer)


def proposed(world):
    world.with_score(world.r1, 80)
    return decision.propose(world.r1, note="As ranked", by=world.officer)


def approve(world):
    proposal = proposed(world)
    return lambda: decision.approve(proposal, by=world.officer2)


def publish(world):
    proposal = proposed(world)
    decision.approve(proposal, by=world.officer2)
    return lambda: decision.publish(proposal, by=world.officer)


def sign(world):
    made = world.offered()
    agreement.sign(made, password=PASSWORD, by=world.owner_of(made.application.firm))
    return lambda: agreement.sign(made, password=PASSWORD, by=world.director)


def pay(world):
    payment = world.instalment(world.in_force())
    return lambda: funding.pay(payment, paid_on=clock.today(), by=world.finance2)


def seat(world):
    application = world.selected_sprout()
    return lambda: cohort.seat(application, by=world.officer)


def fewest_writes(act):
    """What each act writes at least: the thing, its trace, its letter."""
    return {approve: 2}.get(act, 3)


@pytest.mark.parametrize(
    "act", [submit, hand_in, approve, publish, sign, pay, seat], ids=lambda act: act.__name__
)
def test_an_act_that_breaks_off_at_any_write_leaves_every_table_as_it_was(world, act):
    people = [world.officer, world.officer2, world.director, world.finance, world.finance2]
    assert len({person.pk for person in people}) == 5
    with clock.at(AFTER + timedelta(days=2)):
        attempt = act(world)
        before, passes = tables(), 0
        while True:
            breaking = BreakAt(passes)
            try:
                with connection.execute_wrapper(breaking):
                    attempt()
            except Broken:
                assert tables() == before
                passes += 1
            else:
                break

    assert passes == breaking.writes.total() >= fewest_writes(act)
    assert tables() != before
