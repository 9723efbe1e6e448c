"""``destroy``: take an environment down and leave nothing behind."""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.buckets import bucket_exists, empty_bucket, remove_bucket
from tooling.errors import OperatorError
from tooling.releases import UNKNOWN_RELEASE, Release
from tooling.rendering import artifact_bucket, render_variables, state_bucket
from tooling.reports import show_plan
from tooling.stack import media_stack
from tooling.state import state_exists
from tooling.target import emulator_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.target import Target
    from tooling.workspace import Workspace


def destroy(
    workspace: Workspace,
    target: Target,
    clients: Clients,
    screen: Screen,
    confirm: Callable[[str], bool],
) -> None:
    """Remove everything of the environment: its objects, its resources, its state.

    Parameters
    ----------
    confirm : callable
        Asked with the question; nothing is touched unless it returns True.

    Raises
    ------
    OperatorError
        The environment is protected, or the operator did not confirm.
    """
    environment = target.environment
    buckets = [artifact_bucket(environment), state_bucket(environment)]
    if not any(bucket_exists(clients.s3, bucket) for bucket in buckets):
        screen.done(f"{environment.name} is not deployed: nothing to destroy.")
        return
    if environment.deletion_protection:
        raise OperatorError(
            f"{environment.name} is protected against deletion.",
            reason=f"environments/{environment.name}.yaml says deletion_protection: true.",
            remedy="Set it to false, deploy or promote that, then destroy.",
        )
    question = (
        f"This removes {environment.name} with all its images, for ever. "
        f"Type the name of the environment to go on:"
    )
    if not confirm(question):
        raise OperatorError(
            "Nothing was destroyed.",
            reason="The name was not confirmed.",
            remedy=f"Type it when asked, or run: nox -s destroy -- {environment.name} --yes",
        )
    if state_exists(clients, target):
        _destroy_stack(workspace, target, clients, screen)
    screen.step("State and artifact buckets")
    for bucket in buckets:  # the state goes last: until then the command can be run again
        removed = remove_bucket(clients.s3, bucket)
        if removed is not None:
            screen.done(f"{bucket} removed, {removed} versions in it")
    _stop_if_deserted(workspace, target, clients, screen)


def protected_resources(plan: dict[str, Any]) -> list[str]:
    """Return the addresses of what a destroy plan would remove although it is protected.

    Parameters
    ----------
    plan : dict
        What ``terraform show -json`` makes of the plan; it tells what is deployed, whatever the
        environment's file says by now.
    """
    return [
        address
        for address, kind, before in _deployed(plan)
        if before.get("deletion_protection_enabled") is True
        or before.get("deletion_protection") == "ACTIVE"
        or (kind == "aws_s3_bucket" and before.get("force_destroy") is False)
    ]


def _deployed(plan: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (entry["address"], entry["type"], entry["change"]["before"] or {})
        for entry in plan.get("resource_changes", [])
    ]


def _destroy_stack(workspace: Workspace, target: Target, clients: Clients, screen: Screen) -> None:
    began = monotonic()
    environment = target.environment
    screen.step("Resources")
    stack = media_stack(workspace, target)
    stack.init(screen)
    outputs = stack.outputs()
    # An apply that never ended leaves no outputs; a destroy needs no true release.
    release = Release.from_document(outputs["release"]) if "release" in outputs else UNKNOWN_RELEASE
    variables = render_variables(workspace.environments, environment, target.endpoint, release)
    summary = stack.plan(screen, variables, destroy=True)
    show_plan(screen, summary, began)
    if not summary.changes:
        return
    plan = json.loads(stack.plan_document.read_text(encoding="utf-8"))
    kept = protected_resources(plan)
    if kept:
        raise OperatorError(
            f"What is deployed in {environment.name} is protected; nothing was removed.",
            reason=f"Protected: {', '.join(kept)}.",
            remedy="Deploy or promote it without protection first, then destroy.",
        )
    # Only now that nothing speaks against it: this is what can't be undone.
    for address, kind, before in _deployed(plan):
        if kind == "aws_s3_bucket" and bucket_exists(clients.s3, before["bucket"]):
            _empty(before["bucket"], address, clients, screen)
    began = monotonic()
    stack.apply(screen, summary)
    screen.done("removed", began)


def _empty(bucket: str, address: str, clients: Clients, screen: Screen) -> None:
    began = monotonic()
    count = 0
    with screen.progress(f"emptying {address}", None) as progress:
        for some in empty_bucket(clients.s3, bucket):
            count += some
            progress.now(f"{count} versions removed")
    screen.done(f"{bucket} emptied, {count} versions", began)


def _stop_if_deserted(
    workspace: Workspace, target: Target, clients: Clients, screen: Screen
) -> None:
    """Stop the embedded AWS when nothing lives in it any more."""
    if target.endpoint and not clients.s3.list_buckets()["Buckets"]:
        emulator_of(workspace).stop()
        screen.done("Nothing lives on the embedded AWS any more: stopped it.")
