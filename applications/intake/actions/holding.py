"""Holding the row of an application while a verb changes it."""

from applications.intake import coming
from applications.intake.models import Application
from applications.kernel.errors import Refused
from applications.lifecycle import APPLICATION


def lock(application, move, by, related=("call__programme", "firm__region")):
    """The row of the application locked, and the move asked of it; changes lock what they revise first.

    What is related (names for select_related) is read anew: it may have changed meanwhile.
    """
    locked = Application.objects.select_for_update(of=("self",), no_key=True).select_related(*related)
    original = locked.get(pk=application.amends_id) if application.amends_id else None
    application = locked.get(pk=application.pk)
    APPLICATION.check(application, move, by=by)
    if original:
        application.amends = original
        if reasons := coming.amendment_closed(original):
            raise Refused(*reasons, about=original)
    return application
