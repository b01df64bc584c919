"""Several people pressing at the same moment: threads with connections of their own, released together."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

from django.db import connection
from django.utils import translation

from applications.kernel.errors import Refused


def together(*acts):
    """Run these functions at once; each outcome is what it returned, or its refusal."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=10)
            with translation.override("en"):
                return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def refusals(outcomes):
    """What was refused, in English."""
    with translation.override("en"):
        return [str(outcome) for outcome in outcomes if isinstance(outcome, Refused)]


def wait_until_somebody_waits():
    """Until another connection waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _try in range(500):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
    raise AssertionError("Nobody waits.")
