"""One run of a command that works on an environment."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from tooling.aws.target import Target
from tooling.environments.names import state_bucket
from tooling.ledger.journal import Journal
from tooling.ledger.lease import Lease
from tooling.terraform.foundation import ensure_foundation

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.terraform.stack import Stack
    from tooling.terraform.summary import PlanSummary
    from tooling.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """The workspace, target, journal and lease that the steps of a run share.

    Parameters
    ----------
    workspace : Workspace
        The checkout and its folders.
    target : Target
        The environment that is changed.
    journal : Journal
        Records the run's steps.
    lease : Lease
        Held by the run; checked again before every change.
    screen : Screen
        Shows progress.
    dry : bool
        Whether it only reads: it then takes no lock or lease and writes nothing.
    """

    workspace: Workspace
    target: Target
    journal: Journal
    lease: Lease
    screen: Screen
    dry: bool = False

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        target: Target,
        screen: Screen,
        command: str,
        *,
        dry: bool = False,
    ) -> Run:
        """Return a run that begins now in an existing environment."""
        journal = Journal.open(workspace, target, command)
        environment = target.environment
        lease = Lease(target.s3, state_bucket(environment), journal.actor, environment.name)
        return cls(workspace, target, journal, lease, screen, dry)

    @classmethod
    def with_foundation(
        cls, workspace: Workspace, target: Target, screen: Screen, command: str
    ) -> Run:
        """Return a run; create its state bucket and the ledger's key if they are missing."""
        run = cls.open(workspace, target, screen, command)
        ensure_foundation(run.target, screen)
        return run

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.target.environment.name

    def apply(self, stack: Stack, summary: PlanSummary) -> None:
        """Apply a saved plan, unless another run has taken the lease."""
        self.lease.require()
        self.screen.step("Apply")
        began = monotonic()
        stack.apply(self.screen, summary)
        self.screen.done(f"applied: {summary.counts()}", began)
