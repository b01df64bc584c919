"""What stands in the way of the least places of a field or region, proven (docs/domain.md, selection)."""

from collections import Counter
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from applications.decision.rules import is_selectable, unmet
from applications.decision.selection import Room, ends


@dataclass(frozen=True)
class Hindrance:
    """A minimum that a list does not meet: its Bound, how many the list selects of it, and the rule that stands in the way."""

    bound: object
    taken: int
    why: str


def hindrances(lines, *, seats, pass_mark, select_mark, budget_krw, bounds, kept_out=frozenset(), **_others):
    """The Hindrance of each minimum that these lines do not meet.

    The limits are those of rules.cut; kept_out: ids of whom the committee does not select.
    """
    able = [line.candidate for line in lines if is_selectable(line.candidate, pass_mark, select_mark)]
    asked = [c for c in able if c.pk not in kept_out]
    return [
        Hindrance(bound, taken, str(_why(bound, able, asked, seats, budget_krw, bounds)))
        for bound, taken in unmet(lines, bounds)
    ]


def _why(bound, able, asked, seats, budget_krw, bounds):
    """The first of the rules that already alone, with those before it, keeps this minimum from being met."""
    of_able, of_asked = ([c for c in found if bound.end in ends(c.kind)] for found in (able, asked))
    if len(of_able) < bound.least:
        return _("Only %(number)d have no failing and reach the select mark.") % {"number": len(of_able)}
    if len(of_asked) < bound.least:
        said = _("The committee does not select %(number)d of the %(able)d who could be.")
        return said % {"number": len(of_able) - len(of_asked), "able": len(of_able)}
    below = Counter(c.kind for c in asked)
    if not reaches(bound, seats, bounds, below):
        return _of_room(bound, seats, bounds, below)
    if budget_krw is None:
        return _("The committee seated others first.")
    return _of_budget(bound, of_asked, budget_krw)


def reaches(bound, seats, bounds, below):
    """Whether this minimum can be met within these places and bounds, by the exact plan. below: {class: how many may come}."""
    return Room(seats, bounds, below).least[bound.end] >= bound.least


def _of_room(bound, seats, bounds, below):
    alone = [one if one == bound else replace(one, least=0) for one in bounds]
    if not reaches(bound, seats, alone, below):
        if bound.least > seats:
            return _("The call has only %(seats)d places.") % {"seats": seats}
        names = _in_the_way(bound, bounds, lambda bounds: reaches(bound, seats, bounds, below), alone)
        return _("The most places of %(names)s stand in the way.") % {"names": names}
    before = bounds[: bounds.index(bound)]
    names = ", ".join(f"{one.name} ({one.least})" for one in before if one.least)
    if reaches(bound, sum(below.values()), bounds, below):
        said = _("The %(seats)d places do not hold it beside the minimums before it: %(names)s.")
        return said % {"seats": seats, "names": names}
    return _("Within the most places it cannot be met beside the minimums before it: %(names)s.") % {
        "names": names
    }


def _in_the_way(bound, bounds, holds, alone):
    """Names of the maximums each of which keeps it from being met by itself; of all of them where only together they do."""
    limited = [one for one in alone if one != bound and one.most is not None]
    single = [
        one
        for one in limited
        if holds([replace(other, most=None) if other == one else other for other in alone])
    ]
    return ", ".join(f"{one.name} ({one.most})" for one in single or limited)


def _of_budget(bound, candidates, budget_krw):
    """The smallest grants that would do are more than the whole budget; else those above in the order have used it up."""
    needed = sum(sorted(c.grant_krw for c in candidates)[: bound.least])
    numbers = {"number": bound.least, "needed": f"{needed:,}", "budget": f"{budget_krw:,}"}
    if needed > budget_krw:
        said = _(
            "Even the %(number)d smallest grants are %(needed)s won, more than the budget of %(budget)s won."
        )
        return said % numbers
    said = _(
        "The %(number)d smallest grants are %(needed)s won of %(budget)s won, but who stands above is taken first: the budget keeps nothing free for a minimum."
    )
    return said % numbers
