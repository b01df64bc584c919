"""Whether the minimums of a call can still be met from those below, as its rank is walked down (docs/domain.md, selection)."""

from collections import Counter, deque
from dataclasses import dataclass
from itertools import pairwise
from math import inf


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most places of a field or region. kind: field or region; most: None where there is no limit."""

    kind: str
    pk: int
    name: str
    least: int = 0
    most: int | None = None

    @property
    def end(self):
        return (self.kind, self.pk)


def ends(kind):
    """The field and the region of a class of candidates, as the ends of bounds."""
    return (("field", kind[0]), ("region", kind[1]))


@dataclass(slots=True)
class Purse:
    """What is left of the money of a call in won, None where nothing bounds it. line: the budget line, where that bounds it."""

    left: int | None = None
    line: str = ""

    def holds(self, krw):
        return self.left is None or krw <= self.left

    def take(self, krw):
        if self.left is not None:
            self.left -= krw


class Room:
    """The places and the money that are left, and a plan for what is owed to the minimums.

    coming: {id: (class, grant in won)} of all that may come; a class is (field id, region id). below: how many of each class
    still may, the next one included: whom the money no longer holds never will. The plan says how many of each class would
    do: with those taken they meet all minimums that can be met, within maximums and places. Who is seated in any case is taken first;
    then `settle` makes the plan.
    """

    def __init__(self, seats, bounds, coming, purse=None):
        self.seats, self.coming, self.purse = seats, coming, purse or Purse()
        self.bounds = {bound.end: bound for bound in bounds}
        self.waiting, self.below = set(coming), Counter(kind for kind, _krw in coming.values())
        self.taken = Counter()  # by end
        self.least, self.plan, self.barred = Counter(), Counter(), set()
        self.dearest = []  # at the end
        if self.purse.left is not None:
            self.dearest = sorted(coming, key=lambda one: coming[one][1])
            self.leave(self.beyond_the_purse())

    def settle(self):
        """Of each minimum, in their order, as much as can be met beside those before it."""
        self.least, self.plan, self.barred = Counter(), Counter(), set()
        there = Counter(end for kind, number in self.below.items() for end in ends(kind) * number)
        wanted = {
            end: min(bound.least, self.taken[end] + min(there[end], self.seats))
            for end, bound in self.bounds.items()
        }
        self.least = Counter(wanted)
        if (plan := self.planned()) is not None:  # all of them at once
            self.plan = plan
            return
        self.least = Counter()
        for end, most in wanted.items():
            met, least = self.taken[end], most
            # What can be met with one of them can be met with fewer: halved from the second try on.
            while met < most:
                self.least[end] = least
                if (plan := self.planned()) is not None:
                    met, self.plan = least, plan
                else:
                    most = least - 1
                least = (met + most + 1) // 2
            self.least[end] = met

    def of(self, kind):
        """The bounds that a class belongs to."""
        return [self.bounds[end] for end in ends(kind) if end in self.bounds]

    def full(self, kind):
        """The first of them whose most is reached, or passed by an appeal; or None."""
        limited = (bound for bound in self.of(kind) if bound.most is not None)
        return next((bound for bound in limited if bound.most <= self.taken[bound.end]), None)

    def owed(self):
        """The bounds whose least is not reached yet, and can be."""
        return [bound for end, bound in self.bounds.items() if self.taken[end] < self.least[end]]

    def admits(self, kind):
        """Whether one of this class can be taken and what is owed still be met from those below.

        A class that once could not never can again: those below it become fewer, and so do the places.
        """
        if self.plan[kind]:
            return True
        if kind in self.barred:
            return False
        if self.seats > self.plan.total() and self.is_beside_the_plan(kind):
            return True
        plan = self.planned(kind)
        if plan is None:
            self.barred.add(kind)
            return False
        self.plan = plan
        return True

    def is_beside_the_plan(self, kind):
        """Whether the maximums have room for one more of this class when all that is planned has come."""
        planned = Counter(end for one, number in self.plan.items() for end in ends(one) * number)
        return all(
            bound.most is None or self.taken[bound.end] + planned[bound.end] < bound.most
            for bound in self.of(kind)
        )

    def take(self, one):
        """This one is selected."""
        self.seats -= 1
        kind, _krw = self.coming[one]
        if self.plan[kind]:
            self.plan[kind] -= 1
        self.count(one)

    def add(self, one):
        """This one is selected beside the places that there are."""
        self.count(one)
        self.settle()

    def count(self, one):
        """This one is in the list: what its field, its region and the money have left."""
        kind, krw = self.coming[one]
        if one in self.waiting:
            self.waiting.remove(one)
            self.below[kind] -= 1
        self.taken.update(ends(kind))
        self.purse.take(krw)
        self.leave(self.beyond_the_purse())

    def skip(self, one):
        """This one is not; it may have been planned for."""
        self.leave([one])

    def leave(self, ones):
        """These do not come any more, nor do those of them who had left."""
        kinds = Counter(self.coming[one][0] for one in ones if one in self.waiting)
        self.waiting.difference_update(ones)
        self.below.subtract(kinds)
        if any(self.plan[kind] > self.below[kind] for kind in kinds):
            self.plan = self.planned()
            if self.plan is None:
                self.settle()

    def beyond_the_purse(self):
        """Those whom the money no longer holds, each once."""
        found = []
        while self.dearest and not self.purse.holds(self.coming[self.dearest[-1]][1]):
            found.append(self.dearest.pop())
        return found

    def planned(self, first=None):
        """A plan with one of this class taken first, or None where there is none.

        It is a flow from the fields to the regions: through each class as many as stand below, through each field and
        region at least what is owed to it and at most what is left of it.
        """
        below, taken, seats = Counter(self.below), Counter(self.taken), self.seats
        if first is not None:
            below[first] -= 1
            taken.update(ends(first))
            seats -= 1
        owed = {
            end: (
                max(0, self.least[end] - taken[end]),
                seats if bound.most is None else max(0, bound.most - taken[end]),  # an appeal may pass it
            )
            for end, bound in self.bounds.items()
        }
        found = circulation(edges_of(below, seats, owed))
        if found is None:
            return None
        plan = Counter({kind: found[ends(kind)] for kind in below})
        if first is not None:
            plan[first] += 1
        return plan


def edges_of(below, seats, owed):
    """From the fields to the regions, as `circulation` takes it. below: {class: how many may come}; owed: {end: (least, most)}."""
    edges = {("sink", "source"): (0, seats)}
    for kind, number in below.items():
        edges[ends(kind)] = (0, number)
    for end in {end for kind in below for end in ends(kind)} | owed.keys():
        edges[("source", end) if end[0] == "field" else (end, "sink")] = owed.get(end, (0, seats))
    return edges


def least_cost(candidates, seats, bounds, first=()):
    """The least sum of grants (won) of a selection that keeps these places and bounds, minimums included; None where there is none.

    first: those of the candidates who are in it in any case.
    """
    seated, taken, grants = {c.pk for c in first}, Counter(), {}
    for c in first:
        taken.update(ends(c.kind))
    for c in sorted(candidates, key=lambda c: c.grant_krw):
        if c.pk not in seated:
            grants.setdefault(c.kind, []).append(c.grant_krw)
    seats -= len(seated)
    owed = {
        bound.end: (
            max(0, bound.least - taken[bound.end]),
            seats if bound.most is None else bound.most - taken[bound.end],
        )
        for bound in bounds
    }
    found = circulation(
        edges_of({kind: len(krw) for kind, krw in grants.items()}, seats, owed),
        cheapest({ends(kind): krw for kind, krw in grants.items()}),
        at_once=1,
    )
    if found is None:
        return None
    return sum(c.grant_krw for c in first) + sum(
        sum(krw[: found[ends(kind)]]) for kind, krw in grants.items()
    )


def cheapest(prices):
    """A finder of the cheapest way for `circulation`. prices: {edge: of each more that flows through it, the lowest first}."""

    def price(a, b, left):
        if (a, b) in prices:
            return prices[a, b][-left]
        return -prices[b, a][left - 1] if (b, a) in prices else 0

    def way(room, begin, end):
        best, before, waiting = {begin: 0}, {begin: None}, deque([begin])
        while waiting:
            node = waiting.popleft()
            for following, left in room[node].items():
                if left and (cost := best[node] + price(node, following, left)) < best.get(following, inf):
                    best[following], before[following] = cost, node
                    waiting.append(following)
        return traced(before, end)

    return way


def circulation(edges, way=None, at_once=inf):
    """{edge: flow} between its least and its most with nothing lost on the way; None where there is none.

    edges: {(from, to): (least, most)}, of two nodes in one direction only; way: finds the next one on which there is room, usually
    the shortest; at_once: the most that is sent by one.
    """
    way = way or shortest
    room, lacks = {}, Counter()
    for (a, b), (least, most) in edges.items():
        if least > most:
            return None
        room.setdefault(a, {})[b] = most - least
        room.setdefault(b, {})[a] = 0
        lacks[b] += least
        lacks[a] -= least
    for node, number in lacks.items():
        a, b = ("all", node) if number > 0 else (node, "none")
        room.setdefault(a, {})[b] = abs(number)
        room.setdefault(b, {})[a] = 0
    owed = sum(number for number in lacks.values() if number > 0)
    while owed:
        found = way(room, "all", "none")
        if found is None:
            return None
        flow = min(at_once, *(room[a][b] for a, b in pairwise(found)))
        for a, b in pairwise(found):
            room[a][b] -= flow
            room[b][a] += flow
        owed -= flow
    return {(a, b): most - room[a][b] for (a, b), (_least, most) in edges.items()}


def shortest(room, begin, end):
    """The nodes of a shortest way on which there is room, or None."""
    before, waiting = {begin: None}, deque([begin])
    while waiting:
        node = waiting.popleft()
        for following, left in room[node].items():
            if left and following not in before:
                before[following] = node
                waiting.append(following)
    return traced(before, end)


def traced(before, end):
    """The nodes of the way that leads to this one, or None. before: {node: the one before it}."""
    if end not in before:
        return None
    way = [end]
    while before[way[-1]] is not None:
        way.append(before[way[-1]])
    return way[::-1]
