"""What a reviewer finds at the beginning: what to do, by when, and how long a sheet took others, of nobody by name."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.kernel import clock
from applications.review import actions, pacing, tasks
from applications.review.paces import Pace
from tests.asking import text
from tests.world import AFTER, browser

MINUTE = timedelta(minutes=1)


@pytest.mark.once
def test_time_is_what_lies_between_two_saves_without_the_pauses():
    at = [AFTER + minutes * MINUTE for minutes in (0, 20, 50, 81, 90)]

    assert pacing.worked(at) == 59 * MINUTE  # 20 + 30 + 9; the 31 are a pause
    assert pacing.worked(at[:1]) == pacing.worked([]) == timedelta()


@pytest.mark.once
@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        ([("a", 30), ("b", 40), ("c", 50), ("d", 60)], None),  # too few sheets
        ([("a", 30), ("a", 40), ("b", 50), ("b", 60), ("a", 70)], None),  # too few people
        ([("a", 30), ("b", 42), ("c", 43), ("a", 60), ("b", 300)], 45),
        ([("a", 30), ("b", 42), ("c", 42), ("a", 60), ("b", 300)], 40),
        ([("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2)], None),
    ],
)
def test_the_usual_time_is_a_median_to_five_minutes_once_it_tells_of_nobody(times, minutes):
    assert pacing.usual([(who, time * MINUTE) for who, time in times]) == minutes


@pytest.mark.usefixtures("english")
def test_the_beginning_says_what_to_do_by_when_and_how_long_it_took_others(world):
    call, reviewers = world.r1, [world.reviewer() for _number in range(5)]
    with clock.at(AFTER):
        applications = [world.in_review(call) for _number in range(2)]
        mine = [
            world.assigned(one, reviewers[0], clear=clear)
            for one, clear in zip(applications, (True, False), strict=True)
        ]
        actions.set_due(applications[0].stage, at=AFTER + timedelta(days=5), by=world.officer)
        theirs = [world.assigned(applications[0], who) for who in reviewers[1:]]
        last = world.assigned(applications[1], reviewers[1])

    def begin(at):
        with clock.at(at):
            tasks.measure_paces()
            client = browser(reviewers[0])
            return [text(client.get(address)) for address in (reverse("portal:home"), reverse("review:own"))]

    for number, sheet in enumerate([*theirs, last]):
        with clock.at(AFTER + 25 * MINUTE):
            world.save(sheet, 80, 70, 60)
        with clock.at(AFTER + (40 + number) * MINUTE):
            actions.hand_in(sheet, by=sheet.reviewer)
        if sheet is theirs[-1]:
            four = begin(AFTER + timedelta(hours=2))
            [kept] = Pace.objects.values_list("minutes", flat=True)
    same_day = begin(AFTER + timedelta(hours=20))
    next_day = begin(AFTER + timedelta(hours=27))

    assert kept is None
    for home, own in (four, same_day, next_day):
        for page in (home, own):
            assert "2 sheets · 1 to be declared first · by" in page
            assert "4 days left" in page or "5 days left" in page
    assert not [page for page in (*four, *same_day) if "A sheet took others" in page]
    assert all("A sheet took others about 40 minutes, without their pauses." in page for page in next_day)
    assert {mine[0].status, mine[1].status} == {"open"}
