"""Rolling back what a killed run left unverified, before anything else is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from tooling.delivery.automatic_rollback import (
    record_failure,
    roll_back,
    rollback_gates,
    summarize,
)
from tooling.delivery.plan import plan_at_once, show_digest
from tooling.delivery.result import APPROVAL
from tooling.errors import OperatorError
from tooling.gates.gate import Gate, ask_all
from tooling.gates.plan import approval
from tooling.gates.source import checkout
from tooling.ledger.entry import Step
from tooling.releases.sources import sources_of

if TYPE_CHECKING:
    from tooling.delivery.plan import Planned
    from tooling.delivery.result import Decision
    from tooling.delivery.run import Run
    from tooling.releases.release import Release


@dataclass(frozen=True)
class Resumption:
    """The rollback that a killed run left to the next one.

    Parameters
    ----------
    run : Run
        The run that performs it.
    decision : Decision
        Filled in with the rollback's plan and the findings of its gates.
    previous : Release or None
        The release to roll back to; None if none has worked there.
    """

    run: Run
    decision: Decision
    previous: Release | None

    def roll_back(self, approved: str | None) -> NoReturn:
        """Roll the environment back, if the gates pass.

        Raises
        ------
        GatesFailed
            Its plan has no approval yet; the killed run stays pending.
        OperatorError
            Always, with the outcome of the rollback; the command itself was not carried out.
        """
        raise OperatorError(
            f"The earlier run was killed before its release was verified. "
            f"{self._outcome(approved)}",
            remedy=f"Fix the release, then promote it again; nox -s history -- "
            f"{self.run.name} shows what happened.",
        )

    def show(self, approved: str | None) -> None:
        """Show what a real run would do.

        Raises
        ------
        GatesFailed
            A gate failed.
        """
        if self.previous:
            self._assess(self.previous, approved)
        if self.decision.failed_gates:
            raise self.decision.refuse(self.run.name)
        self.decision.result = "would be taken back"
        self.decision.next = self.decision.typed

    def _outcome(self, approved: str | None) -> str:
        run, decision, previous = self.run, self.decision, self.previous
        if previous is None:
            return roll_back(run, None)
        try:
            planned = self._assess(previous, approved)
        except (OperatorError, ClientError, BotoCoreError, OSError, LookupError) as error:
            return record_failure(
                run, " ".join(f"{type(error).__name__}: {error}".split()), previous
            )
        run.journal.record(Step.GATES, release=previous, gates=decision.gate_documents)
        if [finding.gate for finding in decision.failed_gates] == [APPROVAL]:
            run.journal.record(Step.REFUSED, APPROVAL, release=previous)
            raise decision.refuse(run.name)
        if decision.failed_gates:
            return record_failure(run, summarize(decision.failed_gates), previous)
        return roll_back(run, previous, planned)

    def _assess(self, previous: Release, approved: str | None) -> Planned | None:
        """Plan the rollback and evaluate its gates; return None without Terraform sources."""
        run, decision = self.run, self.decision
        decision.release, decision.takes_back = previous, True
        run.screen.step(f"Rolling back to release {previous.id}")
        sources = sources_of(run.workspace, run.name, previous)
        if sources is None:
            own = run.workspace.terraform
            decision.findings = ask_all([Gate("checkout", lambda: checkout(own, previous))])
            return None
        planned = plan_at_once(run, previous, sources)
        decision.planned = planned
        asked = Gate(APPROVAL, lambda: approval(run.target.environment, planned.digest, approved))
        decision.findings = ask_all([*rollback_gates(run, planned), asked])
        decision.show_gates(run.screen)
        show_digest(run, planned)
        return planned
