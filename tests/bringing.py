"""A workbook of rows brought in by an officer, as tests of imports do it."""

from applications.kernel import importing
from applications.kernel.importing import Import
from applications.portal.tasks import carry_imports_on
from tests.world import workbook


def brought(world, sheet, rows, *, title="", **more):
    """A file with these rows, the first its head, read by the timetable."""
    found = importing.begin(
        sheet,
        upload=workbook(title or str(sheet.title), rows, **more),
        reason="A list of the ministry",
        by=world.officer,
    )
    carry_imports_on()
    return Import.objects.get(pk=found.pk)


def written(found, world, *, good_only=False):
    importing.confirm(found, good_only=good_only, by=world.officer)
    carry_imports_on()
    found.refresh_from_db()
    return found


def said(found):
    return [(row.line, row.outcome, row.faults) for row in found.rows.order_by("line")]
