"""Ratios and fits, on figures whose answer is known."""

from __future__ import annotations

import pytest

from tests.benchmarks.figures import Line, fit_line, median_ratio, share_below


def test_the_ratio_is_taken_round_by_round() -> None:
    # The machine was busy in the second round, for both.
    assert median_ratio([100, 300, 110], [200, 600, 220]) == 0.5


def test_a_line_through_points_on_a_line_is_that_line() -> None:
    assert fit_line([0, 1, 3], [5, 7, 11]) == Line(base=5, slope=2)
    assert Line(base=5, slope=2).at(3) == 11


def test_noise_on_both_sides_cancels() -> None:
    line = fit_line([0, 0, 10, 10], [4, 6, 24, 26])
    assert (line.base, line.slope) == pytest.approx((5, 2))


def test_points_at_one_place_make_a_flat_line() -> None:
    assert fit_line([4, 4], [1, 3]) == Line(base=2, slope=0)


def test_a_share_of_the_values_is_not_above() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (share_below(values, 0.5), share_below(values, 0.95)) == (50, 95)
    assert share_below([7], 0.5) == share_below([7], 0.95) == 7
