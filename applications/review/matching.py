"""Who reviews what: the fairest and best assignment of reviewers to applications (docs/domain.md, assignment).

Pure mathematics over arrays: it knows numbers of applications and reviewers, no tables. First no application is left with a
poor panel, then the whole is as good as it can be. HiGHS solves it as a linear programme whose rows and columns are added
as they are needed, first for the worst application, then with what that came to for the sum; what it leaves in halves is settled by
a small integer programme in the same two steps. Where there are many, exchanges come first
(exchanging.py), and where they are proved to be as good as can be, nothing else is asked.
"""

import time
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np

from applications.review.asking import CHANCE, described, greedy
from applications.review.exchanging import exchanged

try:
    import highspy
except ImportError:  # an installation without it assigns greedily
    highspy = None

CANDIDATES = 25  # of each application to begin with; the prices of the solution say who else is worth a look
# What is given up for an empty place, a kind that is missing, a review below the least load, and for the worst total: in
# matches for each application that there is, so that the greater is never given for the smaller. For the worst total no price is
# enough: it begins with this one, and where something is lacking the sum waits until it is settled.
UNFILLED, KIND_MISSED, UNDER_LOAD, POOR = 40.0, 12.0, 10.0, 2.0
FAINT = 0.0005  # what a match counts where the worst total is looked at: it tells apart only what is as good for that
NEAR = 0.0005  # of the sum: what may be left to gain
FEW = 50  # applications that are settled all at once, where anything is in halves
MANY = 0.02  # of the applications below what could be hoped for: then all are asked for their worst
WHOLE, FEASIBLE = 1e-6, 2  # 2: what HiGHS calls a solution that keeps all rules
LARGE, LARGEST = 100_000, 800_000  # pairs: from the first on by exchanges, above the second by nothing else


def assign(problem, *, seconds=60.0, tell=lambda part: None):
    """The Plan of a Problem. tell: called with the part that is done, from 0 to 1."""
    if not problem.match.size:
        return described(problem, [], exact=True)
    end, found, cut = time.monotonic() + seconds, None, False
    if problem.match.size >= LARGE:
        until = end - seconds / 3
        found, proved = exchanged(problem, is_over=lambda: time.monotonic() > until, tell=tell)
        cut = not proved and time.monotonic() > until
        if proved or problem.match.size > LARGEST:
            return replace(found, cut=cut)
    if highspy is None:
        return replace(found or described(problem, greedy(problem), exact=False), cut=cut)
    solver = Solver(problem, end - time.monotonic(), tell)
    plans = (solver.plan(), found)
    return replace(max((plan for plan in plans if plan), key=rank), cut=solver.cut)


def rank(plan):
    """What makes one plan better than another, the more important first."""
    missing = sum(count for count, _why in plan.short.values())
    kinds = sum(count for _application, _kind, count, _why in plan.kinds)
    return (-missing, -kinds, -len(plan.under), round(plan.worst or 0, 6), plan.total)


def packed(count, entries):
    """Entries (place, index, value) of so many places as HiGHS takes them: where each place begins, the indices, the values."""
    entries = sorted(entries)
    starts = np.searchsorted([place for place, _index, _value in entries], np.arange(count))
    indices = np.array([index for _place, index, _value in entries], dtype=np.int32)
    return starts.astype(np.int32), indices, np.array([value for *_where, value in entries], dtype=float)


class Solver:
    """A linear programme that grows: columns are pairs, rows are rules; both are added where a solution asks for them.

    The first columns: how far the worst application stays below what could be hoped for; for each place of each application
    whether it stays empty; for each reviewer what is missing to the least load; for each kind and application how many are
    missing. A second empty place of an application is worse than the first of another.
    The first rows: the places of each application, the most of each reviewer, the least of each.
    """

    def __init__(self, problem, seconds, tell):
        self.problem, self.tell, self.end = problem, tell, time.monotonic() + seconds
        self.weights = problem.weights
        self.applications, self.reviewers = self.weights.shape
        self.hope, self.known = problem.hope, problem.known
        self.cut = False  # whether the time was over before nothing was left to gain
        self.near = CHANCE * problem.reviews  # a total that is greater by no more is greater by chance
        self.summed = 1.0  # what a match counts: little while the worst application is looked at
        self.kinds = {kind: place for place, kind in enumerate(problem.per_kind)}
        self.costs = np.array([])  # the matches of the pair columns
        self.pairs, self.column = [], {}  # the pair columns in order, and the place of each
        self.rows = {}  # (rule, of whom, of what) → its row
        self.lodged = Counter((a, int(problem.institution[r])) for a, r in problem.standing)
        self.highs = highspy.Highs()
        self.highs.silent()
        for option, value in (("threads", 1), ("random_seed", problem.seed % 2**31)):
            self.highs.setOptionValue(option, value)
        self.begin()

    def begin(self):
        """The rows that every plan has, and the best candidates of each application."""
        n, m, problem = self.applications, self.reviewers, self.problem
        k, kinds = problem.reviews, len(self.kinds)
        self.loads = 1 + n * k
        self.missing = self.loads + m
        self.first = self.missing + n * kinds
        empty = np.tile(UNFILLED * n * (1 + np.arange(k) / k), n)
        costs = np.concatenate(
            [[POOR * n], empty, np.full(m, UNDER_LOAD * n), np.full(n * kinds, KIND_MISSED * n)]
        )
        most = np.concatenate(
            [[self.hope], np.ones(n * k), problem.least, np.repeat([*problem.per_kind.values()], n)]
        )
        self.add_columns(costs, np.zeros(len(costs)), most.astype(float), [])
        infinite = highspy.kHighsInf
        stand = Counter(a for a, _r in problem.standing), Counter(r for _a, r in problem.standing)
        # What stands already may be more than what is asked for today: that alone breaks no rule.
        places = {
            ("places", a, None): (max(k, stand[0][a]), max(k, stand[0][a]), [(1 + a * k + j, 1.0) for j in range(k)])
            for a in range(n)
        }  # fmt: skip
        loads = {("most", r, None): (-infinite, max(problem.most[r], stand[1][r]), []) for r in range(m)}
        loads |= {("least", r, None): (problem.least[r], infinite, [(self.loads + r, 1.0)]) for r in range(m)}
        self.add_rules(places | loads)
        count = min(m, max(CANDIDATES, 3 * problem.reviews))
        best = np.argpartition(-self.weights, count - 1, axis=1)[:, :count]
        pairs = {(a, int(r)) for a in range(n) for r in best[a]} | set(greedy(problem))
        for reviewer in np.flatnonzero(problem.least):  # enough to come to the least load
            count = min(n, 2 * int(problem.least[reviewer]))
            pairs |= {
                (int(a), int(reviewer))
                for a in np.argpartition(-self.weights[:, reviewer], count - 1)[:count]
            }
        self.add_pairs(sorted(pair for pair in pairs if self.weights[pair] >= 0))

    def add_columns(self, costs, low, high, entries):
        """entries: (place of the column, row, value)."""
        self.highs.addCols(len(costs), costs, low, high, len(entries), *packed(len(costs), entries))

    def add_rows(self, low, high, entries):
        """entries: (place of the row, column, value)."""
        self.highs.addRows(len(low), low, high, len(entries), *packed(len(low), entries))

    def rules_of(self, pair):
        """The rules that a pair counts in, each with how much."""
        application, reviewer = pair
        yield ("places", application, None), 1.0
        yield ("most", reviewer, None), 1.0
        yield ("least", reviewer, None), 1.0
        yield ("one of", application, int(self.problem.institution[reviewer])), 1.0
        if self.problem.kind is not None:
            yield ("kind", application, int(self.problem.kind[reviewer])), 1.0
        yield ("worst", application, None), float(self.weights[pair])

    def add_pairs(self, pairs):
        entries = []
        for place, pair in enumerate(pairs):
            self.column[pair] = self.first + len(self.pairs)
            self.pairs.append(pair)
            entries += [
                (place, self.rows[rule], much) for rule, much in self.rules_of(pair) if rule in self.rows
            ]
        kept = set(self.problem.standing)
        low = np.array([1.0 if pair in kept else 0.0 for pair in pairs])
        matches = np.array([self.weights[pair] for pair in pairs])
        self.costs = np.concatenate([self.costs, matches])
        self.add_columns(-self.summed * matches, low, np.ones(len(pairs)), entries)

    def look_at(self, *, worst, total):
        """Ask from here on for the worst total and the sum, so much for each."""
        self.summed = total
        columns = np.append(0, self.first + np.arange(len(self.pairs))).astype(np.int32)
        costs = np.append(worst * POOR * self.applications, -total * self.costs)
        self.highs.changeColsCost(len(columns), columns, costs)

    def keep_worst(self, lack):
        """Allow the worst application from here on to stay no further below what could be hoped for than this."""
        self.highs.changeColBounds(0, 0.0, min(self.hope, lack + self.near))

    def add_rules(self, rules):
        """rules: {(rule, of whom, of what): (low, high, [(column, value) beside its pairs])}."""
        begun, entries = len(self.rows), []
        for place, (rule, (_low, _high, beside)) in enumerate(rules.items()):
            self.rows[rule] = begun + place
            entries += [(place, column, value) for column, value in beside]
        for pair, column in self.column.items():
            for rule, much in self.rules_of(pair):
                if rule in rules:
                    entries.append((self.rows[rule] - begun, column, much))
        low, high = (np.array([rule[side] for rule in rules.values()], dtype=float) for side in (0, 1))
        self.add_rows(low, high, entries)

    def solve(self):
        """(the values of all columns, the prices of all rows, what could still be gained): rules and pairs are added until a thousandth of
        the sum, or of the worst total while that is looked at, is left."""
        while True:
            self.highs.run()
            solution = self.highs.getSolution()
            values, prices = np.asarray(solution.col_value), np.asarray(solution.row_dual)
            enough = NEAR * (
                float(values[self.first :] @ self.costs)
                if self.summed == 1
                else POOR * self.applications * self.hope
            )
            pairs, gain = self.overlooked(prices)
            rules = self.broken(values)
            self.tell(0.1 + 0.7 * min(1.0, enough / max(gain, 1e-9)))
            done = not rules and gain <= enough
            if done or time.monotonic() > self.end:
                self.cut |= not done
                return values, prices, gain
            if rules:
                self.add_rules(rules)
            self.add_pairs(pairs)

    def broken(self, values):
        """Rules that this solution breaks and that no row holds yet."""
        found, problem, infinite = {}, self.problem, highspy.kHighsInf
        houses, kinds, totals = defaultdict(float), defaultdict(float), np.zeros(self.applications)
        for pair in (self.pairs[place] for place in np.flatnonzero(values[self.first :] > WHOLE)):
            application, reviewer = pair
            value = values[self.column[pair]]
            houses[application, int(problem.institution[reviewer])] += value
            totals[application] += value * self.weights[pair]
            if problem.kind is not None:
                kinds[application, int(problem.kind[reviewer])] += value
        for (application, house), value in houses.items():
            most = max(1, self.lodged[application, house])
            if value > most + WHOLE and ("one of", application, house) not in self.rows:
                found["one of", application, house] = (-infinite, float(most), [])
        empty = values[1 : self.loads].reshape(self.applications, -1).sum(axis=1)
        for kind, least in problem.per_kind.items():
            beside = self.missing + self.kinds[kind] * self.applications
            for application in range(self.applications):
                rule = ("kind", application, kind)
                if kinds[application, kind] < least - WHOLE and rule not in self.rows:
                    found[rule] = (float(least), infinite, [(beside + application, 1.0)])
        reached = totals + values[0] + self.hope * empty
        poor = np.flatnonzero((reached < self.hope - 1e-5) & self.known)
        for application in np.flatnonzero(self.known) if len(poor) > MANY * self.applications else poor:
            rule = ("worst", int(application), None)
            if rule not in self.rows:
                places = range(1 + application * problem.reviews, 1 + (application + 1) * problem.reviews)
                found[rule] = (self.hope, infinite, [(0, 1.0), *((place, self.hope) for place in places)])
        return found

    def overlooked(self, prices):
        """(pairs without a column that would make the plan better by their price, the best few of each application; what all
        of them could add to the sum at most)."""
        price = np.zeros((3, max(self.applications, self.reviewers)))
        beside = []
        for (rule, whom, what), row in self.rows.items():
            if rule in ("places", "worst"):
                price[0 if rule == "places" else 1, whom] = prices[row]
            elif rule in ("most", "least"):
                price[2, whom] += prices[row]
            elif prices[row]:
                beside.append((rule, whom, what, prices[row]))
        n, m = self.applications, self.reviewers
        gain = self.weights * (self.summed + price[1, :n, None]) + price[0, :n, None] + price[2, None, :m]
        of = {"one of": self.problem.institution, "kind": self.problem.kind}
        for rule, whom, what, paid in beside:
            gain[whom, of[rule] == what] += paid
        gain[self.weights < 0] = 0
        if self.column:
            known = np.array([*self.column])
            gain[known[:, 0], known[:, 1]] = 0
        few = min(m, self.problem.reviews)
        best = np.argpartition(-gain, few - 1, axis=1)[:, :few]
        gains = np.take_along_axis(gain, best, axis=1)
        rows, places = np.nonzero(gains > 1e-7)
        # No plan gains more than the best of what was overlooked in every place of every application.
        pairs = [(int(a), int(best[a, place])) for a, place in zip(rows, places, strict=True)]
        return pairs, float(gains.clip(0).sum())

    def best(self):
        """(values, what the sum could still gain, what it could gain for each bit that the worst application falls, what the worst total
        of no plan exceeds): the worst application first, then the sum."""
        hope = self.hope
        values, prices, gain = self.solve()
        if (lack := float(values[0])) > self.near:
            self.look_at(worst=1, total=FAINT)
            fair, _prices, left = self.solve()
            left += FAINT * float(fair[self.first :] @ self.costs)
            hope += left / (POOR * self.applications) - float(fair[0])
            if lack - fair[0] > self.near:  # the sum had its price
                self.keep_worst(float(fair[0]))
                self.look_at(worst=0, total=1)
                values, prices, gain = self.solve()
        slope = sum(abs(prices[row]) for (rule, *_whom), row in self.rows.items() if rule == "worst")
        return values, gain, slope, hope

    def lack(self, pairs):
        """How far the worst application of these pairs stays below what could be hoped for; an empty place counts for itself."""
        reached = np.zeros(self.applications)
        for application, reviewer in pairs:
            reached[application] += self.weights[application, reviewer]
        places = np.bincount([application for application, _r in pairs], minlength=self.applications)
        reached += self.hope * (self.problem.reviews - places).clip(0)
        return max(0.0, self.hope - float(reached[self.known].min(initial=np.inf)))

    def plan(self):
        """What the programme leaves in halves is settled last."""
        values, gain, slope, hope = self.best()
        matched = values[self.first :]
        total = float(matched @ self.costs)
        pairs = [pair for pair, value in zip(self.pairs, matched, strict=True) if value > 1 - WHOLE]
        halves = {
            pair[0] for pair, value in zip(self.pairs, matched, strict=True) if WHOLE < value < 1 - WHOLE
        }
        if halves and self.applications <= FEW:
            halves = set(range(self.applications))
        if halves:
            pairs = [pair for pair in pairs if pair[0] not in halves] + self.settle(halves, values)
        pairs = greedy(self.problem, self.lawful(pairs))
        if gain > NEAR * total:  # the time was over before
            return described(self.problem, pairs, exact=True)
        more = slope * max(0.0, self.lack(pairs) - float(values[0]))  # whole reviewers may have to fall lower
        return described(self.problem, pairs, exact=True, bound=float(total + gain + more), hope=hope)

    def lawful(self, pairs):
        """These pairs without those that come to another of their institution: a solution that was cut short may hold such."""
        standing, lodged, kept = set(self.problem.standing), set(), []
        for pair in sorted(pairs, key=lambda one: (one not in standing, -self.weights[one])):
            where = pair[0], int(self.problem.institution[pair[1]])
            if pair in standing or where not in lodged:
                kept.append(pair)
            lodged.add(where)
        return kept

    def settle(self, halves, halved):
        """Whole pairs of the applications that the programme left in halves, everything else as it stands: again the worst
        first. halved: the values that the programme came to."""
        highs, matched = self.highs, halved[self.first :]
        wholly = [self.first + place for place, pair in enumerate(self.pairs) if pair[0] in halves]
        for place, (pair, value) in enumerate(zip(self.pairs, matched, strict=True)):
            if pair[0] not in halves:
                highs.changeColBounds(self.first + place, round(value), round(value))
        highs.changeColsIntegrality(
            len(wholly),
            np.array(wholly, dtype=np.int32),
            np.full(len(wholly), highspy.HighsVarType.kInteger, dtype=np.uint8),
        )
        highs.setOptionValue("mip_rel_gap", 1e-4)
        self.keep_worst(float(halved[0]))
        self.look_at(worst=0, total=1)
        values = self.whole()
        if values is None or self.given_up(values) > self.given_up(halved) + WHOLE:
            # the worst has to fall lower, as little as can be
            highs.changeColBounds(0, 0.0, self.hope)
            self.look_at(worst=1, total=FAINT)
            highs.setOptionValue("mip_abs_gap", POOR * self.applications * self.near)
            if (fair := self.whole()) is None:
                return []
            self.keep_worst(float(fair[0]))
            self.look_at(worst=0, total=1)
            values = self.whole()
            values = fair if values is None else values
        return [self.pairs[column - self.first] for column in wholly if values[column] > 0.5]

    def given_up(self, values):
        """Places, kinds and reviews that are missing."""
        return float(values[1 : self.first].sum())

    def whole(self):
        """The values of the best plan of whole pairs; None where none was found in time."""
        values = None
        for _turn in range(5):  # whole pairs may break rules that halves did not
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + 5.0)
            self.highs.run()
            self.cut |= self.highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit
            if self.highs.getInfo().primal_solution_status != FEASIBLE:
                return None
            values = np.asarray(self.highs.getSolution().col_value)
            if not (rules := self.broken(values)):
                break
            self.add_rules(rules)
        return values
