"""The automatic rollback: return an environment to the last release that worked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tooling.delivery.plan import plan_at_once, scan_planned
from tooling.delivery.verification import verify_release
from tooling.errors import OperatorError
from tooling.gates.gate import Gate, ask_all
from tooling.gates.plan import data, scan
from tooling.gates.source import checkout
from tooling.ledger.entry import Step
from tooling.ledger.lease import LeaseHeld
from tooling.releases.sources import sources_of
from tooling.smoke import SmokeTestFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.delivery.plan import Planned
    from tooling.delivery.run import Run
    from tooling.gates.gate import Finding
    from tooling.releases.release import Release


def roll_back(run: Run, previous: Release | None, planned: Planned | None = None) -> str:
    """Roll the environment back to its previous release; return the outcome in a sentence.

    Parameters
    ----------
    planned : Planned or None
        The plan of the rollback, if its gates have already passed. Otherwise it is made and gated
        here; it needs no approval, since the approval of the failed release covers it.
    """
    run.lease.require()
    if previous is None:
        run.journal.record(Step.FAILED, "no earlier release to roll back to")
        return "There is no earlier release to roll back to; it stays as it is."
    run.journal.record(Step.RETURNING, release=previous)
    run.screen.step(f"Rolling back to release {previous.id[:12]}")
    try:
        obstacle = _restore(run, previous, planned)
    except LeaseHeld:
        raise  # the new holder takes over from here
    except (OperatorError, ClientError, BotoCoreError, OSError, LookupError) as error:
        obstacle = " ".join(f"{type(error).__name__}: {error}".split())
    if obstacle:
        return record_failure(run, obstacle, previous)
    run.journal.record(Step.RETURNED, release=previous)
    return f"{run.name} was rolled back to release {previous.id[:12]}, which works."


def record_failure(run: Run, reason: str, previous: Release) -> str:
    """Record that the rollback failed; return what to do instead."""
    run.journal.record(Step.FAILED, f"rollback failed: {reason}", release=previous)
    return (
        f"{run.name} COULD NOT be rolled back to release {previous.id[:12]}: {reason}. "
        f"Check out commit {previous.short_commit} and run: nox -s rollback -- {run.name}."
    )


def rollback_gates(run: Run, planned: Planned) -> list[Gate]:
    """Return the gates of a rollback: those of a promotion, except for the ones on the source."""
    sources = planned.stack.terraform.folder
    return [
        Gate("checkout", lambda: checkout(sources, planned.release)),
        Gate("scan", lambda: scan(scan_planned(run, planned))),
        Gate("data", lambda: data(planned.plan, in_use=True)),
    ]


def summarize(failed: Sequence[Finding]) -> str:
    """Return the evidence of failed gates in one line."""
    return "; ".join(f"{finding.gate}: {finding.evidence}" for finding in failed)


def _restore(run: Run, previous: Release, planned: Planned | None) -> str | None:
    """Apply and verify the previous release; return the obstacle, if there is one."""
    if planned is None:
        sources = sources_of(run.workspace, run.name, previous)
        if sources is None:
            return f"its Terraform sources (commit {previous.short_commit}) are not available"
        planned = plan_at_once(run, previous, sources)
        failed = [
            found for found in ask_all(rollback_gates(run, planned)) if not found.lets_through
        ]
        if failed:
            return summarize(failed)
    if not planned.summary.empty:
        run.apply(planned.stack, planned.summary)
    try:
        verify_release(run, planned)
    except SmokeTestFailed as error:
        return f"it fails the smoke test as well ({error.reason})"
    return None
