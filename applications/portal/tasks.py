"""What the clock does with the files that officers bring in: it reads them, and writes what was confirmed."""

from celery import shared_task

from applications.kernel import clock
from applications.kernel.importing import Import, carry_on
from applications.portal.importing import SHEETS


@shared_task
def carry_imports_on():
    """Every ten seconds."""
    for found in Import.objects.to_carry_on(clock.now()).select_related("file", "begun_by", "confirmed_by")[
        :20
    ]:
        carry_on(found, SHEETS[found.sheet])
