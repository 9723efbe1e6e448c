"""Verification of a release: its code is live, and the smoke test passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling import smoke
from tooling.errors import OperatorError
from tooling.gates.gate import Gate
from tooling.gates.source import live_code
from tooling.ledger.entry import Step
from tooling.smoke import SmokeTestFailed

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.delivery.plan import Planned
    from tooling.delivery.run import Run
    from tooling.ledger.journal import Journal
    from tooling.releases.release import Release
    from tooling.terraform.outputs import Outputs


def verify_release(run: Run, planned: Planned) -> Outputs:
    """Compare the live code with the release, and smoke-test it; return the outputs.

    Raises
    ------
    SmokeTestFailed
        It does not work, or its outputs can't be read; either is recorded.
    """
    try:
        outputs = planned.stack.outputs()
        _require_live_code(run, outputs, planned.release)
        smoke_test(run.journal, run.target, outputs, run.screen)
    except SmokeTestFailed as error:
        if run.journal.last is not Step.SMOKE_FAILED:
            run.journal.record(Step.SMOKE_FAILED, error.reason, release=planned.release)
        raise
    except (OperatorError, LookupError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        run.journal.record(Step.SMOKE_FAILED, reason, release=planned.release)
        raise SmokeTestFailed("The release could not be tested.", reason=reason) from error
    return outputs


def _require_live_code(run: Run, outputs: Outputs, release: Release) -> None:
    """Make sure that nobody published other code during the apply."""
    behind = Gate(
        "live code", lambda: live_code(run.target.functions, outputs.functions, release)
    ).find()
    if not behind.lets_through:
        raise SmokeTestFailed("The live code is not the release's.", reason=behind.evidence)


def smoke_test(
    journal: Journal, target: Target, outputs: Outputs, screen: Screen
) -> list[tuple[str, str, int]]:
    """Run the smoke test and record its result as evidence for promotions.

    Raises
    ------
    SmokeTestFailed
        The deployed release does not work.
    """
    release = outputs.release
    try:
        steps = smoke.run(target, outputs, screen)
    except SmokeTestFailed as error:
        journal.record(Step.SMOKE_FAILED, error.reason, release=release)
        raise
    journal.record(Step.SMOKE_PASSED, f"{len(steps)} steps", release=release)
    return steps
