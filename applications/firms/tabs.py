"""The tabs that stand on every page of a firm, each only for those who may open it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.firms.queries import to_be_let_in
from applications.kernel import clock

TABS = [
    ("firms:detail", "firm.view", _("Profile")),
    ("firms:members", "firm.members", _("Members")),
    ("firms:figures", "firm.view", _("Yearly figures")),
    ("firms:vault", "vault.view", _("Document vault")),
    ("firms:history", "firm.history", _("History")),
]


@dataclass(frozen=True)
class Tab:
    """waits: how many requests to join wait there for this person."""

    url: str
    label: str
    current: bool
    waits: int = 0


def tabs_of(firm, request):
    """The tabs of a firm for this person; the one of the page itself, which was asked for already, is marked."""
    tabs = []
    for name, permission, label in TABS:
        url = reverse(name, args=[firm.key])
        is_here = url == request.path
        if is_here or request.user.has_perm(permission, firm):
            waits = joining(firm, request.user).count() if name == "firms:members" else 0
            tabs.append(Tab(url, label, is_here, waits))
    return tabs


def joining(firm, user):
    """The requests to join this firm that wait for this person to answer them."""
    return to_be_let_in(user, clock.now()).filter(firm=firm)
