"""The saved plan that brings a release to an environment, the only thing that is ever applied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.foundation import PlannedFoundation, plan_foundation
from tooling.promotion.canary import shares_to_keep
from tooling.promotion.gates.approval import plan_digest
from tooling.rendering import render_variables
from tooling.reports import show_plan
from tooling.scanning.gate import scan_saved_plan
from tooling.stack import media_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.promotion.deployed import Deployed
    from tooling.promotion.run import Run
    from tooling.releases import Release
    from tooling.scanning.findings import Report
    from tooling.stack import Stack
    from tooling.terraform.plans import PlanSummary


@dataclass(frozen=True)
class Planned:
    """A saved plan, the one that is judged, scanned, approved and applied.

    Parameters
    ----------
    stack : Stack
        Holds it.
    release : Release
        What it brings, with the places of its zips in the target.
    summary : PlanSummary
        What it would do.
    document : dict
        What ``terraform show -json`` makes of it.
    keeps : dict
        In a canary, by function, the version that goes on serving, and its share.
    foundation : PlannedFoundation or None
        What goes before it; a rollback leaves the buckets alone.
    """

    stack: Stack
    release: Release
    summary: PlanSummary
    document: dict[str, Any]
    keeps: dict[str, dict[str, Any]] = field(default_factory=dict)
    foundation: PlannedFoundation | None = None

    @cached_property
    def digest(self) -> str:
        """What an approval names."""
        return plan_digest(self.stack.target.environment.name, self.document)


def plan_at_once(run: Run, release: Release, sources: Path) -> Planned:
    """Save the plan that brings the release at once, and show it."""
    return _shown(run, lambda: _planned(run, release, sources))


def plan_as_asked(run: Run, release: Release, sources: Path, deployed: Deployed | None) -> Planned:
    """Save the plan that brings the release as the environment asks, and show it.

    With a canary the version that serves now keeps a share, which only a first plan can tell
    for which functions.
    """

    def planned() -> Planned:
        at_once = _planned(run, release, sources)
        keeps = shares_to_keep(run.target.environment.canary, deployed, at_once.document)
        return _planned(run, release, sources, keeps) if keeps else at_once

    return _shown(run, planned)


def with_foundation(run: Run, planned: Planned) -> Planned:
    """Return the same with the plan of the buckets below, which is applied before it."""
    return replace(planned, foundation=plan_foundation(run.workspace, run.target, run.screen))


def scan_planned(run: Run, planned: Planned) -> Report | None:
    """Scan the saved plan; None where it has nothing to apply."""
    if planned.summary.empty:
        return None
    return scan_saved_plan(run.workspace, run.target, planned.stack, run.screen)


def _shown(run: Run, make: Callable[[], Planned]) -> Planned:
    began = monotonic()
    run.screen.step(f"Plan of {run.name}")
    planned = make()
    show_plan(run.screen, planned.summary, began)
    return planned


def _planned(
    run: Run, release: Release, sources: Path, keeps: dict[str, dict[str, Any]] | None = None
) -> Planned:
    stack = media_stack(run.workspace, run.target, sources)
    stack.init(run.screen)
    variables = render_variables(
        run.workspace.environments, run.target.environment, run.target.endpoint, release, keeps
    )
    summary = stack.plan(run.screen, variables)
    return Planned(stack, release, summary, stack.read_plan(), keeps or {})
