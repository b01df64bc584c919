"""What the clock does with decisions: lists whose instant has come are published, how firm a cut is is worked out."""

import logging

from celery import shared_task

from applications.decision import actions, continuing, fairness, following, resampling
from applications.decision.models import Proposal
from applications.decision.resamplings import Resampling
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.heartbeat import beat
from applications.kernel.rounds import each
from applications.permissions import TIMETABLE

logger = logging.getLogger(__name__)


@shared_task
def publish_due():
    """Every half minute. A list that has changed since its approval loses its instant instead."""
    beat("timetable")
    due = Proposal.objects.filter(status=Proposal.Status.APPROVED, publish_at__lte=clock.now())
    each(due.select_related("call"), publish_or_stop)


def publish_or_stop(proposal):
    try:
        actions.take_effect(proposal, by=TIMETABLE)
    except Refused as refusal:
        logger.warning("The list of %s was not published: %s", proposal.call.number, refusal)
        actions.stop(proposal, by=TIMETABLE)


@shared_task
def end_reserves():
    """Every ten minutes: reserve lists whose last day is over end, and who is still on them is told."""
    ended = following.reserves_ended(clock.now()).select_related("call")
    each(ended, continuing.lapse, by=TIMETABLE)


@shared_task
def carry_resamplings_on():
    """Every ten seconds."""
    for asked in Resampling.objects.to_carry_on(clock.now()).select_related("call__programme")[:5]:
        resampling.carry_on(asked)


@shared_task
def report_fairness():
    """Every ten minutes: the public figures of calls whose list is confirmed."""
    each(fairness.to_report().select_related("call"), fairness.report, by=TIMETABLE)
