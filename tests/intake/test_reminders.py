"""Reminders before the end of a call: to whom, when, once each, and never with a wrong date."""

from datetime import timedelta

import pytest

from applications.intake import actions
from applications.intake.coming import MARKS, RECALL_MARKS, mark_at
from applications.intake.models import Application
from applications.intake.tasks import remind, remind_of_supplements
from applications.kernel import clock
from applications.notifications.models import Letter
from tests.intake.test_actions import submit
from tests.world import AFTER, CLOSES, OPENS

BEGUN = OPENS + timedelta(days=1)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def round_at(instant):
    with clock.at(instant):
        remind()


def subjects(person):
    return list(Letter.objects.filter(to=person).order_by("pk").values_list("subject", flat=True))


def english(person):
    type(person).objects.filter(pk=person.pk).update(language="en")
    return person


@pytest.fixture
def draft(world):
    draft = world.draft(world.r1, world.a, at=BEGUN)
    english(draft.created_by)
    return draft


def through(*instants):
    for instant in instants:
        round_at(instant)


# Rules


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (7 * DAY + SECOND, None), (7 * DAY, "D-7"), (7 * DAY - 6 * HOUR + SECOND, "D-7"), (7 * DAY - 6 * HOUR, None),
        (3 * DAY, "D-3"), (DAY, "D-1"), (18 * HOUR, None), (3 * HOUR, "3h"), (SECOND, "3h"), (0 * SECOND, None),
    ],
)  # fmt: skip
def test_a_mark_comes_at_its_instant_and_is_not_made_up_for_much_later(left, code):
    mark = mark_at(CLOSES, MARKS, now=CLOSES - left)

    assert (mark.code if mark else None) == code


def test_changes_are_reminded_of_only_a_day_and_three_hours_before():
    assert [mark.code for mark in RECALL_MARKS] == ["D-1", "3h"]


# Letters


def test_a_draft_is_reminded_of_once_at_each_mark_with_the_date(world, draft):
    editor, viewer = english(world.member(world.a)), english(world.member(world.a, "viewer"))
    marks = [CLOSES - before for before in (7 * DAY, 3 * DAY, DAY, 3 * HOUR)]

    for mark in marks:
        through(mark - SECOND, mark, mark + SECOND, mark + HOUR)
    through(CLOSES, CLOSES + HOUR)

    expected = [
        f"[Deadline: {left}] Your draft is not submitted yet"
        for left in ("D-7", "D-3", "D-1", "3 hours left")
    ]
    assert [subjects(person) for person in (draft.created_by, editor)] == [expected] * 2
    assert subjects(viewer) == []
    letter = Letter.objects.filter(to=draft.created_by).first()
    assert "The call closes on 15 Dec 2026, 18:00." in letter.body
    assert draft.get_absolute_url() in letter.body


def test_what_is_submitted_or_discarded_is_left_in_peace(world, draft):
    discarded = world.draft(world.r1, world.b, at=BEGUN)
    through(CLOSES - 7 * DAY)
    submit(draft, at=CLOSES - 6 * DAY)
    actions.withdraw(discarded, reason="", by=discarded.created_by)

    through(CLOSES - 3 * DAY, CLOSES - DAY, CLOSES - 3 * HOUR)

    assert Letter.objects.filter(kind="draft_reminder").count() == 2


def test_a_draft_begun_after_a_mark_is_not_told_of_it(world):
    late = world.draft(world.r1, world.a, at=CLOSES - 3 * DAY + SECOND)

    through(CLOSES - 3 * DAY + 2 * SECOND)

    assert Letter.objects.filter(to=late.created_by).count() == 0


def test_after_an_extension_the_marks_are_those_of_the_new_end(draft):
    through(CLOSES - 3 * DAY)
    type(draft.call).objects.filter(pk=draft.call_id).update(closes_at=CLOSES + 4 * DAY)

    through(CLOSES - DAY, CLOSES - 3 * HOUR, CLOSES + DAY)

    bodies = Letter.objects.filter(to=draft.created_by).order_by("pk").values_list("body", flat=True)
    assert subjects(draft.created_by) == ["[Deadline: D-3] Your draft is not submitted yet"] * 2
    assert ["15 Dec 2026" in bodies[0], "19 Dec 2026" in bodies[1]] == [True, True]


def test_a_person_of_two_firms_is_told_of_both_drafts(world, draft):
    second = world.firm(owner=draft.created_by, name="Second firm")
    world.draft(world.r1, second, at=BEGUN)

    through(CLOSES - DAY, CLOSES - DAY + SECOND)

    assert len(subjects(draft.created_by)) == 2


def test_recalled_changes_are_reminded_of_and_no_longer_once_submitted(world, draft):
    submit(draft, at=CLOSES - 9 * DAY)
    draft.refresh_from_db()
    with clock.at(CLOSES - 8 * DAY):
        changes = actions.recall(draft, by=draft.created_by, now=CLOSES - 8 * DAY)
    Letter.objects.all().delete()

    through(CLOSES - 7 * DAY, CLOSES - 3 * DAY, CLOSES - DAY)
    submit(changes, at=CLOSES - 4 * HOUR)
    through(CLOSES - 3 * HOUR)

    reminders = Letter.objects.filter(kind__endswith="reminder").values_list("subject", flat=True)
    assert list(reminders) == ["[Deadline: D-1] Your changes are not submitted yet"]


def test_a_closed_account_is_not_written_to(draft):
    type(draft.created_by).objects.filter(pk=draft.created_by_id).update(is_active=False)

    through(CLOSES - DAY)

    assert Letter.objects.count() == 0


@pytest.mark.parametrize("drafts", [1, 3, 12])
def test_a_round_asks_as_often_for_many_drafts_as_for_one(world, django_assert_num_queries, drafts):
    Application.objects.bulk_create(
        Application(call=world.r1, firm=firm, created_by=world.owner_of(firm), created_at=BEGUN)
        for firm in [world.firm() for _number in range(drafts)]
    )

    with clock.at(CLOSES - DAY):
        # calls; twice a savepoint around applications and people; letters
        with django_assert_num_queries(9):
            remind()
        letters = Letter.objects.count()
        with django_assert_num_queries(7):
            remind()

    assert (letters, Letter.objects.count()) == (drafts, drafts)


def test_a_day_before_a_supplement_is_due_its_firm_is_told_once_and_nobody_who_has_handed_it_in(world):
    waiting, handed, short = (world.submitted(world.sprout) for _number in range(3))
    papers, due = world.sprout.papers.filter(required=True)[:1], AFTER + 7 * DAY
    for application, asked_at in ((waiting, AFTER), (handed, AFTER), (short, due - DAY)):
        with clock.at(asked_at):
            actions.request_supplement(
                application, papers=papers, message="Page 2 is missing", due_at=due, by=world.officer
            )
    english(world.owner_of(waiting.firm))
    handed.supplements.update(handed_in_at=AFTER + DAY)

    counts = []
    for at in (due - DAY - SECOND, due - DAY, due - HOUR, due):
        with clock.at(at):
            remind_of_supplements()
        counts.append(Letter.objects.filter(kind="supplement_due").count())

    assert counts == [0, 1, 1, 1]
    letter = Letter.objects.get(kind="supplement_due")
    assert (letter.to, letter.subject) == (
        world.owner_of(waiting.firm), "[Supplement due D-1] What is not mended may be ruled out",
    )  # fmt: skip
    assert "27 Dec 2026, 12:00" in letter.body and "Page 2 is missing" in letter.body


def test_a_cancelled_call_reminds_nobody(draft):
    type(draft.call).objects.filter(pk=draft.call_id).update(cancelled_at=OPENS + 2 * DAY)

    through(CLOSES - DAY)

    assert Letter.objects.count() == 0
