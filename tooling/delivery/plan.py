"""The saved plan for a release: the only thing that is ever applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.aws.buckets import bucket_exists
from tooling.delivery.watch import shares_to_keep, with_new_code, with_new_version
from tooling.environments.names import state_bucket
from tooling.gates.plan import plan_digest
from tooling.scanning.gate import scan_saved_plan
from tooling.terraform.media_stack import media_stack
from tooling.terraform.reports import show_plan
from tooling.terraform.summary import Action
from tooling.terraform.without_state import media_stack_without_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.delivery.run import Run
    from tooling.releases.release import Release
    from tooling.scanning.findings import Report
    from tooling.terraform.foundation import PlannedFoundation
    from tooling.terraform.media_stack import MediaStack
    from tooling.terraform.outputs import Outputs
    from tooling.terraform.plans import Plan
    from tooling.terraform.summary import PlanSummary


@dataclass(frozen=True)
class Planned:
    """A saved plan, which is gated, scanned, approved and applied.

    Parameters
    ----------
    stack : Stack
        Holds it.
    release : Release
        The release, with the locations of its zips in the target.
    plan : Plan
        What it would do.
    keeps : dict
        In a canary, by function, the current version and the share it keeps.
    foundation : PlannedFoundation or None
        Applied first; None for a rollback, which leaves the buckets alone.
    goes_back_to : Release or None
        The release that an automatic rollback returns to.
    """

    stack: MediaStack
    release: Release
    plan: Plan
    keeps: dict[str, dict[str, Any]] = field(default_factory=dict)
    foundation: PlannedFoundation | None = None
    goes_back_to: Release | None = None

    @property
    def summary(self) -> PlanSummary:
        """What it would do, as an operator reads it."""
        return self.plan.summary

    @cached_property
    def digest(self) -> str:
        """The digest that an approval names."""
        return plan_digest(
            self.stack.target.environment.name,
            self.plan,
            release=self.release,
            goes_back_to=self.goes_back_to,
        )

    def outline(self) -> dict[str, Any]:
        """Return the plan for --json."""
        return {
            "digest": self.digest,
            "release": self.release.id,
            "goes_back_to": self.goes_back_to.id if self.goes_back_to else None,
            "summary": self.summary.counts(),
            "changes": [change.document() for change in self.summary.changes],
            "outputs": [value.document() for value in self.summary.output_values],
        }


def plan_at_once(run: Run, release: Release, sources: Path) -> Planned:
    """Save the plan that switches to the release without a canary, and show it."""
    return _shown(run, lambda: _planned(run, release, sources))


def plan_as_asked(run: Run, release: Release, sources: Path, deployed: Outputs | None) -> Planned:
    """Save and show the plan for the release, with a canary if the environment asks for one.

    In a canary the current version keeps a share of every function that gets a new version. Those
    are the functions with new code; only the plan shows whether settings add others, in which case
    it is made again.
    """
    share = partial(shares_to_keep, run.target.environment.canary, deployed)

    def planned() -> Planned:
        expected = share(with_new_code(deployed, release))
        first = _planned(run, release, sources, expected)
        keeps = share(with_new_version(deployed, first.plan))
        return first if keeps == expected else _planned(run, release, sources, keeps)

    return _shown(run, planned)


def scan_planned(run: Run, planned: Planned) -> Report | None:
    """Scan the saved plan; return None if it changes nothing."""
    if planned.summary.empty:
        return None
    return scan_saved_plan(run.workspace, run.target, planned.stack, run.screen)


def show_digest(run: Run, planned: Planned) -> None:
    """Print the plan's digest and both releases in full, for the approval."""
    run.screen.done(f"plan {planned.digest} for release {planned.release.id}")
    if planned.goes_back_to:
        run.screen.done(f"rolls back to release {planned.goes_back_to.id} if that fails")


def _shown(run: Run, make: Callable[[], Planned]) -> Planned:
    began = monotonic()
    run.screen.step(f"Plan of {run.name}")
    planned = make()
    show_plan(run.screen, planned.summary, began)
    if any(change.action is Action.CREATE for change in planned.summary.changes):
        # New resources take their values from these, or from the sources, which a gate checks.
        run.screen.table("Settings", ("variable", "value"), planned.plan.settings)
    return planned


def _stack(run: Run, sources: Path) -> MediaStack:
    """Return the environment's stack; a dry run works even without a state bucket."""
    if run.dry and not bucket_exists(run.target.s3, state_bucket(run.target.environment)):
        return media_stack_without_state(run.workspace, run.target)
    return media_stack(run.workspace, run.target, sources)


def _planned(
    run: Run, release: Release, sources: Path, keeps: dict[str, dict[str, Any]] | None = None
) -> Planned:
    stack = _stack(run, sources)
    plan = stack.plan(run.screen, release, keeps, lock=not run.dry)
    if plan.summary.empty:  # drift counts even if nothing is to be applied
        plan = stack.read_plan()
    return Planned(stack, release, plan, keeps or {})
