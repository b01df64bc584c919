"""Rows that one worker at a time works on: who takes one writes down when, and has lost it when the lease is over."""

from datetime import timedelta

from django.db.models import Q

LEASE = timedelta(minutes=2)  # of one round, unless it takes longer; who has not come back by then is lost


def free(now, lease=LEASE):
    """Rows (column taken_at) that nobody works on, and those of who has not come back in time."""
    return Q(taken_at=None) | Q(taken_at__lt=now - lease)
