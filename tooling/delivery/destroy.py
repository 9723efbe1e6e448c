"""``destroy``: delete an environment and everything in it."""

from __future__ import annotations

from contextlib import nullcontext
from time import monotonic
from typing import TYPE_CHECKING

from tooling.aws.buckets import bucket_exists, empty_bucket, remove_bucket
from tooling.aws.encryption_keys import retire_key
from tooling.aws.ledger_key import LedgerKey
from tooling.emulator.process import emulator_of
from tooling.environments.names import artifact_bucket, foundation_key_alias, state_bucket
from tooling.errors import OperatorError
from tooling.ledger.entry import Step
from tooling.releases.release import UNKNOWN_RELEASE
from tooling.terraform.media_stack import media_stack
from tooling.terraform.outputs import read_outputs
from tooling.terraform.reports import show_plan
from tooling.terraform.state import state_exists

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.delivery.run import Run
    from tooling.environments import Environment
    from tooling.terraform.plans import Plan

BUCKET = "aws_s3_bucket"


def destroy(run: Run, confirm: Callable[[str], bool]) -> None:
    """Delete the environment's objects, resources and state.

    It holds the environment's lease until the state bucket itself is gone.

    Parameters
    ----------
    run : Run
        Of this command.
    confirm : callable
        Asked with the question; nothing is touched unless it returns True.

    Raises
    ------
    OperatorError
        The environment is protected, another run holds its lease, or the operator declined.
    """
    environment = run.target.environment
    artifacts, state = artifact_bucket(environment), state_bucket(environment)
    state_is_there = bucket_exists(run.target.s3, state)
    if not state_is_there and not bucket_exists(run.target.s3, artifacts):
        _retire_key(run)  # left by a run that stopped after removing the buckets
        run.screen.done(f"{environment.name} is not deployed: nothing to destroy.")
        return
    _require_consent(environment, confirm)
    with run.lease.held() if state_is_there else nullcontext():
        if state_is_there and state_exists(run.target):
            with run.journal.failures_recorded():
                run.journal.record(Step.STARTED)
                _destroy_stack(run)
        run.screen.step("State and artifact buckets, the ledger's key")
        _remove_bucket(run, artifacts)
        if LedgerKey.of(run.target).remove():
            run.screen.done("key of the ledger scheduled for deletion")
        if state_is_there:  # last, so that the command can be run again until then
            with run.lease.unrenewed():
                _remove_bucket(run, state)
    _retire_key(run)
    _stop_if_deserted(run)


def _require_consent(environment: Environment, confirm: Callable[[str], bool]) -> None:
    if environment.deletion_protection:
        raise OperatorError(
            f"{environment.name} is protected against deletion.",
            reason=f"environments/{environment.name}.yaml says deletion_protection: true.",
            remedy="Set it to false, deploy or promote that, then destroy.",
        )
    question = (
        f"This deletes {environment.name} and all its images for good. "
        f"Type the environment's name to continue:"
    )
    if not confirm(question):
        raise OperatorError(
            "Nothing was destroyed.",
            reason="The name was not confirmed.",
            remedy=f"Type it when asked, or run: nox -s destroy -- {environment.name} --yes",
        )


def protected_resources(plan: Plan) -> list[str]:
    """Return the addresses of what a destroy plan would remove although it is protected.

    Parameters
    ----------
    plan : Plan
        It shows what is deployed, whatever the environment's file says now.
    """
    return [
        entry.address
        for entry in plan.resources
        if entry.before.get("deletion_protection_enabled") is True
        or entry.before.get("deletion_protection") == "ACTIVE"
        or (entry.type == BUCKET and entry.before.get("force_destroy") is False)
    ]


def _destroy_stack(run: Run) -> None:
    began = monotonic()
    environment, screen = run.target.environment, run.screen
    screen.step("Resources")
    outputs = read_outputs(run.target)
    # An apply that never finished leaves no outputs; a destroy works with any release.
    release = outputs.release if outputs else UNKNOWN_RELEASE
    stack = media_stack(run.workspace, run.target)
    plan = stack.plan(screen, release, destroy=True)
    show_plan(screen, plan.summary, began)
    if not plan.summary.changes:
        return
    kept = protected_resources(plan)
    if kept:
        raise OperatorError(
            f"What is deployed in {environment.name} is protected; nothing was removed.",
            reason=f"Protected: {', '.join(kept)}.",
            remedy="Deploy or promote it without protection first, then destroy.",
        )
    # Every check has passed: from here on nothing can be undone.
    run.lease.require()
    for entry in plan.resources:
        if entry.type == BUCKET and bucket_exists(run.target.s3, entry.before["bucket"]):
            _empty(run, entry.before["bucket"], entry.address)
    run.lease.require()
    began = monotonic()
    stack.apply(screen, plan.summary)
    screen.done("removed", began)


def _empty(run: Run, bucket: str, address: str) -> None:
    began = monotonic()
    count = 0
    with run.screen.progress(f"emptying {address}", None) as progress:
        for some in empty_bucket(run.target.s3, bucket):
            count += some
            progress.now(f"{count} versions removed")
    run.screen.done(f"{bucket} emptied, {count} versions", began)


def _remove_bucket(run: Run, bucket: str) -> None:
    removed = remove_bucket(run.target.s3, bucket)
    if removed is not None:
        run.screen.done(f"{bucket} removed, {removed} versions in it")


def _retire_key(run: Run) -> None:
    """Delete the buckets' key after the buckets: reading the state needs it until then."""
    alias = foundation_key_alias(run.target.environment)
    if retire_key(run.target.kms, alias):
        run.screen.done(f"{alias} is deleted at the end of KMS's waiting period")


def _stop_if_deserted(run: Run) -> None:
    """Stop the embedded AWS when nothing is deployed there any more."""
    if run.target.endpoint and not run.target.s3.list_buckets()["Buckets"]:
        emulator_of(run.workspace).stop()
        run.screen.done("Stopped the embedded AWS: nothing is deployed there any more.")
