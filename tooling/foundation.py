"""The buckets below an environment: its state, and the zips of its functions."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from tooling.buckets import ensure_bucket
from tooling.rendering import artifact_bucket, foundation_variables, state_bucket
from tooling.stack import foundation_stack

if TYPE_CHECKING:
    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.stack import Stack
    from tooling.target import Target
    from tooling.terraform.plans import PlanSummary
    from tooling.workspace import Workspace

TITLE = "State and artifact buckets"


def ensure_buckets(target: Target, clients: Clients, screen: Screen) -> None:
    """Make both buckets, unless they are there: private, empty, keeping versions."""
    environment = target.environment
    for bucket in (state_bucket(environment), artifact_bucket(environment)):
        if ensure_bucket(clients.s3, bucket, environment.aws.region):
            screen.done(f"{bucket} made")


@dataclass(frozen=True)
class PlannedFoundation:
    """A saved plan of both buckets.

    Parameters
    ----------
    stack : Stack
        Holds it.
    summary : PlanSummary
        What it would do.
    """

    stack: Stack
    summary: PlanSummary

    @property
    def document(self) -> dict[str, Any]:
        """What ``terraform show -json`` makes of it; empty where it would do nothing."""
        return {} if self.summary.empty else self.stack.document()

    def lay(self, screen: Screen) -> None:
        """Apply exactly this plan."""
        began = monotonic()
        if not self.summary.empty:
            self.stack.apply(screen, self.summary)
        screen.done(self.summary.counts(), began)


def plan_foundation(workspace: Workspace, target: Target, screen: Screen) -> PlannedFoundation:
    """Plan to bring both buckets, which are there, to what Terraform says of them."""
    stack = foundation_stack(workspace, target)
    stack.init(screen)
    return PlannedFoundation(stack, stack.plan(screen, foundation_variables(target)))
