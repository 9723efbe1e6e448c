"""The saved plan that brings a release to an environment, the only thing that is ever applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.promotion.canary import shares_to_keep, with_new_code, with_new_version
from tooling.promotion.gates.approval import plan_digest
from tooling.rendering import render_variables
from tooling.reports import show_plan
from tooling.scanning.gate import scan_saved_plan
from tooling.stack import media_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.foundation import PlannedFoundation
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

    With a canary the version that serves now keeps a share for each function that gets a new one.
    Those are the ones with new code; that a setting makes more of them only the plan tells, which
    is then made once more.
    """
    share = partial(shares_to_keep, run.target.environment.canary, deployed)

    def planned() -> Planned:
        expected = share(with_new_code(deployed, release))
        first = _planned(run, release, sources, expected)
        keeps = share(with_new_version(deployed, first.document))
        return first if keeps == expected else _planned(run, release, sources, keeps)

    return _shown(run, planned)


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
    # One without changes is shown here alone: what was found changed stands in it too.
    document = stack.read_plan() if summary.empty else stack.document()
    return Planned(stack, release, summary, document, keeps or {})
