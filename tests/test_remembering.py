"""What tests begin with is the same whether it is made or remembered."""

import pytest

from applications.agreement.models import Agreement
from applications.calls.models import Call
from tests.remembering import Memory, files
from tests.standing import taken_back
from tests.sweep import stored
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def own(tmp_path):
    return Memory(tmp_path / "remembered")


def state_of(thing):
    """{column: value} as the object holds them, not as the table does."""
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}


def begun(memory, begin):
    """What stands in the tables and files after these steps, and what they return."""
    with taken_back(), memory.of(World()) as world:
        returned = begin(world)
        return stored(), files(), [(type(thing), state_of(thing)) for thing in returned]


def test_a_remembered_step_leaves_the_rows_files_and_objects_of_a_real_one(own, monkeypatch):
    def begin(world):
        call = world.rnd
        return [world.in_force(), call, world.officer]

    made = begun(own, begin)
    monkeypatch.setattr(Agreement, "save", None)  # nothing is made any more

    assert begun(own, begin) == made


def test_who_writes_in_between_has_the_next_step_really_taken(own):
    def begin(seats):
        def act(world):
            call = world.r1
            Call.objects.filter(pk=call.pk).update(seats=seats)
            call.refresh_from_db()
            return [world.in_review(call, world.a)]

        return act

    few = begun(own, begin(1))

    assert len(own.known) == 1  # the call; what comes after the writing is not kept
    assert begun(own, begin(2)) != few


def test_a_step_that_is_taken_otherwise_is_another(own):
    one, other = (
        begun(own, lambda world, size=size: [world.firm(size=size)]) for size in ("small", "medium")
    )

    assert len(own.known) == 2
    assert one != other
