"""Whole won: never a float, never a lost won."""

from collections.abc import Sequence

THOUSAND = 1_000


def floor_thousand(krw: int) -> int:
    """A cap, rounded down to whole thousands of won (docs/domain.md, cost sharing)."""
    return krw // THOUSAND * THOUSAND


def ceil_thousand(krw: int) -> int:
    """A minimum, rounded up to whole thousands of won (docs/domain.md, cost sharing)."""
    return -(-krw // THOUSAND) * THOUSAND


def split(krw: int, ratios: Sequence[int]) -> list[int]:
    """Share an amount by whole-number ratios; the parts add up to it exactly.

    What rounding down leaves over goes to the first part. Raises ValueError for negative or empty ratios.
    """
    if krw < 0 or not ratios or min(ratios) < 0 or sum(ratios) == 0:
        raise ValueError("An amount is shared by ratios of which one is above zero.")
    parts = [krw * ratio // sum(ratios) for ratio in ratios]
    parts[0] += krw - sum(parts)
    return parts
