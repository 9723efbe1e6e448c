"""Brings one release to one environment: apply exactly the plan, prove it, or go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.delivery.automatic_rollback import roll_back
from tooling.delivery.canary import restore_versions, run_canary
from tooling.delivery.verification import verify_release
from tooling.errors import OperatorError
from tooling.ledger.entry import Step
from tooling.smoke import SmokeTestFailed
from tooling.terraform.diagnostics import TerraformFailed
from tooling.terraform.foundation import TITLE

if TYPE_CHECKING:
    from tooling.delivery.plan import Planned
    from tooling.delivery.run import Run
    from tooling.releases.release import Release
    from tooling.terraform.outputs import Outputs


class ApplyFailed(OperatorError):
    """Terraform could not do all that the plan says."""


def roll_out(run: Run, planned: Planned, previous: Release | None) -> Outputs:
    """Apply the plan and prove that it works; go back to `previous` if it does not.

    Raises
    ------
    ApplyFailed
        It was applied in part; the message says what became of the environment.
    SmokeTestFailed
        The release does not work there; the message says what became of the environment.
    """
    run.lease.require()
    if not planned.summary.empty:
        if planned.foundation:
            run.screen.step(TITLE)
            planned.foundation.apply(run.screen)
        run.journal.record(
            Step.APPLYING, release=planned.release, previous=previous, keeps=planned.keeps
        )
        _apply(run, planned, previous)
    # Also without an apply of this run: one that was killed may have done it.
    run.journal.record(
        Step.APPLIED, planned.summary.counts(), release=planned.release, previous=previous
    )
    try:
        if planned.keeps:
            run_canary(run, planned)
        return verify_release(run, planned)
    except SmokeTestFailed as error:
        became = roll_back(run, previous)
        raise SmokeTestFailed(
            f"Release {planned.release.id[:12]} does not work in {run.name}. {became}",
            reason=error.reason,
            remedy=f"Mend the release, then bring it again; nox -s history -- {run.name} "
            "tells what happened.",
        ) from error


def _apply(run: Run, planned: Planned, previous: Release | None) -> None:
    """Apply the plan; an environment that got a part of it only goes back."""
    try:
        run.apply(planned.stack, planned.summary)
    except TerraformFailed as error:
        if error.changed_nothing:
            raise
        run.journal.record(Step.APPLY_FAILED, error.reason, release=planned.release)
        if planned.keeps:
            restore_versions(run, planned)
        became = roll_back(run, previous)
        again = "bring it again" if previous else "run the same command again: it goes on from here"
        raise ApplyFailed(
            f"Release {planned.release.id[:12]} was applied to {run.name} only in part. {became}",
            reason=error.reason,
            remedy=f"Correct what Terraform names, then {again}.",
        ) from error
