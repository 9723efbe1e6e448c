"""What a run finds that was killed before its release was verified: it is taken back first."""

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
    """The way back that a killed run has left to the next.

    Parameters
    ----------
    run : Run
        The next one.
    decision : Decision
        Filled in with the plan of the way back and with what the gates say of it.
    previous : Release or None
        What to go back to; None if nothing worked there before.
    """

    run: Run
    decision: Decision
    previous: Release | None

    def roll_back(self, approved: str | None) -> NoReturn:
        """Take the environment back, if the gates let that through.

        Raises
        ------
        GatesFailed
            The plan of it has no approval yet; the killed run is still to be taken up.
        OperatorError
            What became of the environment; what was typed is not done.
        """
        raise OperatorError(
            f"The earlier run was killed before its release was verified. "
            f"{self._outcome(approved)}",
            remedy=f"Mend the release, then promote it again; nox -s history -- "
            f"{self.run.name} tells what happened.",
        )

    def show(self, approved: str | None) -> None:
        """Show what a run would do that is not dry.

        Raises
        ------
        GatesFailed
            Some gate says no.
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
        """Plan the way back and ask its gates; without its sources there is no plan."""
        run, decision = self.run, self.decision
        decision.release, decision.takes_back = previous, True
        run.screen.step(f"Back to release {previous.id}")
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
