"""WHETHER of the cohort: free seats, and where each field's seats are drawn (docs/domain.md, the hundred)."""

from django.utils.translation import gettext_lazy as _

from applications.cohort.models import SEATS
from applications.kernel.errors import Reason

PATH = {2023: 12, 2024: 31, 2025: 52, 2026: 74, 2027: 100}  # net, at the end of each year


def free_place(taken):
    """The lowest seat that nobody holds, from 1 to 100, or None. taken: the seats that are held."""
    return next((place for place in range(1, SEATS + 1) if place not in taken), None)


def not_seatable(application, *, place, holds_seat):
    """Why this application cannot take a seat."""
    reasons = []
    if application.status != "selected" or application.call.is_rnd:
        reasons.append(Reason(_("Seats are for selected sprout companies.")))
    if holds_seat:
        reasons.append(Reason(_("This firm holds a seat already.")))
    if place is None:
        reasons.append(Reason(_("All hundred seats are held.")))
    return reasons
