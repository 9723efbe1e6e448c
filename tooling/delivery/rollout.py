"""The rollout of a release: apply the saved plan, verify the release, or roll back."""

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
    """Terraform applied only a part of the plan."""


def roll_out(run: Run, planned: Planned, previous: Release | None) -> Outputs:
    """Apply the plan and verify the release; roll back to `previous` if it does not work.

    Raises
    ------
    ApplyFailed
        It was applied in part; the message says how the environment was left.
    SmokeTestFailed
        The release does not work there; the message says how the environment was left.
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
    # Recorded even without an apply here: a killed run may have done it.
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
            remedy=f"Fix the release, then promote it again; nox -s history -- {run.name} "
            "shows what happened.",
        ) from error


def _apply(run: Run, planned: Planned, previous: Release | None) -> None:
    """Apply the plan; roll back an environment that got only a part of it."""
    try:
        run.apply(planned.stack, planned.summary)
    except TerraformFailed as error:
        if error.changed_nothing:
            raise
        run.journal.record(Step.APPLY_FAILED, error.reason, release=planned.release)
        if planned.keeps:
            restore_versions(run, planned)
        became = roll_back(run, previous)
        again = "promote it again" if previous else "run the same command again to continue"
        raise ApplyFailed(
            f"Release {planned.release.id[:12]} was applied to {run.name} only in part. {became}",
            reason=error.reason,
            remedy=f"Correct what Terraform names, then {again}.",
        ) from error
