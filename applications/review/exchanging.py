"""A plan who reviews what made better by exchanges: the fast way for many applications. Pure mathematics, over asking.Problem.

Reviewers are few beside applications, so the plan is looked at from their side: what is gained at most when one of the
applications of one reviewer goes to another? Where such moves close a ring with a gain, all of them are made, and nobody does more
or less than before; whoever has room may take one more. Once no ring gains anything, the longest ways are prices of reviewers,
and these say how much no plan exceeds.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from applications.review.asking import described, greedy

POOR = 20.0  # what a match is worth that an application lacks to the least it is to have
MISSED = 200.0  # a kind that is missing
NOT_LEAST = 100.0  # a review below the least load
EMPTY = 1000.0  # a place that stays empty; a second one of an application is worse
NEVER = -1e9
WORTH = 1e-4  # a gain below this is none
ROUNDS, PASSES = 200, 8
WORST, SUM = 0.01, 0.001  # what may be left to gain of the worst total, and of the sum


def exchanged(problem, *, is_over=lambda: False, tell=lambda part: None):
    """(the plan found by exchanges, whether it is proved to be as good as can be).

    Proved: nothing is missing, and no plan is better by more than a hundredth of the worst total or a thousandth of the sum. Its
    bound holds for every plan that keeps all that is asked for.
    """
    weights, known, hope = problem.weights, problem.known, problem.hope
    found = Exchange(with_nobody(problem), np.where(known, hope, 0.0), greedy(problem), len(problem.most))
    found.improve(is_over, tell)
    plan = described(problem, found.result(), exact=True, hope=hope, bound=found.bound(problem, weights))
    worst = found.totals[known].min() if known.any() else hope
    kept = not (plan.short or plan.kinds or plan.under)
    return plan, bool(kept and worst >= (1 - WORST) * hope and plan.total >= (1 - SUM) * plan.bound)


def with_nobody(problem):
    """The same with as many strangers more as an application has places: who is given to them is given to nobody."""
    n, k = len(problem.match), problem.reviews
    house = np.asarray(problem.institution)
    beyond = house.max(initial=0) + 1 + np.arange(k)
    kind = None if problem.kind is None else np.append(problem.kind, np.full(k, np.max(problem.kind) + 1))
    return replace(
        problem,
        match=np.hstack([problem.match, np.zeros((n, k))]),
        barred=np.hstack([problem.barred, np.zeros((n, k), dtype=bool)]),
        least=np.append(problem.least, np.zeros(k, dtype=int)),
        most=np.append(problem.most, np.full(k, n)),
        institution=np.append(house, beyond),
        kind=kind,
    )


@dataclass
class Exchange:
    """target: the total that each application is to have. pairs: to begin with. people: from this place on reviewers are nobody.

    taken: reviewers x applications, who reviews what.
    """

    problem: object
    target: np.ndarray
    pairs: list
    people: int
    taken: np.ndarray = field(init=False)

    def __post_init__(self):
        self.weights = self.problem.weights
        self.weights[:, self.people :] = 0.0
        n, m = self.weights.shape
        self.empty = np.zeros(m)
        self.empty[self.people :] = EMPTY * (1 + np.arange(m - self.people) / 10)
        self.houses = np.unique(self.problem.institution, return_inverse=True)[1]
        self.taken = np.zeros((m, n), dtype=bool)
        self.fixed = np.zeros((m, n), dtype=bool)
        self.totals, self.loads = np.zeros(n), np.zeros(m, dtype=int)
        self.lodged = np.zeros((n, self.houses.max() + 1), dtype=np.int8)
        self.kinds = np.asarray(self.problem.kind) if self.problem.per_kind else np.zeros(m, dtype=int)
        self.asked = np.zeros(self.kinds.max() + 1, dtype=int)
        for kind, least in self.problem.per_kind.items():
            if kind < len(self.asked):
                self.asked[kind] = least
        self.present = np.zeros((n, len(self.asked)), dtype=np.int8)
        for application, reviewer in self.problem.standing:
            self.fixed[reviewer, application] = True
        for application, reviewer in self.pairs:
            self._put(application, reviewer, 1)
        for application, count in enumerate(self.taken.sum(axis=0)):
            for place in range(self.problem.reviews - count):
                self._put(application, self.people + place, 1)

    def _put(self, application, reviewer, sign):
        self.taken[reviewer, application] = sign > 0
        self.totals[application] += sign * self.weights[application, reviewer]
        self.loads[reviewer] += sign
        self.lodged[application, self.houses[reviewer]] += sign
        self.present[application, self.kinds[reviewer]] += sign

    def gains(self, applications, reviewer):
        """What each of these applications of a reviewer would gain with each other reviewer in their place."""
        own = self.weights[applications, reviewer]
        rows = self.weights[applications]
        gain = rows - own[:, None]
        lack = self.target[applications] - self.totals[applications]
        near = np.flatnonzero(lack > -1.0)
        if len(near):
            before = lack[near].clip(0)
            gain[near] += POOR * (before[:, None] - (lack[near][:, None] - gain[near]).clip(0))
        if self.problem.per_kind:
            present, kind = self.present[applications], self.kinds[reviewer]
            lacking = (present < self.asked)[:, self.kinds]
            loses = present[:, kind] <= self.asked[kind]
            gain += np.where(self.kinds == kind, 0.0, MISSED * (lacking.astype(float) - loses[:, None]))
        gain += self.empty[reviewer] - self.empty
        beside = self.lodged[applications][:, self.houses]
        beside[:, self.houses == self.houses[reviewer]] -= 1
        gain[(beside > 0) | (rows < 0)] = NEVER
        gain[:, reviewer] = NEVER
        return gain

    def look(self):
        """(gain, application) of the best move from each reviewer to each other; the last row and column are room.

        To room goes who may do one more, from room comes who may do one less.
        """
        m = len(self.loads)
        best, which = np.full((m + 1, m + 1), NEVER), np.full((m + 1, m + 1), -1)
        for reviewer in range(m):
            applications = np.flatnonzero(self.taken[reviewer] & ~self.fixed[reviewer])
            if len(applications):
                gain = self.gains(applications, reviewer)
                top = gain.argmax(axis=0)
                best[reviewer, :m], which[reviewer, :m] = gain[top, np.arange(m)], applications[top]
        least, most = self.problem.least, self.problem.most
        best[:m, m] = np.where(self.loads < least, NOT_LEAST, np.where(self.loads < most, 0.0, NEVER))
        best[m, :m] = np.where(self.loads > least, 0.0, -NOT_LEAST)
        return best, which

    def improve(self, is_over, tell):
        """Make rings of exchanges until none gains anything, or the time is over."""
        for turn in range(ROUNDS):
            tell(1 - 0.9 ** (turn + 1))
            best, which = self.look()
            made = 0
            while rings := rings_in(best):
                for ring in rings:
                    made += self.make(ring, best, which)
                if is_over():
                    return
            if not made:
                return

    def make(self, ring, best, which):
        """Make the moves of a ring if they still gain something together; returns whether they did."""
        m = len(self.loads)
        moves = [(int(which[a, b]), a, b) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
        real = [move for move in moves if m not in move[1:]]
        worth = sum(best[a, b] for _application, a, b in moves if m in (a, b))
        done, once = [], len({application for application, _a, _b in real}) == len(real)
        for application, a, b in real:
            gain = NEVER
            if once and self.taken[a, application]:
                gain = self.gains(np.array([application]), a)[0, b]
            worth += gain
            if gain <= NEVER / 2:
                break
            self._put(application, a, -1)
            self._put(application, b, 1)
            done.append((application, a, b))
        if good := worth > WORTH:
            for application, a, _b in done:
                best[a, which[a] == application] = NEVER
            self._room(best, {a for move in done for a in move[1:]})
        else:
            for application, a, b in reversed(done):
                self._put(application, b, -1)
                self._put(application, a, 1)
            for application, a, b in moves:
                best[a, b] = NEVER if application >= 0 else best[a, b]
        return good

    def _room(self, best, reviewers):
        m, least, most = len(self.loads), self.problem.least, self.problem.most
        for one in reviewers:
            load = self.loads[one]
            best[one, m] = NOT_LEAST if load < least[one] else 0.0 if load < most[one] else NEVER
            best[m, one] = 0.0 if load > least[one] else -NOT_LEAST

    def result(self):
        """The pairs (application, reviewer), in order, without nobody."""
        return [(int(a), int(r)) for a, r in zip(*np.nonzero(self.taken[: self.people].T), strict=True)]

    def bound(self, problem, weights):
        """What the sum of no plan exceeds, by the prices of the reviewers (problem and weights without nobody)."""
        best, _which = self.look()
        reach = np.zeros(len(best))
        for _pass in range(PASSES):
            reach = np.maximum(reach, (reach[:, None] + best).max(axis=0))
        prices = reach[: self.people] - reach[-1]
        prices = np.where(problem.least > 0, prices, prices.clip(0))
        return priced(weights, problem, self.houses[: self.people], prices)


def priced(weights, problem, houses, prices):
    """The bound that these prices give: each application takes its best reviewers at their prices, one of each house and of each
    kind as many as are asked. A price below zero is paid to those who are to come to a least load."""
    kind = np.asarray(problem.kind) if problem.per_kind else np.zeros(len(houses), dtype=int)
    value = np.where(weights < 0, NEVER, weights - prices)
    whole, rest = np.zeros(len(weights)), []
    for one in np.unique(kind):
        mine = np.flatnonzero(kind == one)
        order = mine[np.argsort(houses[mine], kind="stable")]
        starts = np.flatnonzero(np.diff(houses[order], prepend=-1))
        few = -np.sort(-np.maximum.reduceat(value[:, order], starts, axis=1), axis=1)[:, : problem.reviews]
        asked = problem.per_kind.get(int(one), 0)
        whole += few[:, :asked].clip(0).sum(axis=1)
        rest.append(few[:, asked:])
    others = -np.sort(-np.hstack(rest), axis=1)[:, : problem.reviews - sum(problem.per_kind.values())]
    paid = np.where(prices > 0, problem.most, problem.least) @ prices
    return float((whole + others.clip(0).sum(axis=1)).sum() + paid)


def rings_in(best):
    """Rings of moves with a gain, no reviewer in two of them; empty where there is none."""
    reach, before = np.zeros(len(best)), np.full(len(best), -1)
    for _pass in range(PASSES):
        ways = reach[:, None] + best
        source = ways.argmax(axis=0)
        longest = ways[source, np.arange(len(best))]
        better = longest > reach + WORTH
        if not better.any():
            return []
        reach, before = np.where(better, longest, reach), np.where(better, source, before)
        if rings := _closed(before.tolist()):
            return rings
    return []


def _closed(before):
    """The rings among who comes before whom."""
    seen, rings = [0] * len(before), []
    for first in range(len(before)):
        one, way = first, []
        while one >= 0 and not seen[one]:
            seen[one] = first + 1
            way.append(one)
            one = before[one]
        if one >= 0 and seen[one] == first + 1 and one in way:
            rings.append(way[way.index(one) :][::-1])
    return rings
