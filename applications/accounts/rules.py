"""WHETHER of accounts: pure functions."""

import re

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

TERMS_VERSION = "2026-11"
PRIVACY_VERSION = "2026-11"


def address_wrong(email):
    """Why a letter could not reach this address, or would reach another than the one that is seen."""
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*", email):
        return [
            Reason(_("Please enter an e-mail address in Latin letters, such as name@firm.co.kr."), "email")
        ]
    return []
