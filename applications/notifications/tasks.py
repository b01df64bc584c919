"""Queued work of the post office: ids in, safe to run twice."""

from celery import shared_task

from applications.kernel import clock
from applications.kernel.heartbeat import beat
from applications.notifications.delivery import deliver
from applications.notifications.models import Letter


@shared_task
def deliver_letter(letter_id):
    deliver(letter_id)


@shared_task
def sweep_letters():
    """Every minute: take up what a lost worker or a dead broker left behind."""
    beat("letters")
    for letter_id in list(Letter.objects.due(clock.now()).values_list("pk", flat=True)[:500]):
        deliver_letter.delay(letter_id)
