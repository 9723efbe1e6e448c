"""What one run of a command writes into the ledger as it goes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tooling import smoke
from tooling.promotion.ledger import Entry, Ledger, Step
from tooling.promotion.origin import Origin
from tooling.releases import Release
from tooling.rendering import state_bucket
from tooling.smoke import SmokeTestFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.clients import Clients
    from tooling.console import Screen
    from tooling.promotion.gates.verdict import Finding
    from tooling.target import Target
    from tooling.workspace import Workspace


@dataclass(frozen=True)
class Journal:
    """The entries of one run.

    Parameters
    ----------
    ledger : Ledger
        Where they are written.
    origin : Origin
        Who runs it.
    command : str
        What was typed.
    run : str
        Names the run.
    """

    ledger: Ledger
    origin: Origin
    command: str
    run: str

    @classmethod
    def open(cls, workspace: Workspace, target: Target, clients: Clients, command: str) -> Journal:
        """Return the journal of a run that begins now."""
        ledger = Ledger(clients.s3, state_bucket(target.environment))
        return cls(ledger, Origin.of(workspace, clients), command, secrets.token_hex(6))

    def record(
        self,
        step: Step,
        detail: str = "",
        *,
        release: Release | None = None,
        previous: Release | None = None,
        gates: Sequence[Finding] = (),
    ) -> Entry:
        """Write down that a step was reached."""
        entry = Entry(
            run=self.run,
            command=self.command,
            step=step,
            origin=self.origin.document(),
            detail=detail,
            release=release.document() if release else None,
            previous=previous.document() if previous else None,
            gates=[finding.document() for finding in gates],
        )
        return self.ledger.append(entry)

    def smoke_test(
        self, target: Target, clients: Clients, outputs: dict[str, Any], screen: Screen
    ) -> list[tuple[str, str, int]]:
        """Run the smoke test and write down how it ended: the evidence that promotions ask for.

        Raises
        ------
        SmokeTestFailed
            What is deployed does not work.
        """
        release = Release.from_document(outputs["release"])
        try:
            steps = smoke.run(target, clients, outputs, screen)
        except SmokeTestFailed as error:
            self.record(Step.SMOKE_FAILED, error.reason, release=release)
            raise
        self.record(Step.SMOKE_PASSED, f"{len(steps)} steps", release=release)
        return steps
