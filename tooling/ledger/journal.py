"""The entries that one run adds to the ledger."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tooling.ledger.actor import Actor
from tooling.ledger.entry import ENDS, Entry, Step
from tooling.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tooling.aws.target import Target
    from tooling.releases.release import Release
    from tooling.workspace import Workspace


# Terraform's messages can be long.
DETAIL_LENGTH = 2000


@dataclass
class Journal:
    """The entries of one run.

    Parameters
    ----------
    ledger : Ledger
        The ledger to write to.
    actor : Actor
        Who runs it.
    command : str
        What was typed.
    run : str
        Id of the run.
    """

    ledger: Ledger
    actor: Actor
    command: str
    run: str
    last: Step | None = field(default=None, init=False)
    """The last step recorded."""

    @classmethod
    def open(cls, workspace: Workspace, target: Target, command: str) -> Journal:
        """Return the journal of a run that begins now."""
        return cls(Ledger.of(target), Actor.of(workspace, target), command, secrets.token_hex(6))

    def record(
        self,
        step: Step,
        detail: str = "",
        *,
        release: Release | None = None,
        previous: Release | None = None,
        gates: Sequence[dict[str, str]] = (),
        keeps: dict[str, Any] | None = None,
    ) -> Entry:
        """Record a step."""
        entry = Entry(
            run=self.run,
            command=self.command,
            step=step,
            origin=self.actor.document(),
            detail=detail[:DETAIL_LENGTH],
            release=release.document() if release else None,
            previous=previous.document() if previous else None,
            gates=list(gates),
            keeps=keeps or {},
        )
        self.last = step
        return self.ledger.append(entry)

    @contextmanager
    def failures_recorded(self) -> Iterator[None]:
        """Record an exception as the end of the run, unless the run has recorded an end itself.

        A run that is stopped or killed leaves no end; the next run deals with it.
        """
        try:
            yield
        except Exception as error:
            if self.last is not None and self.last not in ENDS:
                self.record(Step.FAILED, str(error))
            raise
