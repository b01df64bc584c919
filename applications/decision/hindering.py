"""What stands in the way of the least places of a field or region, proven (docs/domain.md, selection)."""

from collections import Counter
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from applications.decision.rules import is_selectable, kept_out, seated, unmet
from applications.decision.selection import Room, ends, least_cost


@dataclass(frozen=True)
class Hindrance:
    """A minimum that a list does not meet: its Bound, how many the list selects of it, and the rule that stands in the way."""

    bound: object
    taken: int
    why: str


@dataclass(frozen=True)
class Case:
    """What a list is cut from. able: who has no failing and reaches the select mark; asked: those of them whom the committee does not
    keep out; first: those whom it has seated; money in won or None, line: the budget line, where that bounds it."""

    able: list
    asked: list
    first: list
    seats: int
    bounds: list
    money: int | None
    line: str


def hindrances(lines, said, *, seats, pass_mark, select_mark, budget_krw, bounds, line="", **_others):
    """The Hindrance of each minimum that these lines do not meet. said: what the committee decided, {id: with its result}.

    The limits are those of rules.cut.
    """
    able = [one.candidate for one in lines if is_selectable(one.candidate, pass_mark, select_mark)]
    first = [
        one.candidate for one in lines if one.result == "selected" and seated(said.get(one.candidate.pk))
    ]
    asked = [c for c in able if not kept_out(said.get(c.pk))]
    case = Case(able, asked, first, seats, bounds, budget_krw, line)
    return [Hindrance(bound, taken, str(_why(bound, case))) for bound, taken in unmet(lines, bounds)]


def of_further(lines, bounds):
    """The Hindrance of each minimum that a further list does not meet: who was selected stays, and only free places are filled."""
    listed = Counter(end for one in lines if one.result != "declined" for end in ends(one.candidate.kind))
    few = _("Only %(number)d are selected or on the reserve list.")
    said = _(
        "A further list takes no place from anybody: what is free goes down the reserve list, within places, maximums and budget."
    )
    return [
        Hindrance(
            bound,
            taken,
            str(few % {"number": listed[bound.end]} if listed[bound.end] < bound.least else said),
        )
        for bound, taken in unmet(lines, bounds)
    ]


def _why(bound, case):
    """The first of the rules that already alone, with those before it, keeps this minimum from being met."""
    of_able, of_asked = (_of(bound, found) for found in (case.able, case.asked))
    if len(of_able) < bound.least:
        return _("Only %(number)d have no failing and reach the select mark.") % {"number": len(of_able)}
    if len(of_asked) < bound.least:
        said = _("The committee does not select %(number)d of the %(able)d who could be.")
        return said % {"number": len(of_able) - len(of_asked), "able": len(of_able)}
    if not reaches(bound, case.seats, case.bounds, case.asked):
        return _of_room(bound, case.seats, case.bounds, case.asked)
    if not reaches(bound, case.seats, case.bounds, case.asked, case.first):
        return _("The committee seated others first.")
    return _of_money(bound, case)


def _of(bound, candidates):
    return [c for c in candidates if bound.end in ends(c.kind)]


def reaches(bound, seats, bounds, asked, first=()):
    """Whether this minimum can be met within these places and bounds, by the exact plan. asked: the Candidates who may come;
    first: those of them who are seated already."""
    return _room(seats, bounds, asked, first).least[bound.end] >= bound.least


def _room(seats, bounds, asked, first=()):
    room = Room(seats, bounds, {c.pk: c.coming for c in asked})
    for c in first:
        room.take(c.pk)
    room.settle()
    return room


def _of_room(bound, seats, bounds, asked):
    alone = _alone(bound, bounds)
    if not reaches(bound, seats, alone, asked):
        if bound.least > seats:
            return _("The call has only %(seats)d places.") % {"seats": seats}
        names = _in_the_way(bound, alone, lambda bounds: reaches(bound, seats, bounds, asked))
        return _("The most places of %(names)s stand in the way.") % {"names": names}
    names = _before(bound, bounds)
    if reaches(bound, len(asked), bounds, asked):
        said = _("The %(seats)d places do not hold it beside the minimums before it: %(names)s.")
        return said % {"seats": seats, "names": names}
    return _("Within the most places it cannot be met beside the minimums before it: %(names)s.") % {
        "names": names
    }


def _alone(bound, bounds):
    """These bounds with no other minimum."""
    return [one if one == bound else replace(one, least=0) for one in bounds]


def _before(bound, bounds):
    """The minimums before this one, by name."""
    return ", ".join(f"{one.name} ({one.least})" for one in bounds[: bounds.index(bound)] if one.least)


def _in_the_way(bound, alone, holds):
    """Names of the maximums each of which keeps it from being met by itself; of all of them where only together they do."""
    limited = [one for one in alone if one != bound and one.most is not None]
    single = [
        one
        for one in limited
        if holds([replace(other, most=None) if other == one else other for other in alone])
    ]
    return ", ".join(f"{one.name} ({one.most})" for one in single or limited)


def _of_money(bound, case):
    """What keeps it from being met with the money, each proven by the cheapest list that does: the money alone, with the most places,
    with the minimums before it, with whom the committee seated; else those above in the order have used it up."""
    if case.money is None:
        return _("The committee seated others first.")
    smallest = sum(sorted(c.grant_krw for c in _of(bound, case.asked))[: bound.least])
    words = {
        "number": bound.least,
        "needed": f"{smallest:,}",
        "budget": f"{case.money:,}",
        "money": _words(case),
    }
    if smallest > case.money:
        return _("Even the %(number)d smallest grants are %(needed)s won, more than %(money)s.") % words

    def cost(bounds, seats=case.seats):
        return least_cost(case.asked, seats, bounds)

    alone = _alone(bound, case.bounds)
    if (needed := cost(alone)) > case.money:
        names = _in_the_way(bound, alone, lambda bounds: cost(bounds) <= case.money)
        said = _(
            "Within the most places of %(names)s the %(number)d smallest grants are %(needed)s won, more than %(money)s."
        )
        return said % (words | {"needed": f"{needed:,}", "names": names})
    until = _until(bound, case.bounds, _room(case.seats, case.bounds, case.asked))
    if (needed := cost(until)) > case.money:
        said = _(
            "Beside the minimums before it (%(names)s) the cheapest list is %(needed)s won, more than %(money)s."
        )
        return said % (words | {"needed": f"{needed:,}", "names": _before(bound, case.bounds)})
    until = _until(bound, case.bounds, _room(case.seats, case.bounds, case.asked, case.first))
    if case.first and least_cost(case.asked, case.seats, until, case.first) > case.money:
        return _("The committee seated others first.")
    said = _(
        "The %(number)d smallest grants are %(needed)s won of %(budget)s won, but who stands above is taken first: the budget keeps nothing free for a minimum."
    )
    return said % words


def _until(bound, bounds, room):
    """These bounds with the minimums up to this one, each as far as the room lets it be met."""
    last = bounds.index(bound)
    return [
        replace(one, least=room.least[one.end] if place <= last else 0) for place, one in enumerate(bounds)
    ]


def _words(case):
    """The money in words."""
    krw = f"{case.money:,}"
    if case.line:
        return _("the %(krw)s won left of the budget line %(line)s") % {"krw": krw, "line": case.line}
    return _("the budget of %(krw)s won") % {"krw": krw}
