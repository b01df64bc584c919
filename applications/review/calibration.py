"""How severe each reviewer is: a two-way model of totals, an effect of the application and one of the reviewer, both shrunk.

Pure mathematics over arrays. total = mean + application + reviewer + rest, each effect drawn from a normal distribution around
zero (Henderson's mixed model; the spreads by restricted maximum likelihood, found by EM). A reviewer with few sheets is pulled
to zero, for little is known of them. It explains scores and never replaces them (docs/domain.md, severity of reviewers).
"""

from dataclasses import dataclass

import numpy as np

CERTAIN = 1.96  # standard errors of the interval: 95 in a hundred lie within
TURNS, CLOSE = 500, 1e-5  # of EM: at most, and what the spreads may still move by
LEAST = 1e-6  # of a spread, in parts of the whole


@dataclass(frozen=True)
class Severity:
    """What the model says, in points of a total.

    reviewers: effect of each, below zero where severe; errors: the standard error of each. spread: of (applications,
    reviewers, rest), as standard deviations. groups: a number for each reviewer; between two groups that share no
    application nothing can be compared.
    """

    mean: float
    applications: np.ndarray
    reviewers: np.ndarray
    errors: np.ndarray
    spread: tuple
    groups: np.ndarray

    @property
    def low(self):
        return self.reviewers - CERTAIN * self.errors

    @property
    def high(self):
        return self.reviewers + CERTAIN * self.errors

    @property
    def share(self):
        """Which part of what totals differ by comes from who reviews: from 0 to 1."""
        _a, reviewer, _rest = (one**2 for one in self.spread)
        whole = sum(one**2 for one in self.spread)
        return reviewer / whole if whole else 0.0


def severity(application, reviewer, total):
    """The Severity found in sheets: three arrays of one length, places of applications and of reviewers from 0 on, and totals."""
    application, reviewer, total = (
        np.asarray(application),
        np.asarray(reviewer),
        np.asarray(total, dtype=float),
    )
    n, m = int(application.max()) + 1, int(reviewer.max()) + 1
    count = np.zeros((n, m))
    np.add.at(count, (application, reviewer), 1.0)
    of_application, of_reviewer = np.bincount(application, total, n), np.bincount(reviewer, total, m)
    whole = float(total.var()) or 1.0
    spreads = np.array([whole / 3, whole / 3, whole / 3])
    squares = float(total @ total)
    for _turn in range(TURNS):
        found = _solved(count, of_application, of_reviewer, total.sum(), spreads)
        a, b, mean, trace_a, inverse = found
        explained = mean * total.sum() + a @ of_application + b @ of_reviewer
        after = np.array([
            (a @ a + spreads[2] * trace_a) / n,
            (b @ b + spreads[2] * np.trace(inverse[1:, 1:])) / m,
            (squares - explained) / max(len(total) - 1, 1),
        ])  # fmt: skip
        after = np.maximum(after, LEAST * whole)
        moved, spreads = np.abs(after - spreads).max() / whole, after
        if moved < CLOSE:
            break
    a, b, mean, _trace, inverse = _solved(count, of_application, of_reviewer, total.sum(), spreads)
    errors = np.sqrt(spreads[2] * np.diag(inverse)[1:])
    return Severity(
        float(mean), a, b, errors, tuple(float(one) for one in np.sqrt(spreads)), groups_of(count)
    )


def _solved(count, of_application, of_reviewer, whole, spreads):
    """Henderson's equations with the applications eliminated: (effects of applications, of reviewers, mean, trace of the
    inverse over applications, the inverse over mean and reviewers)."""
    p = count.sum(axis=1) + spreads[2] / spreads[0]
    beside = np.column_stack([count.sum(axis=1), count])  # mean and reviewers
    scaled = beside / p[:, None]
    own = np.zeros((beside.shape[1],) * 2)
    per_reviewer = count.sum(axis=0)
    own[0, 0], own[0, 1:], own[1:, 0] = count.sum(), per_reviewer, per_reviewer
    own[1:, 1:] = np.diag(per_reviewer + spreads[2] / spreads[1])
    inverse = np.linalg.inv(own - beside.T @ scaled)
    right = np.concatenate([[whole], of_reviewer]) - scaled.T @ of_application
    solution = inverse @ right
    a = (of_application - beside @ solution) / p
    trace = float((1 / p).sum() + (scaled @ inverse * scaled).sum())
    return a, solution[1:], solution[0], trace, inverse


def groups_of(count):
    """A number for each reviewer: equal where a chain of shared applications joins them."""
    together = (count.T @ count) > 0
    groups = np.full(len(together), -1)
    for first in range(len(together)):
        if groups[first] >= 0:
            continue
        group, waiting = groups.max() + 1, [first]
        groups[first] = group
        while waiting:
            near = np.flatnonzero(together[waiting.pop()] & (groups < 0))
            groups[near] = group
            waiting += list(near)
    return groups
