"""Who reviews what, as a question and an answer: what is asked for, a plan, what could not be kept and why. Pure, over arrays."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

CHANCE = 2e-4  # by what equal matches are told apart at most
UNKNOWN = 0.01  # a total below this is none


@dataclass(frozen=True)
class Problem:
    """match: applications x reviewers, from 0 to 1. barred: of the same shape, True where a conflict stands.

    reviews: how many each application needs. least, most: how many each reviewer does. institution: a number for each
    reviewer; two of one institution never meet in an application. kind: a number for each reviewer, and per_kind how many of a
    kind each application should have at least, {kind: count}. kept: pairs that stand already. seed: for what is equal.
    """

    match: np.ndarray
    barred: np.ndarray
    reviews: int
    least: np.ndarray
    most: np.ndarray
    institution: np.ndarray
    kind: np.ndarray | None = None
    per_kind: dict = field(default_factory=dict)
    kept: tuple = ()
    seed: int = 0

    @property
    def weights(self):
        """The matches with a breath of chance, so that equal reviewers are told apart by the seed; below zero where barred."""
        chance = np.random.default_rng(self.seed).random(self.match.shape) * CHANCE
        return np.where(self.barred, -1.0, self.match + chance)

    @cached_property
    def alone(self):
        """The best total that each application could have if it were alone; infinite where it cannot have enough reviewers."""
        return best_alone(self, self.weights)

    @property
    def unknown(self):
        """Of which applications nobody who may review them knows anything: there nothing is poor."""
        return self.alone < UNKNOWN

    @property
    def known(self):
        return np.isfinite(self.alone) & ~self.unknown

    @property
    def hope(self):
        """What the worst total of no plan exceeds."""
        return float(self.alone[self.known].min(initial=np.inf)) if self.known.any() else 0.0

    @property
    def standing(self):
        """The kept pairs in which no conflict has come up since."""
        return [pair for pair in self.kept if not self.barred[pair]]


@dataclass(frozen=True)
class Plan:
    """pairs: (application, reviewer), in order. worst: the least total of an application that has all its reviewers and that somebody
    knows anything of, None where there is none; total: of all. hope, bound: what they are where reviewers may be halved, which no
    better plan of whole ones exceeds; None where that was not proved.

    short: {application: (how many are missing, why)}, why being one of "barred", "institutions", "load".
    kinds: (application, kind, how many of it are missing, why) where the asked number of a kind is not reached. under: reviewers below
    their least. unknown: applications that nobody who may review them knows anything of. exact: by HiGHS, not greedily. cut: the
    time was over before nothing was left to gain.
    """

    pairs: tuple
    worst: float | None
    total: float
    hope: float | None
    bound: float | None
    short: dict
    kinds: tuple
    under: tuple
    unknown: tuple
    exact: bool
    cut: bool = False


def greedy(problem, given=()):
    """Pairs found place by place: the application that has least chooses next, the best reviewer who is still free."""
    weights, house = problem.weights, np.unique(problem.institution, return_inverse=True)[1]
    left, totals = problem.most.copy(), np.zeros(len(weights))
    lacking = defaultdict(lambda: dict(problem.per_kind))  # of each application, by kind
    lodged = np.zeros((len(weights), len(house) and house.max() + 1), dtype=bool)
    chosen = defaultdict(set)

    def take(application, reviewer):
        chosen[application].add(reviewer)
        left[reviewer] -= 1
        lodged[application, house[reviewer]] = True
        totals[application] += weights[application, reviewer]
        if problem.per_kind and (kind := int(problem.kind[reviewer])) in problem.per_kind:
            lacking[application][kind] -= 1

    def needed(application):
        """Whether a reviewer is of a kind that is still missing, where no place is left for another; None where one is."""
        missing = {kind: number for kind, number in lacking[application].items() if number > 0}
        if missing and sum(missing.values()) >= problem.reviews - len(chosen[application]):
            return np.isin(problem.kind, [*missing])
        return None

    for pair in dict.fromkeys((*problem.standing, *given)):
        take(*pair)
    for place in range(problem.reviews):
        for application in np.argsort(totals, kind="stable"):
            if len(chosen[application]) > place:
                continue
            free = np.where((left > 0) & ~lodged[application][house], weights[application], -1.0)
            free[[*chosen[application]]] = -1
            if (wanted := needed(application)) is not None and (free[wanted] >= 0).any():
                free[~wanted] = -1
            if (best := int(free.argmax())) >= 0 and free[best] >= 0:
                take(int(application), best)
    return sorted((application, reviewer) for application, found in chosen.items() for reviewer in found)


def described(problem, pairs, *, exact, hope=None, bound=None):
    """The Plan of these pairs, with what could not be kept and why."""
    count = np.zeros(len(problem.match), dtype=int)
    load = np.zeros(len(problem.most), dtype=int)
    totals = np.zeros(len(problem.match))
    kinds = defaultdict(int)
    for application, reviewer in pairs:
        count[application] += 1
        load[reviewer] += 1
        totals[application] += problem.match[application, reviewer]
        if problem.kind is not None:
            kinds[application, problem.kind[reviewer]] += 1
    missed = [
        (application, kind, least - kinds[application, kind], why_short(problem, application, kind))
        for application in range(len(problem.match))
        for kind, least in sorted(problem.per_kind.items())
        if kinds[application, kind] < least
    ]
    short = {
        int(a): (int(problem.reviews - count[a]), why_short(problem, a))
        for a in np.flatnonzero(count < problem.reviews)
    }
    measured = totals[(count >= problem.reviews) & problem.known]
    return Plan(
        tuple(sorted(pairs)), float(measured.min()) if len(measured) else None, float(totals.sum()), hope, bound, short,
        tuple(missed), tuple(int(r) for r in np.flatnonzero(load < problem.least)),
        tuple(int(a) for a in np.flatnonzero(problem.unknown)), exact,
    )  # fmt: skip


def why_short(problem, application, kind=None):
    """Which rule leaves an application without enough reviewers, or of a kind: nobody is of it, conflicts, one of an institution, or
    the load of all others."""
    able, asked = ~problem.barred[application], problem.reviews
    if kind is not None:
        asked = problem.per_kind[kind]
        if (problem.kind == kind).sum() < asked:
            return "nobody"
        able = able & (problem.kind == kind)
    if able.sum() < asked:
        return "barred"
    if len(np.unique(problem.institution[able])) < asked:
        return "institutions"
    return "load"


def all_passed_over(problem, pairs):
    """{(application, reviewer): passed_over} of all pairs of a plan."""
    load, chosen = np.zeros(len(problem.most), dtype=int), defaultdict(list)
    for application, reviewer in pairs:
        load[reviewer] += 1
        chosen[application].append(reviewer)
    return {
        (application, reviewer): why
        for application, mine in chosen.items()
        for reviewer, why in passed_over(
            mine, match=problem.match[application], barred=problem.barred[application],
            institution=problem.institution, full=load >= problem.most,
        ).items()
    }  # fmt: skip


def passed_over(mine, *, match, barred, institution, full):
    """{reviewer: {why: how many}} of those who would match one application better than each of mine, who are chosen, and are not: in a
    conflict (barred), at their most (load), of the institution of another one (institutions), or needed elsewhere (elsewhere)."""
    found = {}
    for reviewer in mine:
        better = match > match[reviewer]
        better[mine] = False
        beside = np.isin(institution, institution[[one for one in mine if one != reviewer]])
        reasons = {"barred": barred, "institutions": ~barred & beside, "load": ~barred & ~beside & full}
        reasons["elsewhere"] = ~barred & ~beside & ~full
        counts = {why: int((better & of_it).sum()) for why, of_it in reasons.items()}
        found[reviewer] = {why: count for why, count in counts.items() if count}
    return found


def one_side_only(barred, inside, allowed):
    """Bar one of any two reviews by which two sides would judge each other's applications, the later one.

    barred, inside, allowed: applications x reviewers, bool; inside: the reviewer works for one of those who apply; allowed: by an
    exception, which is one for both sides.
    """
    known, anywhere = np.flatnonzero(inside.any(axis=1)), inside.any(axis=0)
    for place, theirs in enumerate(known):  # who works for theirs, and who else is to judge it?
        mine, judges = np.flatnonzero(inside[theirs]), anywhere & ~barred[theirs] & ~allowed[theirs]
        back = known[place + 1 :]
        back = back[inside[back][:, judges].any(axis=1)]
        pairs = np.ix_(back, mine)
        barred[pairs] |= ~allowed[pairs]


def best_alone(problem, weights):
    """The best total that each application could have if it were alone with whoever stands already; infinite where it cannot
    have enough reviewers."""
    best, standing = np.empty(len(weights)), defaultdict(list)
    for application, reviewer in problem.standing:
        standing[application].append(reviewer)
    for application, row in enumerate(weights):
        chosen = list(standing[application])
        houses = {problem.institution[reviewer] for reviewer in chosen}
        for reviewer in np.argsort(-row, kind="stable"):
            if row[reviewer] < 0 or len(chosen) >= problem.reviews:
                break
            if problem.institution[reviewer] not in houses:
                houses.add(problem.institution[reviewer])
                chosen.append(reviewer)
        best[application] = row[chosen].sum() if len(chosen) >= problem.reviews else np.inf
    return best
