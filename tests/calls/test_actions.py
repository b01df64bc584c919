"""Prepare, edit, set the points, publish: what changes, its trace, and who may."""

import pytest
from django.db import IntegrityError, transaction

from applications.calls import actions
from applications.calls.models import Call, Programme
from applications.calls.stages import Criterion
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.taxonomy import IndustryField
from tests.asking import reasons
from tests.together import together
from tests.world import BEFORE, CLOSES, OPENS

pytestmark = pytest.mark.usefixtures("english")

FIELDS = {
    "title": "A call", "summary": "In short", "notice": "Notice", "opens_at": OPENS, "closes_at": CLOSES, "seats": 28,
}  # fmt: skip


def prepare(world, kind="sprout", **fields):
    programme = Programme.objects.get(kind=kind)
    return actions.prepare(programme=programme, year=2027, by=world.officer, **(FIELDS | fields))


def trail(call):
    return [(entry.verb, entry.actor_id) for entry in audit.trail(call)]


def points(call, *values):
    criteria = Criterion.objects.filter(group__stage__call=call)
    return dict(zip(criteria.values_list("pk", flat=True), values, strict=True))


def given(call):
    return list(Criterion.objects.filter(group__stage__call=call).values_list("points", flat=True))


def test_a_call_begins_with_the_outline_of_its_programme_and_a_number_of_its_series(world):
    call = prepare(world)
    others = [prepare(world), prepare(world, "rnd")]

    assert [one.number for one in [call, *others]] == ["RC-2027-S01", "RC-2027-S02", "RC-2027-R01"]
    assert (call.published_at, call.stages.count(), call.questions.count(), call.papers.count()) == (
        None,
        1,
        15,
        11,
    )
    assert [(call.items.filter(kind=kind).count()) for kind in ("bonus", "penalty")] == [9, 4]
    assert trail(call) == [("prepare", world.officer.pk)]


@pytest.mark.parametrize("who", ["director", "finance", "ministry", "auditor", "administrator"])
def test_only_officers_make_calls(world, who):
    person, call = getattr(world, who), prepare(world)

    for act, options in [
        (actions.edit, {"section": "notice", "version": 1, "title": "Other"}),
        (actions.set_points, {"points": {}, "version": 1}),
        (actions.publish, {}),
    ]:
        with pytest.raises(Denied):
            act(call, by=person, **options)
    with pytest.raises(Denied):
        actions.prepare(programme=call.programme, year=2027, by=person, **FIELDS)

    assert list(Call.objects.values_list("title", "published_at")) == [("A call", None)]


def test_edit_replaces_fields_and_leaves_a_trace(world):
    first, second = IndustryField.objects.all()[:2]
    call = prepare(world, open_to=[first])

    actions.edit(call, section="eligibility", version=1, by=world.officer2, most_years=7, open_to=[second])

    call.refresh_from_db()
    assert (call.most_years, list(call.open_to.all())) == (7, [second])
    assert trail(call)[-1] == ("edit", world.officer2.pk)


def test_g49_points_that_sum_to_101_are_refused_and_100_kept(world):
    call = prepare(world)
    nine = [15, 15, 10, 15, 10, 10, 10, 10, 5]

    said = reasons(actions.set_points, call, points=points(call, *nine[:-1], 6), version=1, by=world.officer)
    unchanged = given(call)
    actions.set_points(call, points=points(call, 20, 10, *nine[2:]), version=1, by=world.officer)

    assert said == ["The points of the criteria sum to 101, not to 100."]
    assert unchanged == nine
    assert given(call) == [20, 10, *nine[2:]]
    assert trail(call)[-1] == ("set_points", world.officer.pk)
    first, second, *_others = points(call, *nine)
    trace = audit.trail(call).last()
    assert (trace.before, trace.after) == (
        {str(first): 15, str(second): 15},
        {str(first): 20, str(second): 10},
    )


def test_publish_makes_the_call_public_and_fixes_it(world):
    call = prepare(world)
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)
    said = "This call is published; it is changed by a correction or extension notice only."

    call.refresh_from_db()
    assert (call.published_at, call.published_by) == (BEFORE, world.officer)
    assert trail(call)[-1] == ("publish", world.officer.pk)
    assert reasons(actions.edit, call, section="notice", version=1, by=world.officer, title="Other") == [said]
    assert reasons(actions.set_points, call, version=1, by=world.officer, points={}) == [said]
    assert reasons(actions.publish, call, by=world.officer) == [said]
    assert Call.objects.get().title == "A call"


def test_a_call_that_is_not_ready_is_not_published(world):
    call = prepare(world, "rnd")

    with clock.at(BEFORE):
        said = reasons(actions.publish, call, by=world.officer)

    assert said == [
        "An R&D call needs a budget line.",
        "An R&D call needs its budget.",
        "An R&D call needs the ceiling of one grant.",
    ]
    assert Call.objects.get().published_at is None


@pytest.mark.parametrize(
    "wrong", [{"opens_at": CLOSES, "closes_at": CLOSES}, {"pass_mark": 71, "select_mark": 70}]
)
def test_the_database_holds_instants_and_marks(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        prepare(world, **wrong)


@pytest.mark.postgresql
def test_two_officers_preparing_at_once_get_two_numbers(committed, world):
    assert world.officer

    calls = together(*[lambda: prepare(world)] * 2)

    assert sorted(call.number for call in calls) == ["RC-2027-S01", "RC-2027-S02"]
