"""What the clock does for the review desk: it works out proposals who reviews what, and assigns those that are used."""

from celery import shared_task

from applications.kernel import clock
from applications.review.planning import carry_on
from applications.review.plans import Plan


@shared_task
def carry_plans_on():
    """Every ten seconds."""
    for plan in Plan.objects.to_carry_on(clock.now()).select_related("call", "stage", "asked_by", "used_by")[
        :5
    ]:
        carry_on(plan)
