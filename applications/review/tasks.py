"""What the clock does for review: proposals who reviews what are worked out and used, reviewers are invited and reminded, what a sheet takes is measured."""

from datetime import timedelta
from itertools import groupby

from celery import shared_task
from django.db import transaction

from applications.kernel import clock
from applications.kernel.rounds import each
from applications.notifications.outbox import notify_each
from applications.permissions import TIMETABLE
from applications.review import calibrating, membership, pacing, people, queries, seating
from applications.review.calibrations import Calibration
from applications.review.planning import carry_on
from applications.review.plans import Plan


@shared_task
def carry_plans_on():
    """Every ten seconds."""
    for plan in Plan.objects.to_carry_on(clock.now()).select_related("call", "stage", "asked_by", "used_by")[
        :5
    ]:
        carry_on(plan)


@shared_task
def carry_calibrations_on():
    """Every ten seconds."""
    for asked in Calibration.objects.to_carry_on(clock.now()).select_related("call")[:5]:
        calibrating.carry_on(asked)


MARKS = [("D-3", timedelta(days=3)), ("D-1", timedelta(days=1))]  # before the sheets of a stage are due


@shared_task
def remind_reviewers():
    """Every ten minutes. One letter to each reviewer for one mark before one due time, however often this runs."""
    now = clock.now()
    with transaction.atomic():
        found = queries.to_be_told(now, before=MARKS[0][1])
        notify_each(
            "review_due",
            (
                news_of(list(sheets), now=now)
                for _whose, sheets in groupby(found, lambda sheet: (sheet.stage_id, sheet.reviewer_id))
            ),
        )


def news_of(sheets, *, now):
    """(people, event, context) of one letter: the mark that is the last to have come."""
    stage, reviewer = sheets[0].stage, sheets[0].reviewer
    due = stage.due.at
    mark = [code for code, before in MARKS if now >= due - before][-1]
    event = f"{mark}:{stage.pk}:{due:%Y%m%dT%H%M%S}"
    return (
        [reviewer],
        event,
        {"left": mark, "stage": stage, "call": stage.call, "due": due, "count": len(sheets)},
    )


LOOKED_BACK = timedelta(days=1)


@shared_task
def look_at_participants():
    """Every ten minutes. Who came to an application under review within a day may stand with one of its reviewers: staff are told once."""
    each(queries.with_others_in_it(clock.now() - LOOKED_BACK), people.look_at)


@shared_task
def keep_invitations():
    """Every ten minutes: who has not answered in time gives way to the next one drawn, and who has a day left is reminded once."""
    now = clock.now()
    each(membership.overdue(now)[:100], seating.lapse, by=TIMETABLE)
    each(membership.to_be_reminded(now, seating.REMIND_BEFORE)[:100], seating.remind, by=TIMETABLE)


@shared_task
def measure_paces():
    """Every hour, each stage once a day: how long its sheets took."""
    each(pacing.to_measure(clock.now())[:100], pacing.measure)
