"""The way back: an environment gets the release again that worked there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tooling.errors import OperatorError
from tooling.promotion.entry import Step
from tooling.promotion.gates.data import data
from tooling.promotion.gates.verdict import Verdict
from tooling.promotion.lease import LeaseHeld
from tooling.promotion.planning import plan_at_once
from tooling.promotion.proof import prove
from tooling.promotion.sources import sources_of
from tooling.smoke import SmokeTestFailed

if TYPE_CHECKING:
    from tooling.promotion.run import Run
    from tooling.releases import Release


def go_back(run: Run, previous: Release | None) -> str:
    """Take the environment back to what it held before; return what became of it."""
    run.lease.require()
    if previous is None:
        run.journal.record(Step.FAILED, "nothing to go back to")
        return "It held nothing before, so there is nothing to go back to; it stays as it is."
    run.journal.record(Step.RETURNING, release=previous)
    run.screen.step(f"Back to release {previous.id[:12]}")
    try:
        hindrance = _return_to(run, previous)
    except LeaseHeld:
        raise  # whoever has it goes on from here
    except (OperatorError, ClientError, BotoCoreError, OSError, LookupError) as error:
        hindrance = " ".join(f"{type(error).__name__}: {error}".split())
    if hindrance:
        return _stay(run, hindrance, previous)
    run.journal.record(Step.RETURNED, release=previous)
    return f"{run.name} was taken back to release {previous.id[:12]}, which works."


def _return_to(run: Run, previous: Release) -> str | None:
    """Bring the release that was there before; return what stands in the way, if anything."""
    sources = sources_of(run.workspace, run.name, previous)
    if sources is None:
        return f"its Terraform sources (commit {previous.short_commit}) are not at hand"
    planned = plan_at_once(run, previous, sources)
    judged = data(planned.document, lived_in=True)
    if judged.verdict is not Verdict.PASS:
        return judged.evidence
    if not planned.summary.empty:
        run.apply(planned.stack, planned.summary)
    try:
        prove(run, planned)
    except SmokeTestFailed as error:
        return f"that fails the smoke test as well ({error.reason})"
    return None


def _stay(run: Run, reason: str, previous: Release) -> str:
    run.journal.record(Step.FAILED, f"no way back: {reason}", release=previous)
    return (
        f"{run.name} COULD NOT be taken back to release {previous.id[:12]}: {reason}. "
        f"Check out commit {previous.short_commit} and run: nox -s rollback -- {run.name}."
    )
