"""What every room asks for in the same words. Pure."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

REASON_LENGTH = 5


def too_short(reason, field="reason"):
    """A reason says something (at least five characters). field: where it is written."""
    if len(reason.strip()) < REASON_LENGTH:
        return [Reason(_("Please write the reason (at least 5 characters)."), field)]
    return []


def not_ahead(instant, *, now, field="at"):
    """A time by which something is to be done lies ahead. field: where it is written."""
    return [] if instant > now else [Reason(_("This time is over already."), field)]
