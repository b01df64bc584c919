"""Every change of a sheet with the event that it leaves: whoever changes one does it here (docs/decisions/0021-sheet-events.md)."""

from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.lifecycle import SHEET
from applications.review.models import Assignment, SheetEvent


def locked(assignment, application=None):
    """Read the same sheet anew under its lock; sight is asked anew. application: what it is about, under its lock."""
    vars(assignment).pop("found_for", None)
    assignment.refresh_from_db(from_queryset=Assignment.objects.select_for_update(no_key=True))
    if application:
        assignment.application = application


def advance(assignment, name, kind, *, by, unless=lambda _sheet: [], note="", **fields):
    """Make one move of a sheet, and append it to its events. Raises Denied or Refused."""
    locked(assignment)
    SHEET.check(assignment, name, by=by)
    if reasons := unless(assignment):
        raise Refused(*reasons, about=assignment)
    SHEET.make(assignment, name, by=by, note=note, version=assignment.version + 1, **fields)
    append(assignment, kind, by=by, note=note)


def append(assignment, kind, *, by, values=None, words=None, note=""):
    """Write the event that the present version of a locked sheet comes from."""
    SheetEvent.objects.create(
        assignment=assignment, ordinal=assignment.version, kind=kind, by=by, at=clock.now(), note=note,
        values={str(pk): f"{value:f}" for pk, value in (values or {}).items()}, words=words or {},
    )  # fmt: skip
