"""HOW a published list goes on: appeals that were upheld, places that were given up (docs/domain.md, further lists).

Nobody loses a place by it. Who was selected and has not given up stays selected; what is new stands beside them.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from applications.decision.rules import Line, cut, is_ordered, obstacle, order, outcomes
from applications.decision.selection import Purse, Room
from applications.kernel.errors import Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands before: what the list in force says of it, result "" where it says nothing.

    holds: that still stands. It does not where an appeal has opened the decision again.
    """

    holds: bool
    result: str = ""
    reserve_rank: int | None = None
    reason: str = ""
    rank: int = 0


def redraw(
    candidates,
    stood,
    *,
    first_selected,
    seats,
    reserves,
    pass_mark,
    select_mark,
    budget_krw=None,
    line="",
    bounds=(),
    decided=None,
):
    """The further list: Lines, best first.

    candidates: all that the list in force holds and that have not given up, and those decided anew; of who is selected
    the grant that was. stood: {id: Standing}; first_selected: how many the first list selected; decided: {id: place
    among those of equal scores}, of all of a group or none; of the others who is on the list stands as it did, before who
    comes to it. Who was decided anew is selected, beside all others, where the list drawn from
    nothing would select it; else it stands among the reserves by its score. A free place goes down the pool in order.
    """
    decided = _ranks(stood) | (decided or {})
    ranked = order(candidates, decided)
    held = [c for c in ranked if stood[c.pk].holds and stood[c.pk].result == "selected"]
    pool = [c for c in ranked if not stood[c.pk].holds or stood[c.pk].result == "reserved"]
    marks = {"pass_mark": pass_mark, "select_mark": select_mark}
    whole = cut(
        held + pool, seats=seats, reserves=0, budget_krw=budget_krw, bounds=bounds, decided=decided, **marks
    )
    owed = {
        line.candidate.pk
        for line in whole
        if line.result == "selected" and not stood[line.candidate.pk].holds
    }
    free = max(0, min(seats, first_selected) - len(held))
    coming = held + [c for c in pool if not _fails(c, pass_mark)]
    room = Room(len(held) + free, bounds, {c.pk: c.coming for c in coming}, Purse(budget_krw, line))
    for c in held:
        room.take(c.pk)
    room.settle()
    results = {c.pk: _of_pool(c, stood[c.pk], c.pk in owed, room, marks) for c in pool}
    _put_on_reserve(pool, stood, results, reserves)
    return _lines(ranked, stood, results, pass_mark)


def _ranks(stood):
    """{id: rank} of who is on the list that stands."""
    return {pk: one.rank for pk, one in stood.items() if one.holds}


def _fails(c, pass_mark):
    return bool(c.failings) or c.base < pass_mark


def _of_pool(c, standing, is_owed, room, marks):
    """(result, reason) of one that is on the reserve list or decided anew; "" for a passer without a place yet.

    Who failed when it was scored again keeps its number on the reserve list, and does not come up from it.
    """
    if _fails(c, marks["pass_mark"]):
        said = cut([c], seats=0, reserves=0, **marks)[0].reason
        return ("reserved" if standing.result == "reserved" else "declined"), said
    why = obstacle(c, room, marks["pass_mark"])
    if not why:
        room.take(c.pk)
        return "selected", _came_up(standing)
    if is_owed and room.purse.holds(c.grant_krw):
        room.add(c.pk)
        return "selected", _("selected in addition by an appeal: %(base)s ≥ %(mark)s") % {
            "base": c.base,
            "mark": marks["select_mark"],
        }
    room.skip(c.pk)
    return ("reserved" if standing.result == "reserved" else ""), why


def _came_up(standing):
    if standing.holds:
        return _("came up from reserve %(rank)d") % {"rank": standing.reserve_rank}
    return _("decided again after an appeal")


def _put_on_reserve(pool, stood, results, most):
    """A passer who was decided anew stands on the reserve list by its score, where it is long enough or somebody below is on it."""
    on_it = [place for place, c in enumerate(pool) if results[c.pk][0] == "reserved"]
    for place, c in enumerate(pool):
        result, reason = results[c.pk]
        if result == "":
            is_in = len(on_it) < most or any(other > place for other in on_it)
            results[c.pk] = ("reserved" if is_in else "declined", reason)
            if is_in:
                on_it.append(place)


def _lines(ranked, stood, results, pass_mark):
    """Every number of the reserve list stays as it was told, unless somebody comes in: then they are counted anew."""
    reserved = [c for c in ranked if results.get(c.pk, ("",))[0] == "reserved"]
    if all(stood[c.pk].holds for c in reserved):
        numbers = {c.pk: stood[c.pk].reserve_rank for c in reserved}
    else:
        numbers = {c.pk: number for number, c in enumerate(reserved, 1)}
    lines = []
    for rank, c in enumerate(ranked, 1):
        result, reason = results.get(c.pk, (stood[c.pk].result, stood[c.pk].reason))
        passed = not _fails(c, pass_mark)
        lines.append(Line(c, rank, result, numbers.get(c.pk), str(reason), passed))
    return lines


def changed(lines, stood):
    """The lines that firms are told of: decided anew, another result, another number on the reserve list."""

    def is_new(line):
        was = stood[line.candidate.pk]
        return not was.holds or (line.result, line.reserve_rank) != (was.result, was.reserve_rank)

    return [line for line in lines if is_new(line)]


def undecided(candidates, stood, *, decided=None, **limits):
    """Groups of equals, with somebody who was decided anew, whose order makes a difference and was not said: a person says it.

    limits: the others that redraw takes. It makes a difference where results differ among them, or where the list is
    another one when they stand the other way round.
    """

    def results(order):
        return outcomes(redraw(candidates, stood, decided=order, **limits))

    found, drawn = [], results(decided)
    for group in equals(candidates, stood, limits["pass_mark"]):
        ids = [c.pk for c in group]
        if is_ordered(ids, decided):
            continue
        backwards = {pk: place for place, pk in enumerate(reversed(ids), 1)}
        if len({drawn[pk] for pk in ids}) > 1 or results({**(decided or {}), **backwards}) != drawn:
            found.append(group)
    return found


def equals(candidates, stood, pass_mark):
    """Groups of equal passers that compete for places, with somebody in each who was decided anew, in the order of the list."""
    groups = {}
    for c in order(candidates, _ranks(stood)):
        holds = stood[c.pk].holds
        if not _fails(c, pass_mark) and not (holds and stood[c.pk].result == "declined"):
            groups.setdefault(c.key, []).append(c)
    return [
        group for group in groups.values() if len(group) > 1 and any(not stood[c.pk].holds for c in group)
    ]


def reordered(candidates, stood, decided):
    """Why these places among equals cannot stand: who is on the published list has its order already. decided: {id: place}."""
    before = {c.pk: stood[c.pk].rank for c in candidates if stood[c.pk].holds and c.pk in (decided or {})}
    groups = {}
    for c in order(candidates, decided):
        if c.pk in before:
            groups.setdefault(c.key, []).append(before[c.pk])
    if any(ranks != sorted(ranks) for ranks in groups.values()):
        return [Reason(_("Equals who are on the published list keep their order among themselves."))]
    return []
