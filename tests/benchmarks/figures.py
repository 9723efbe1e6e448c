"""What is made of measured figures: medians, ratios, straight lines."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def share_below(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all values, from 0 to 1, is not above."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Return the median of the ratios round by round.

    Both of a pair were measured one after the other, so a machine that slows down between rounds
    slows both, and the ratio stays.
    """
    return median(
        above / below for above, below in zip(numerators, denominators, strict=True) if below
    )


@dataclass(frozen=True)
class Line:
    """A straight line through measured points.

    Parameters
    ----------
    base : float
        Its value at 0.
    slope : float
        What it gains for each 1.
    """

    base: float
    slope: float

    def at(self, place: float) -> float:
        """Return its value."""
        return self.base + self.slope * place


def fit_line(places: Sequence[float], values: Sequence[float]) -> Line:
    """Return the line with the least squares of distances to the points; flat if all are at one."""
    mean_place = sum(places) / len(places)
    mean_value = sum(values) / len(values)
    spread = sum((place - mean_place) ** 2 for place in places)
    if not spread:
        return Line(mean_value, 0.0)
    together = sum(
        (place - mean_place) * (value - mean_value)
        for place, value in zip(places, values, strict=True)
    )
    slope = together / spread
    return Line(mean_value - slope * mean_place, slope)
