"""Every score can be computed again from the events of its sheets, and what differs is found."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.review import actions, recomputing, visiting
from applications.review.happening import advance
from applications.review.models import Assignment, Score, SheetEvent
from applications.review.recomputing import Difference, recompute
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
G44 = [(80, 70, 60), (90, 65, 75), (61, 62, 63)]


@pytest.fixture
def a1(world):
    return world.in_review(world.r1, world.a)


def history(sheet):
    return [(e.ordinal, e.kind, e.by, e.note) for e in sheet.events.order_by("ordinal").select_related("by")]


def run(*options):
    told = StringIO()
    call_command("recompute_scores", *options, stdout=told)
    return told.getvalue().splitlines()


def test_each_change_of_a_sheet_is_an_event_with_who_what_and_why(world, a1):
    sheet = world.handed_in(a1, *G44[0])
    reviewer, criteria = sheet.reviewer, [str(c.pk) for c in actions.queries.criteria_of(sheet.stage)]

    actions.reopen(sheet, reason="A slip of the pen", by=world.officer)
    world.save(sheet, 81, 70)
    world.save(sheet, 81, 70, 60)
    actions.hand_in(sheet, by=reviewer)
    actions.exclude(sheet, reason="Found wanting", by=world.officer)

    assert history(sheet) == [
        (1, "declared", reviewer, ""),
        (2, "saved", reviewer, ""),
        (3, "handed_in", reviewer, "71.5"),
        (4, "reopened", world.officer, "A slip of the pen"),
        (5, "saved", reviewer, ""),
        (6, "saved", reviewer, ""),
        (7, "handed_in", reviewer, "71.9"),
        (8, "excluded", world.officer, "Found wanting"),
    ]
    values = list(sheet.events.order_by("ordinal").values_list("values", flat=True))
    assert values[2] == dict(zip(criteria, ("80.0", "70.0", "60.0"), strict=True))
    assert values[4] == dict(zip(criteria[:2], ("81", "70"), strict=True))
    assert [bool(value) for value in values] == [False, True, True, False, True, True, True, False]
    assert sheet.events.get(ordinal=7).words == dict.fromkeys(
        ("strengths", "weaknesses", "overall"), "Ten letters and more"
    ) | {"notes": {}}
    assert Assignment.objects.get(pk=sheet.pk).version == 8


def test_saving_what_is_saved_already_is_no_event(world, a1):
    sheet = world.assigned(a1)
    world.save(sheet, *G44[0])
    world.save(sheet, *G44[0])

    assert [kind for _ordinal, kind, _by, _note in history(sheet)] == ["declared", "saved"]


def test_a_refused_act_is_no_event(world, a1):
    sheet = world.handed_in(a1, *G44[0])

    for act in (
        lambda: world.save(sheet, 1, 2, 3),
        lambda: actions.reopen(sheet, reason="no", by=world.officer),
        lambda: actions.hand_in(sheet, by=sheet.reviewer),
    ):
        with pytest.raises(Exception):  # noqa: B017  Refused or Denied
            act()

    assert sheet.events.count() == 3


def played(world, a1):
    """A panel to which everything has happened that can happen to a sheet."""
    sheets = [world.handed_in(a1, *values) for values in (*G44, (70, 70, 70), (55, 65, 75), (99, 1, 50))]
    actions.reopen(sheets[0], reason="A slip of the pen", by=world.officer)
    world.save(sheets[0], 81, 71, 61)
    actions.hand_in(sheets[0], by=sheets[0].reviewer)
    actions.reopen(sheets[5], reason="It stays open", by=world.officer)
    actions.exclude(sheets[1], reason="Found wanting", by=world.officer)
    actions.declare(sheets[2], code="C3", by=sheets[2].reviewer)
    world.adjusted(a1, 2)
    world.adjusted(a1, "-1.5", name="Late")
    world.save(world.assigned(a1), 12, 13)
    return sheets


def test_everything_that_can_happen_recomputes_to_what_is_stored(world, a1):
    *_others, left_open = played(world, a1)
    world.in_review(world.r1, world.b)  # nobody asked yet
    assert list(recompute()) == []
    actions.hand_in(left_open, by=left_open.reviewer)

    actions.close_review(Application.objects.get(pk=a1.pk), by=world.officer)
    assert list(recompute()) == []
    assert run("--check") == ["Everything is as the events say."]


def test_a_published_score_stands_where_a_conflict_is_declared_after_it(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    actions.close_review(Application.objects.get(pk=a1.pk), by=world.officer)
    world.published(world.r1)

    actions.declare(sheets[0], code="C3", by=sheets[0].reviewer)

    assert history(sheets[0])[-1][1] == "too_late"
    assert Application.objects.get(pk=a1.pk).final_score == Decimal("70.28")
    assert list(recompute()) == []


@pytest.mark.parametrize("closed", [False, True])
def test_a_withdrawn_application_is_scored_as_it_stood(world, a1, closed):
    for values in G44:
        world.handed_in(a1, *values)
    application = Application.objects.get(pk=a1.pk)
    if closed:
        actions.close_review(application, by=world.officer)
    intake.withdraw(application, reason="We sold the firm", by=world.owner_of(a1.firm))

    assert list(recompute()) == []


def tampered(a1, sheet):
    """Behind the back of the house."""
    Application.objects.filter(pk=a1.pk).update(final_score=Decimal("99.00"), stage_scores=[[1, 3, "99.00"]])
    Assignment.objects.filter(pk=sheet.pk).update(total=Decimal(99))
    Score.objects.filter(assignment=sheet, criterion=sheet.scores.first().criterion).update(value=99)


def test_what_was_changed_behind_the_back_of_the_house_is_found_and_nothing_is_written(world, a1):
    sheet, *_others = [world.handed_in(a1, *values) for values in G44]
    tampered(a1, sheet)
    before = (
        list(Application.objects.values()),
        list(Assignment.objects.values()),
        list(Score.objects.values()),
    )

    with pytest.raises(CommandError, match="4 of 4 differences stand as they are"):
        run("--check")

    assert [
        (one.what, str(one.stored), str(one.computed)) for one in recompute() if one.what != "scores"
    ] == [
        ("total", "99.000", "71.5"),
        ("stage_scores", "[[1, 3, '99.00']]", "[[1, 3, '70.28']]"),
        ("final_score", "99.00", "70.28"),
    ]
    assert (
        list(Application.objects.values()),
        list(Assignment.objects.values()),
        list(Score.objects.values()),
    ) == before


def test_it_is_mended_with_a_trace_and_then_nothing_differs(world, a1):
    sheet, *_others = [world.handed_in(a1, *values) for values in G44]
    tampered(a1, sheet)

    told = run()

    assert len(told) == 5
    assert told[-1] == "4 differences, all mended."
    assert f"{a1.number}: final_score is 99.00, the events say 70.28 (mended)" in told
    sheet.refresh_from_db()
    assert (sheet.total, Application.objects.get(pk=a1.pk).final_score) == (Decimal("71.5"), Decimal("70.28"))
    entry = audit.trail(a1).last()
    assert (entry.verb, entry.actor, entry.after["final_score"]) == ("recompute", None, "70.28")
    assert run("--check") == ["Everything is as the events say."]


def test_a_status_and_a_published_score_are_told_and_left_alone(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    Assignment.objects.filter(pk=sheets[0].pk).update(status="excluded")
    assert [(one.what, one.mended) for one in recompute(mend=True)] == [("status", False)]
    Assignment.objects.filter(pk=sheets[0].pk).update(status="handed_in")
    actions.close_review(Application.objects.get(pk=a1.pk), by=world.officer)
    world.published(world.r1)
    Application.objects.filter(pk=a1.pk).update(final_score=Decimal("99.00"))

    with pytest.raises(CommandError, match="1 of 1"):
        run()

    assert Application.objects.get(pk=a1.pk).final_score == Decimal("99.00")


def test_the_number_of_queries_does_not_grow_with_the_applications_of_a_batch(world, a1):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert list(recompute()) == []
        return len(asked)

    world.handed_in(a1, *G44[0])
    one = queries()
    for _application in range(3):
        other = world.in_review(world.r1)
        for values in G44:
            world.handed_in(other, *values)

    assert queries() == one


def test_applications_are_taken_batch_by_batch(world, a1, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 1)
    others = [world.in_review(world.r1), world.in_review(world.call()), world.in_review(world.r1)]
    for application in (a1, *others):
        Application.objects.filter(pk=application.pk).update(bonus=3)

    numbers = [one.number for one in recompute() if one.what == "bonus"]

    assert sorted(numbers) == sorted(application.number for application in (a1, *others))
    assert all(isinstance(one, Difference) for one in recompute())


def test_events_are_numbered_without_a_gap(world, a1):
    played(world, a1)

    for sheet in Assignment.objects.all():
        ordinals = list(
            SheetEvent.objects.filter(assignment=sheet).order_by("pk").values_list("ordinal", flat=True)
        )
        assert ordinals == list(range(1, sheet.version + 1))


def test_what_visitors_find_is_an_event_too_and_scores_nothing(world):
    call = world.with_visit(world.r1)
    application = world.in_review(call, world.a)
    for values in G44:
        world.handed_in(application, *values)
    actions.close_review(Application.objects.get(pk=application.pk), by=world.officer)
    visiting.appoint(
        Application.objects.get(pk=application.pk),
        at=AFTER + timedelta(days=4),
        place="Street 1",
        by=world.officer,
    )
    with clock.at(AFTER + timedelta(days=5)):
        sheet = world.visited(Application.objects.get(pk=application.pk), fit=True)

    events = list(sheet.events.order_by("ordinal").values_list("kind", flat=True))
    assert (events[0], events[-1]) == ("declared", "handed_in")
    assert sheet.events.last().words["fit"] is True
    assert list(recompute()) == []


def test_a_sheet_that_an_appeal_sets_aside_counts_no_more(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    for sheet in sheets[:2]:
        advance(sheet, "set_aside", SheetEvent.Kind.SET_ASIDE, by=world.director, note="Upheld")
    actions.store_score(Application.objects.get(pk=a1.pk))

    assert (Application.objects.get(pk=a1.pk).sheets, sheets[0].status) == (1, "set_aside")
    assert list(recompute()) == []
