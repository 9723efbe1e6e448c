"""The result of a promotion or rollback, for a person and for a pipeline."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError
from tooling.ledger.entry import Step, as_typed
from tooling.terraform.diagnostics import TerraformFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.console import Screen
    from tooling.delivery.plan import Planned
    from tooling.gates.gate import Finding
    from tooling.ledger.journal import Journal
    from tooling.releases.release import Release

APPROVAL = "approval"
# A run that fails after one of these steps leaves an unverified release behind.
UNVERIFIED = frozenset(
    {
        Step.APPLYING,
        Step.APPLY_FAILED,
        Step.APPLIED,
        Step.CANARY,
        Step.SMOKE_PASSED,
        Step.SMOKE_FAILED,
        Step.RETURNING,
        Step.FAILED,
    }
)


class GatesFailed(OperatorError):
    """At least one gate failed; nothing was changed."""


@dataclass
class Decision:
    """What a run found, and its result.

    Parameters
    ----------
    command : str
        What was typed.
    """

    command: str
    result: str = "stopped"
    next: str = ""
    release: Release | None = None
    previous: Release | None = None
    planned: Planned | None = None
    findings: list[Finding] = field(default_factory=list)
    takes_back: bool = False
    """Whether the plan rolls back a killed run instead of doing what was typed."""

    @property
    def failed_gates(self) -> list[Finding]:
        """The gates that did not pass."""
        return [finding for finding in self.findings if not finding.lets_through]

    @property
    def gate_documents(self) -> list[dict[str, str]]:
        """The gates' findings, for the ledger and for --json."""
        return [finding.document() for finding in self.findings]

    @contextmanager
    def ended_by(self, journal: Journal, target: str) -> Iterator[None]:
        """Fill in the state of the target if the run fails after changing it."""
        try:
            yield
        except Exception as error:
            if isinstance(error, TerraformFailed) and error.changed_nothing:
                self.next = self.typed
            elif journal.last is Step.RETURNED:
                self.result, self.next = "taken back", f"nox -s history -- {target}"
            elif journal.last in UNVERIFIED:
                self.result = "broken"
                self.next = f"nox -s rollback -- {target}" if self.previous else self.typed
            raise

    def show_gates(self, screen: Screen) -> None:
        """Print the table of gates with their evidence."""
        rows = [(entry.gate, entry.verdict.value, entry.evidence) for entry in self.findings]
        screen.table("Gates", ("gate", "verdict", "evidence"), rows)

    def refusal(self, target: str) -> GatesFailed:
        """Return the error that lists the failed gates."""
        names = [finding.gate for finding in self.failed_gates]
        reason = "\n".join(
            f"{entry.gate}: {entry.verdict.value}: {entry.evidence}" for entry in self.failed_gates
        )
        if names == [APPROVAL] and self.planned:
            digest = self.planned.digest
            return GatesFailed(
                f"{target} waits for an approval; nothing was changed.",
                reason=reason,
                remedy=f"Read the plan above. To approve it: {self.typed} --approve {digest}",
            )
        return GatesFailed(
            f"{len(names)} of {len(self.findings)} gates did not pass ({', '.join(names)}); "
            f"nothing was changed in {target}.",
            reason=reason,
            remedy=f"Resolve what each gate names, then run again: {self.typed}",
        )

    def refuse(self, target: str) -> GatesFailed:
        """Record the refusal; return the error to raise."""
        refusal = self.refusal(target)
        self.result, self.next = "refused", refusal.remedy
        return refusal

    @property
    def typed(self) -> str:
        """The command to type."""
        return as_typed(self.command)

    def document(self) -> dict[str, Any]:
        """Return the decision for --json."""
        return {
            "command": self.command,
            "result": self.result,
            "takes_back": self.takes_back,
            "release": self.release.document() if self.release else None,
            "previous": self.previous.document() if self.previous else None,
            "gates": self.gate_documents,
            "plan": self.planned.outline() if self.planned else None,
            "next": self.next,
        }
