"""What the clock does with files: it scans and reads those that came, and sweeps uploads that were given up."""

import time

from celery import shared_task

from applications.kernel import clock
from applications.kernel.files import arriving
from applications.kernel.files.examining import examine
from applications.kernel.files.stored import StoredFile

SECONDS = 20  # of one round: other work of the timetable waits for it where there is no broker


@shared_task
def examine_files():
    """Every ten seconds."""
    end = time.monotonic() + SECONDS
    for stored in StoredFile.objects.to_examine(clock.now())[:200]:
        examine(stored)
        if time.monotonic() > end:
            return


@shared_task
def sweep_uploads():
    """Every hour."""
    arriving.sweep(clock.now())
