"""Random panels of one stage or two, what they come to in fractions, and the application as it follows from the events of their sheets."""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from math import floor
from types import SimpleNamespace

from hypothesis import strategies as some

from applications.intake.models import Application
from applications.review import replay
from applications.review.models import Assignment
from applications.review.rules import Sheet
from applications.review.storing import computed
from tests.review.test_rules import stage

POINTS = ((40, 35, 25), (50, 30, 20))  # of the criteria of a first stage and of a second

# Values that meet: ties of totals, and totals whose mean lies exactly half way between two cents.
value = some.one_of(
    some.sampled_from(["70", "70.5", "60.1", "0", "100", "0.1", "99.9"]),
    some.integers(0, 1000).map(lambda n: f"{n / 10:.1f}"),
).map(Decimal)
values = some.tuples(value, value, value)
KEPT, OUT = some.just("kept"), some.sampled_from(["excluded", "open", "conflict"])
FATES = some.sampled_from(
    [KEPT, KEPT, KEPT, KEPT, KEPT | OUT, KEPT | OUT, KEPT | OUT, OUT]
)  # of all sheets of a stage
before = some.lists(values, max_size=1)


def sheets(number, fates):
    """So many sheets. fates: what becomes of each."""
    return some.lists(some.tuples(values, before, fates), min_size=number, max_size=number)


def stages(weights):
    """A stage of each weight: sheets, whether it is trimmed, its threshold."""
    every = some.tuples(some.integers(1, 9), FATES).flatmap(lambda asked: sheets(*asked))
    threshold = some.sampled_from([None, None, "40", "60"])
    return some.tuples(
        *(some.builds(Round, some.just(weight), every, some.booleans(), threshold) for weight in weights)
    )


@dataclass(frozen=True)
class Round:
    """A stage as it was drawn. sheets: (values from 0 to 100, those that were handed in before, what became of it)."""

    weight: int
    sheets: list
    trimmed: bool
    threshold: str | None


@dataclass
class Panel:
    """What was drawn, and what it comes to by fractions: (sheets, base, final) as words, "–" where nothing is; the scores of the
    stages that were reached; whether a threshold failed it."""

    drawn: tuple
    expected: tuple
    scores: list
    failed: bool
    stored: Application = field(default=None)
    tables: list = field(default_factory=list)


panels = some.tuples(
    some.sampled_from([(100,), (30, 70), (50, 50), (65, 35)]).flatmap(stages),
    some.sampled_from(["percent", "points"]),
    some.lists(some.sampled_from(["2", "-1.5", "0.5", "4"]), max_size=3),
)


def given_out(values, points, scale):
    """The values that stand on a sheet: of a criterion of so many points where the scale counts these, in tenths."""
    if scale == "percent":
        return values
    return tuple(
        (v * most / 100).quantize(Decimal("0.1"), ROUND_DOWN) for v, most in zip(values, points, strict=True)
    )


def exact_total(values, points, scale):
    marks = given_out(values, points, scale)
    if scale == "points":
        return sum(map(Fraction, marks))
    return sum(Fraction(most) * Fraction(v) / 100 for most, v in zip(points, marks, strict=True))


def cents_of(exact):
    """Half up, to the second decimal."""
    return Fraction(floor(exact * 100 + Fraction(1, 2)), 100)


def counted_of(drawn, points, scale):
    """(the totals of its sheets that count, those of them that its score is made of)."""
    totals = sorted(
        exact_total(last, points, scale) for last, _before, fate in drawn.sheets if fate == "kept"
    )
    return totals, totals[1:-1] if drawn.trimmed and len(totals) >= 5 else totals


def reckoned(drawn):
    """The rule set by itself, in fractions: nothing of the house is used. ((sheets, base, final), scores of the stages, failed)."""
    rounds, scale, points = drawn
    found, number, failed = [], 0, False
    for one, of in zip(rounds, POINTS, strict=False):
        totals, counted = counted_of(one, of, scale)
        number += len(totals)
        found.append(cents_of(sum(counted) / len(counted)) if totals else None)
        failed = bool(totals and one.threshold and found[-1] < Fraction(one.threshold))
        if failed or not totals:
            break
    scores = ["–" if score is None else f"{float(score):.2f}" for score in found]
    if None in found or (len(found) < len(rounds) and not failed):
        return (number, "–", "–"), scores, failed
    base = cents_of(
        sum(Fraction(one.weight) * score / 100 for one, score in zip(rounds, found, strict=False))
    )
    bonus = min(Fraction(5), sum((Fraction(p) for p in points if Fraction(p) > 0), Fraction()))
    penalty = min(Fraction(5), -sum((Fraction(p) for p in points if Fraction(p) < 0), Fraction()))
    return (number, f"{float(base):.2f}", f"{float(base + bonus - penalty):.2f}"), scores, failed


def events_of(of, sheet, scale):
    """What happened to a sheet of these values: it may have been handed in with others and given back before."""
    criteria = [criterion for group in of.below for criterion in group.below]
    last, before, fate = sheet

    def said(values):
        marks = given_out(values, [criterion.points for criterion in criteria], scale)
        return {str(criterion.pk): str(mark) for criterion, mark in zip(criteria, marks, strict=True)}

    yield "declared", {}
    for others in before:
        yield from (("saved", said(others)), ("handed_in", said(others)), ("reopened", {}))
    whole = said(last)
    yield "saved", dict([*whole.items()][:1])
    yield "saved", whole
    if fate != "open":
        yield "handed_in", whole
    if fate in ("excluded", "conflict"):
        yield ("stepped_back" if fate == "conflict" else "excluded"), {}


def replayed(panel, number):
    """The application as its columns would be stored from the events of its sheets, stage by stage as far as it came."""
    rounds, scale, points = panel.drawn
    every = [
        stage(*of, pk=ordinal, weight=one.weight, trimmed=one.trimmed, threshold=one.threshold and Decimal(one.threshold))
        for ordinal, (one, of) in enumerate(zip(rounds, POINTS, strict=False), 1)
    ]  # fmt: skip
    call = SimpleNamespace(
        scale=scale, tie_keys=["group-1", "base"], bonus_cap=Decimal(5), penalty_cap=Decimal(5)
    )
    counted, tables = [], []
    for of, drawn in zip(every, rounds[: len(panel.scores)], strict=False):
        criteria = [criterion for group in of.below for criterion in group.below]
        shown = []
        for place, sheet in enumerate(drawn.sheets):
            kept = replay.Kept()
            for kind, said in events_of(of, sheet, scale):
                kept = replay.after(kept, kind, said)
            total = kept.total(criteria, scale=scale)
            assert (total is None) == (sheet[2] == "open")
            if kept.counts(published=False):
                counted.append(Sheet(of.pk, total, kept.counted))
            shown.append(Assignment(pk=place, status=kept.status, declaration=kept.declaration, total=total))
        tables.append((of, shown))
    facts = SimpleNamespace(call=call, stage=tables[-1][0], region=None, answers={})
    columns = replay.columns(
        facts, computed(facts, every, counted, [Decimal(p) for p in points], under_review=not panel.failed)
    )
    panel.stored, panel.tables = Application(number=f"SP-2027-{number:04d}", **columns), tables
    return panel
