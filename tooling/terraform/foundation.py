"""The foundation of an environment: state and artifact buckets, and the ledger's key."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from tooling.aws.buckets import ensure_bucket
from tooling.aws.ledger_key import LedgerKey
from tooling.environments.names import artifact_bucket, state_bucket
from tooling.terraform.backend import foundation_variables
from tooling.terraform.stack import Stack, prepared_terraform
from tooling.terraform.state import FOUNDATION_KEY

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.terraform.plans import Plan
    from tooling.terraform.summary import PlanSummary
    from tooling.workspace import Workspace

TITLE = "State and artifact buckets"


def foundation_stack(workspace: Workspace, target: Target) -> Stack:
    """Return the state and artifact buckets of the environment as a stack."""
    terraform, folder = prepared_terraform(workspace, target, workspace.foundation, FOUNDATION_KEY)
    return Stack(terraform, folder, target, FOUNDATION_KEY)


def ensure_foundation(target: Target, screen: Screen) -> None:
    """Create the buckets and the key if they are missing."""
    environment = target.environment
    for bucket in (state_bucket(environment), artifact_bucket(environment)):
        if ensure_bucket(target.s3, bucket, environment.aws.region):
            screen.done(f"{bucket} made")
    LedgerKey.of(target).ensure()


@dataclass(frozen=True)
class PlannedFoundation:
    """A saved plan of both buckets.

    Parameters
    ----------
    stack : Stack
        Holds it.
    plan : Plan
        What it would do.
    """

    stack: Stack
    plan: Plan

    @property
    def summary(self) -> PlanSummary:
        """What it would do, as an operator reads it."""
        return self.plan.summary

    def apply(self, screen: Screen) -> None:
        """Apply exactly this plan."""
        began = monotonic()
        if not self.summary.empty:
            self.stack.apply(screen, self.summary)
        screen.done(self.summary.counts(), began)


def plan_foundation(
    workspace: Workspace, target: Target, screen: Screen, *, lock: bool = True
) -> PlannedFoundation:
    """Plan the changes of both existing buckets.

    Parameters
    ----------
    lock : bool
        Whether to lock the state, as a plan to be applied must.
    """
    stack = foundation_stack(workspace, target)
    variables = foundation_variables(target, LedgerKey.of(target).find())
    return PlannedFoundation(stack, stack.plan_with(screen, variables, lock=lock))
