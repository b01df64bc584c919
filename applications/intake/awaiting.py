"""What a result list that is approved and has its instant holds still until it takes effect (docs/domain.md, an instant that is set)."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.errors import Reason
from applications.templatetags.grants import instant


def instant_of(call_id):
    """When the approved list of a call is published, None where none waits for its instant. A table of a later room: by name only."""
    lists = apps.get_model("applications", "Proposal").objects.filter(call=call_id, status="approved")
    return lists.values_list("publish_at", flat=True).first()


def is_due(call_id):
    """Whether the instant of an approved list has come and the list has not taken effect yet."""
    at = instant_of(call_id)
    return at is not None and at <= clock.now()


def held_still(call_id):
    """Why staff change nothing now that an approved list of a call was cut from, or tells; an empty list is that they may.

    Asked under the lock of an application of the call, or of the call: who sets the instant holds them all.
    """
    at = instant_of(call_id)
    if at is None:
        return []
    if at <= clock.now():
        return [
            Reason(
                _("The result of this call is being published just now. Please try again in a few minutes.")
            )
        ]
    said = _(
        "A list of this call is approved and published at %(time)s. Please take its instant back first, on the page of the list; what you change then asks for a new approval."
    )
    return [Reason(said % {"time": instant(at)})]
