"""Plans and outputs as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tooling.console import flatten

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.terraform.summary import PlanSummary


def show_plan(screen: Screen, summary: PlanSummary, began: float) -> None:
    """Print what a plan would do: one line of counts, and what it touches."""
    rows = summary.rows()
    if rows:
        screen.table("", ("action", "what"), rows)
    screen.done(summary.counts(), began)


def show_outputs(screen: Screen, name: str, outputs: dict[str, Any]) -> None:
    """Print every output of an environment, one line each, nested ones with dots."""
    rows = list(flatten(outputs))
    screen.wide_table(f"Outputs of {name}", ("output", "value"), rows)
