"""A release goes from environment to environment in the order of the files; none is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed

if TYPE_CHECKING:
    from tooling.environments import Environment


def order(source: str, target: Environment) -> Answer:
    """Say whether `target` takes its releases from `source`."""
    file = f"environments/{target.name}.yaml"
    if target.promotes_from is None:
        return failed(f"{target.name} is promoted from nowhere ({file}); it is deployed to.")
    if target.promotes_from != source:
        return failed(f"{target.name} is promoted from {target.promotes_from} ({file}).")
    return passed(f"{target.name} is promoted from {source}.")
