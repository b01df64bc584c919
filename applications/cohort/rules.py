"""WHETHER of the cohort: free seats, and where each field's seats are drawn (docs/domain.md, the hundred)."""

from django.utils.translation import gettext_lazy as _

from applications.cohort.models import SEATS
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short

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


def not_to_bring_in(row, *, today):
    """What is wrong with a designation of an officer's list by itself, each beside its column."""
    reasons, begun, ended = [], row["designated_on"], row["ended_on"]
    if begun > today:
        reasons.append(Reason(_("This date is still to come."), "designated_on"))
    if not min(PATH) <= row["year"] <= today.year:
        reasons.append(
            Reason(_("The programme selects since %(year)d.") % {"year": min(PATH)}, "year")
            if row["year"] < min(PATH)
            else Reason(_("This year is still to come."), "year")
        )
    if ended is None and (row["end"] or row["end_reason"]):
        reasons.append(Reason(_("How it ended is said without a day. Please fill in the day."), "ended_on"))
    if ended is not None:
        if ended > today:
            reasons.append(Reason(_("This date is still to come."), "ended_on"))
        if ended < begun:
            reasons.append(Reason(_("It cannot end before it begins."), "ended_on"))
        if not row["end"]:
            reasons.append(Reason(_("Please say how it ended."), "end"))
        reasons += too_short(row["end_reason"], "end_reason")
        if row["place"]:
            reasons.append(Reason(_("A designation that has ended holds no seat."), "place"))
    if row["place"] is not None and not 1 <= row["place"] <= SEATS:
        reasons.append(Reason(_("Seats are numbered from 1 to 100."), "place"))
    return reasons
