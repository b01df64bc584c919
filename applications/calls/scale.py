"""The five steps of a scale (practice: 평가 5단계), and what each stands for in a call: pure."""

from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

STEP_LENGTH = 150  # characters of what a step stands for
STEPS = ((100, _("Excellent")), (80, _("Good")), (60, _("Fair")), (40, _("Poor")), (20, _("Very poor")))


class Step(NamedTuple):
    """One step: its word, its points, and what it stands for ("" where the call does not say)."""

    word: str
    points: Decimal
    text: str = ""


def anchors(most, step):
    """[(word, points)] of the five steps of a scale up to so many points.

    Where a step of the scale falls between two that may be given, it is the lower one.
    """
    return [(word, Decimal(most) * part / 100 // step * step) for part, word in STEPS]


def most_of(points, scale):
    """The highest value that may be given for a criterion of so many points: these, or 100 where they are its weight."""
    return 100 if scale == "percent" else points


def steps_of(criterion, *, scale, step):
    """The five Steps of a criterion on the scale of its call, the best first."""
    texts = criterion.anchors or [""] * len(STEPS)
    found = anchors(most_of(criterion.points, scale), step)
    return [Step(word, points, text) for (word, points), text in zip(found, texts, strict=True)]


def values_of(criterion, *, scale, step):
    """The values that may be given where a criterion is scored by steps."""
    return [points for _word, points in anchors(most_of(criterion.points, scale), step)]


def indistinct(points, *, scale, step):
    """Whether two of the five steps would be worth the same, so that steps cannot be told apart."""
    found = [value for _word, value in anchors(most_of(points, scale), step)]
    return len(set(found)) < len(found)
