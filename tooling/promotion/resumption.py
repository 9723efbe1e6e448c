"""What a run finds that was killed before its release had proved itself: it is taken back first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from tooling.errors import OperatorError
from tooling.promotion.decision import APPROVAL
from tooling.promotion.entry import Step
from tooling.promotion.gates.approval import approval
from tooling.promotion.gates.verdict import Gate, ask_all
from tooling.promotion.planning import plan_at_once
from tooling.promotion.sources import sources_of
from tooling.promotion.way_back import go_back, stay, told, way_back_gates

if TYPE_CHECKING:
    from tooling.promotion.decision import Decision
    from tooling.promotion.planning import Planned
    from tooling.promotion.run import Run
    from tooling.releases import Release

# Whoever types the command can see to these; after any other the next promotion leads forward.
TO_BE_SEEN_TO = frozenset({APPROVAL, "checkout"})


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

    def go_back(self, approved: str | None) -> NoReturn:
        """Take the environment back, if the gates let that through.

        Raises
        ------
        GatesClosed
            They don't yet; the killed run is still to be taken up.
        OperatorError
            What became of the environment; what was typed is not done.
        """
        planned = self._weighed(approved)
        names = {finding.gate for finding in self.decision.closed}
        if names and names <= TO_BE_SEEN_TO:
            self._record_gates()
            self.run.journal.record(Step.REFUSED, ", ".join(sorted(names)), release=self.previous)
            raise self.decision.refuse(self.run.name)
        if names and self.previous:
            self._record_gates()
            became = stay(self.run, told(self.decision.closed), self.previous)
        else:
            became = go_back(self.run, self.previous, planned)
        raise OperatorError(
            f"The earlier run was killed before its release had proved itself. {became}",
            remedy=f"Mend the release, then promote it again; nox -s history -- "
            f"{self.run.name} tells what happened.",
        )

    def show(self, approved: str | None) -> None:
        """Show what a run would do that is not dry.

        Raises
        ------
        GatesClosed
            Some gate says no.
        """
        self._weighed(approved)
        if self.decision.closed:
            raise self.decision.refuse(self.run.name)
        self.decision.result = "would be taken back"
        self.decision.next = self.decision.typed

    def _weighed(self, approved: str | None) -> Planned | None:
        """Plan the way back, and ask its gates."""
        self.decision.release = self.previous
        if self.previous is None:
            return None
        run = self.run
        self.run.screen.step(f"Back to release {self.previous.id}")
        # Without its sources the checkout stands in, and its gate says no.
        sources = sources_of(run.workspace, run.name, self.previous) or run.workspace.terraform
        planned = plan_at_once(run, self.previous, sources)
        self.decision.planned = planned
        asked = Gate(APPROVAL, lambda: approval(run.target.environment, planned.digest, approved))
        self.decision.findings = ask_all([*way_back_gates(run, planned), asked])
        self.decision.show_gates(run.screen)
        return planned

    def _record_gates(self) -> None:
        findings = self.decision.findings
        self.run.journal.record(Step.GATES, release=self.previous, gates=findings)
