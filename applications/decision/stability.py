"""How firm a cut is: the same list drawn again and again from other sheets of the same reviewers. Pure mathematics over arrays.

In each round all reviewers are put in an order by chance, and every application takes the sheet of whoever of its own comes
first; as many rounds as it has sheets. So each application draws its sheets anew with replacement (Efron's bootstrap), and
where a panel judged many applications together they all lose and double the same reviewers: that one of them is severe moves
the whole panel and not its order. What is drawn is scored by the rules of the house in whole numbers (docs/domain.md, scoring:
trimming, rounding, floors, knock-outs, thresholds, stage weights, bonus, penalty) and cut by the rule of selection (marks,
places, least and most of fields and regions, budget).

What is only approximated: what breaks a tie is taken as it is stored, and what is equal even then is parted by chance, where a
committee would say it; stages are drawn one by one, also where somebody judged in two; whose review ended early stays out, for
nobody knows the scores of the stages it never reached, and so does whom a site visit failed. With few sheets the true spread is
larger than what this finds: by the root of k / (k - 1), a tenth at five sheets, a fifth at three.

What a committee has decided holds in every draw: whom it does not select stays out, whom it selects is seated first where marks,
places, bounds and budget of the draw let it.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from applications.decision.selection import Purse, Room, ends

TRIM_FROM = 5
AT_ONCE = 8_000_000  # numbers that are held at a time
MOST_AT_ONCE = 100  # draws between two looks at whether to go on


@dataclass(frozen=True)
class Sheets:
    """The counted sheets of one scored stage: arrays of one length; points are whole thousandths.

    application, reviewer: places from 0 on. parts: sheets x checks, what each sheet gives to a group with a floor or a criterion
    that knocks out; limits: of each check, for one sheet; least_passing: 0 where the limit itself passes (a floor), 1 where not.
    weight: in percent; threshold: in hundredths, None where there is none.
    """

    weight: int
    trimmed: bool
    threshold: int | None
    application: np.ndarray
    reviewer: np.ndarray
    total: np.ndarray
    parts: np.ndarray
    limits: np.ndarray
    least_passing: np.ndarray

    @cached_property
    def grouped(self):
        """[(applications, their sheets)] by how many each has: m places, and m x k places of sheets."""
        order = np.argsort(self.application, kind="stable")
        found, first, counts = np.unique(self.application[order], return_index=True, return_counts=True)
        return [
            (
                found[counts == k],
                order[first[counts == k][:, None] + np.arange(k)],
            )
            for k in np.unique(counts)
        ]

    def as_they_are(self):
        """Every sheet once: one draw that changes nothing."""
        return [sheets.T[None] for _applications, sheets in self.grouped]

    def drawn(self, chance, draws):
        """So many draws: of each group an array draws x k x m of places of sheets."""
        rounds = max((sheets.shape[1] for _applications, sheets in self.grouped), default=0)
        luck = chance.random((draws, rounds, int(self.reviewer.max(initial=0)) + 1), dtype=np.float32)
        found = []
        for _applications, sheets in self.grouped:
            m, k = sheets.shape
            first = luck[:, :k, self.reviewer[sheets]].argmax(axis=-1)
            found.append(sheets[np.arange(m), first])
        return found

    def scores(self, picks, count):
        """(stage scores in hundredths, how many things fail the plan here) of every draw: draws x applications.

        picks: as_they_are or drawn; count: of applications.
        """
        draws = len(picks[0]) if picks else 1
        score, fails = np.zeros((draws, count), dtype=np.int64), np.zeros((draws, count), dtype=np.int16)
        for (applications, sheets), picked in zip(self.grouped, picks, strict=True):
            kept = k = sheets.shape[1]
            totals = self.total[picked]
            whole = totals.sum(axis=1)
            if self.trimmed and k >= TRIM_FROM:
                whole -= totals.max(axis=1) + totals.min(axis=1)
                kept -= 2
            cents = (2 * whole + 10 * kept) // (20 * kept)  # half up
            score[:, applications] = cents
            if self.threshold is not None:
                fails[:, applications] += cents < self.threshold
            for check, limit in enumerate(self.limits):
                given = self.parts[picked, check].sum(axis=1)
                fails[:, applications] += given < k * limit + self.least_passing[check]
        return score, fails


@dataclass(frozen=True)
class Plans:
    """The ranked applications in the order of their places, points in hundredths.

    added: bonus less penalty; ties: a number that is higher where the stored tie keys stand higher, equal where they are equal;
    barred: what is not selected whatever is drawn; first: whom the committee seats before all others, where what is drawn lets
    it; kinds: (field id, region id) of each; grants: in won.
    """

    added: np.ndarray
    ties: np.ndarray
    barred: np.ndarray
    first: np.ndarray
    kinds: list
    grants: list

    def __len__(self):
        return len(self.added)


@dataclass(frozen=True)
class Line:
    """Where a list is cut: places, the mark that the base score must reach (hundredths), budget in won or None, bounds."""

    seats: int
    mark: int
    budget_krw: int | None = None
    bounds: tuple = ()


@dataclass(frozen=True)
class Firmness:
    """counts: in how many of the draws each application is selected; known: whether it has a stage with two sheets or more."""

    draws: int
    counts: np.ndarray
    known: np.ndarray


def scored(stages, plans, picks):
    """(final, base, fails) of every draw: arrays draws x applications, points in hundredths. picks: of each stage its own.

    fails: how many things fail a plan by its sheets.
    """
    weighted, fails = np.zeros((1, len(plans)), dtype=np.int64), np.zeros((1, len(plans)), dtype=np.int16)
    for stage, picked in zip(stages, picks, strict=True):
        score, found = stage.scores(picked, len(plans))
        weighted, fails = weighted + stage.weight * score, fails + found
    base = (2 * weighted + 100) // 200  # half up
    return base + plans.added, base, fails


def resampled(stages, plans, line, *, draws, seed, tell=lambda part: None):
    """The Firmness of a cut. tell: is given the part that is done, from 0 to 1; what it raises ends the work."""
    chance = np.random.default_rng(seed)
    counts, done = np.zeros(len(plans), dtype=np.int64), 0
    widest = max((sheets.shape[1] for stage in stages for _a, sheets in stage.grouped), default=1)
    at_once = max(1, min(MOST_AT_ONCE, AT_ONCE // max(1, len(plans) * widest**2)))
    while done < draws:
        tell(done / draws)
        block = min(at_once, draws - done)
        picks = [stage.drawn(chance, block) for stage in stages]
        final, base, fails = scored(stages, plans, picks)
        coin = chance.random(final.shape, dtype=np.float32)
        order = np.lexsort((coin, np.broadcast_to(plans.ties, final.shape), final), axis=-1)[:, ::-1]
        may = (fails == 0) & ~plans.barred & (base >= line.mark)
        for ranked, allowed in zip(order, may, strict=True):
            counts[walked(ranked[allowed[ranked]], plans, line)] += 1
        done += block
    return Firmness(draws, counts, known(stages, len(plans)))


def known(stages, count):
    """Which applications have a stage with two sheets or more: of the others nothing is known of how far reviewers differ."""
    found = np.zeros(count, dtype=bool)
    for stage in stages:
        for applications, sheets in stage.grouped:
            found[applications] |= sheets.shape[1] > 1
    return found


def walked(ranked, plans, line):
    """The places of those whom the rule of selection takes. ranked: places of those who may be selected, best first.

    It is rules.cut without its words. A walk that minds no minimum is tried first: where it meets them all, it is the same.
    """
    ranked = ranked[np.argsort(~plans.first[ranked], kind="stable")]
    if not line.bounds and line.budget_krw is None:
        return ranked[: line.seats]
    ranked = ranked.tolist()
    mosts = {bound.end: bound.most for bound in line.bounds if bound.most is not None}
    taken, chosen, left = Counter(), [], line.budget_krw
    for place in ranked:
        if len(chosen) == line.seats:
            break
        own, grant = ends(plans.kinds[place]), plans.grants[place]
        if (left is not None and grant > left) or any(
            taken[end] >= mosts.get(end, line.seats) for end in own
        ):
            continue
        chosen.append(place)
        taken.update(own)
        left = left if left is None else left - grant
    if all(taken[bound.end] >= bound.least for bound in line.bounds):
        return chosen
    return _walked_in_a_room(ranked, plans, line)


def _walked_in_a_room(ranked, plans, line):
    """The same where room has to be kept. ranked: those whom the committee seats stand first."""
    seated = sum(bool(plans.first[place]) for place in ranked)
    coming = {place: (plans.kinds[place], plans.grants[place]) for place in ranked}
    room, chosen = Room(line.seats, line.bounds, coming, Purse(line.budget_krw)), []
    for number, (place, (kind, grant)) in enumerate(coming.items()):
        if number == seated:
            room.settle()
        if room.seats == 0:
            break
        if room.full(kind) or not room.purse.holds(grant) or (number >= seated and not room.admits(kind)):
            room.skip(place)
            continue
        room.take(place)
        chosen.append(place)
    return chosen
