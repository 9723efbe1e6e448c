"""The state and artifact buckets of an environment stay as they are, or gain something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed

if TYPE_CHECKING:
    from tooling.terraform.plans import Plan


def foundation(plan: Plan, *, lived_in: bool) -> Answer:
    """Say whether the plan of an environment's buckets removes and replaces nothing.

    Parameters
    ----------
    lived_in : bool
        Whether any release has worked there yet. Before, the buckets are only being made.
    """
    lost = [entry.address for entry in plan.removed]
    if lost and lived_in:
        return failed(f"The state and artifact buckets would lose {', '.join(lost)}.")
    return passed("The state and artifact buckets lose nothing.")
