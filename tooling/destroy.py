"""``destroy``: take an environment down and leave nothing behind."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.buckets import bucket_exists, empty_bucket, remove_bucket
from tooling.errors import OperatorError
from tooling.releases import UNKNOWN_RELEASE, Release
from tooling.rendering import artifact_bucket, render_variables, state_bucket
from tooling.reports import show_plan
from tooling.stack import media_stack, state_exists
from tooling.target import emulator_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.stack import Stack
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
            remedy="Set it to false, deploy that, then destroy.",
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
        stack = media_stack(workspace, target)
        stack.init(screen)
        outputs = stack.outputs()
        _empty_buckets(outputs, clients, screen)
        # An apply that never ended leaves no outputs; a destroy needs no true release.
        release = Release.from_document(outputs["release"]) if outputs else UNKNOWN_RELEASE
        variables = render_variables(workspace.environments, environment, target.endpoint, release)
        _destroy_resources(stack, variables, screen)
    screen.step("State and artifact buckets")
    for bucket in buckets:  # the state goes last: until then the command can be run again
        removed = remove_bucket(clients.s3, bucket)
        if removed is not None:
            screen.done(f"{bucket} removed, {removed} versions in it")
    _stop_if_deserted(workspace, target, clients, screen)


def _empty_buckets(outputs: dict[str, Any], clients: Clients, screen: Screen) -> None:
    screen.step("Objects")
    for name in ("media_bucket", "log_bucket"):
        bucket = outputs.get(name)
        if not bucket or not bucket_exists(clients.s3, bucket):
            continue
        began = monotonic()
        count = 0
        with screen.progress(f"emptying {bucket}", None) as progress:
            for some in empty_bucket(clients.s3, bucket):
                count += some
                progress.now(f"{count} versions removed")
        screen.done(f"{bucket} emptied, {count} versions", began)


def _destroy_resources(stack: Stack, variables: dict[str, Any], screen: Screen) -> None:
    screen.step("Resources")
    began = monotonic()
    summary = stack.plan(screen, variables, destroy=True)
    show_plan(screen, summary, began)
    if summary.changes:
        began = monotonic()
        stack.apply(screen, summary)
        screen.done("removed", began)


def _stop_if_deserted(
    workspace: Workspace, target: Target, clients: Clients, screen: Screen
) -> None:
    """Stop the embedded AWS when nothing lives in it any more."""
    if target.endpoint and not clients.s3.list_buckets()["Buckets"]:
        emulator_of(workspace).stop()
        screen.done("Nothing lives on the embedded AWS any more: stopped it.")
