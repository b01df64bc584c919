"""WHETHER of accounts: pure functions."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

TERMS_VERSION = "2026-11"
PRIVACY_VERSION = "2026-11"


def reason_missing(reason):
    """Acts on another person's account carry a written reason."""
    if len(reason.strip()) < 5:
        return [Reason(_("Please write the reason (at least 5 characters)."), "reason")]
    return []
