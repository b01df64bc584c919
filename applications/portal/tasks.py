"""What the clock does with files: it reads those that officers bring in and writes what was confirmed, and writes those of long lists."""

from celery import shared_task

from applications.kernel import clock, exports
from applications.kernel.exports import Export
from applications.kernel.importing import Import, carry_on
from applications.portal.importing import SHEETS
from applications.portal.lists import list_for


@shared_task
def carry_imports_on():
    """Every ten seconds."""
    waiting = Import.objects.to_carry_on(clock.now()).select_related("file", "begun_by", "confirmed_by")
    for found in waiting[:20]:
        carry_on(found, SHEETS[found.sheet])


@shared_task
def carry_exports_on():
    """Every ten seconds; what has been kept for a day is let go."""
    now = clock.now()
    for found in Export.objects.to_drop(now)[:20]:
        exports.drop(found)
    for found in Export.objects.to_carry_on(now).select_related("asked_by")[:5]:
        exports.carry_on(found, list_for(found.asked_by, found.of))
