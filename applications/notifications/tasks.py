"""Queued work of the post office: keys in, safe to run twice."""

from celery import shared_task

from applications.kernel import clock
from applications.kernel.heartbeat import beat
from applications.notifications.delivery import deliver, settle
from applications.notifications.models import Letter


@shared_task
def deliver_letter(key):
    deliver(key)


@shared_task
def sweep_letters():
    """Every minute: take up what a lost worker or a dead broker left behind, and erase what was lent for a time."""
    beat("letters")
    now = clock.now()
    for letter in Letter.objects.lost_at_the_server(now):
        settle(letter, Letter.Status.UNCERTAIN, "The sender was lost while the server had the letter.")
    Letter.objects.filter(erase_at__lte=now).delete()
    for key in list(Letter.objects.due(now).values_list("key", flat=True)[:500]):
        deliver_letter.delay(str(key))
