"""The buckets below an environment: its state, and the zips of its functions."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from tooling.buckets import ensure_bucket
from tooling.rendering import artifact_bucket, foundation_variables, state_bucket
from tooling.stack import foundation_stack

if TYPE_CHECKING:
    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.target import Target
    from tooling.workspace import Workspace


def ensure_buckets(target: Target, clients: Clients, screen: Screen) -> None:
    """Make both buckets, unless they are there: private, empty, keeping versions."""
    environment = target.environment
    for bucket in (state_bucket(environment), artifact_bucket(environment)):
        if ensure_bucket(clients.s3, bucket, environment.aws.region):
            screen.done(f"{bucket} made")


def lay_foundation(workspace: Workspace, target: Target, clients: Clients, screen: Screen) -> None:
    """Bring both buckets to what Terraform says of them."""
    began = monotonic()
    screen.step("State and artifact buckets")
    ensure_buckets(target, clients, screen)
    stack = foundation_stack(workspace, target)
    stack.init(screen)
    summary = stack.plan(screen, foundation_variables(target))
    if not summary.empty:
        stack.apply(screen, summary)
    screen.done(summary.counts(), began)
