"""Rows that one worker at a time works on: who takes one writes down when, and has lost it when the lease is over.

A table whose work takes long has the columns taken_at and tries, and a queryset with `to_carry_on(now)`, which knows by `free` what waits.
"""

import logging
from datetime import timedelta

from django.db.models import F, Q

from applications.kernel import clock

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)  # of one round, unless it takes longer; who has not come back by then is lost
LONG_LEASE = timedelta(minutes=5)  # of work that is silent for longer: it solves, or reads a whole file
MOST_TRIES = 3  # at one work, before it is given up


class Overtaken(Exception):
    """Another has taken the work up, or it was given up: nothing more of it is written here."""


def free(now, lease=LEASE):
    """Rows (column taken_at) that nobody works on, and those of who has not come back in time."""
    return Q(taken_at=None) | Q(taken_at__lt=now - lease)


def carry_on(row, work, **given_up):
    """One round of the work at a row, where it waits: work(row) does it and lets it go. Safe to run twice; one at a time does.

    given_up: the columns that say so where it was tried often enough; whatever goes wrong, it is tried anew when the lease is over.
    """
    now = clock.now()
    waits = type(row).objects.to_carry_on(now).filter(pk=row.pk)
    if waits.filter(tries__gte=MOST_TRIES).update(taken_at=None, **given_up):
        return
    if not waits.update(taken_at=now, tries=F("tries") + 1):
        return
    row.refresh_from_db()
    try:
        work(row)
    except Overtaken:
        logger.warning("The work at %s %s is no longer to be done here.", row._meta.model_name, row.key)
    except Exception:
        logger.exception("The work at %s %s is not carried on.", row._meta.model_name, row.key)


def hold(row, **how_far):
    """Keep the lease, and the row until the transaction ends; how_far: columns that tell of it. Raises Overtaken."""
    now = clock.now()
    held = type(row).objects.filter(pk=row.pk, taken_at=row.taken_at)
    if not held.update(taken_at=now, **how_far):
        raise Overtaken
    row.taken_at = now


def let_go(row, **columns):
    """End this work, in the transaction that holds it, with these columns."""
    for name, value in (columns | {"taken_at": None, "tries": 0}).items():
        setattr(row, name, value)
    row.save(update_fields=[*columns, "taken_at", "tries"])
