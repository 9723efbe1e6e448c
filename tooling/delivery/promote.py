"""``promote FROM TO``: what runs there, brought here; nothing is built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tooling.delivery.assessment import Assessment
from tooling.delivery.plan import show_digest
from tooling.delivery.resumption import Resumption
from tooling.delivery.rollout import bring
from tooling.environments.names import state_bucket
from tooling.errors import OperatorError
from tooling.ledger.entry import Step
from tooling.ledger.integrity import verified
from tooling.ledger.interrupted_runs import interruption, proven
from tooling.ledger.lease import holder
from tooling.terraform.outputs import read_outputs

if TYPE_CHECKING:
    from tooling.aws.target import Target
    from tooling.delivery.plan import Planned
    from tooling.delivery.result import Decision
    from tooling.delivery.run import Run
    from tooling.ledger.integrity import LedgerEntries
    from tooling.terraform.outputs import Outputs


@dataclass(frozen=True)
class Promotion:
    """One run of ``promote``.

    Parameters
    ----------
    source : Target
        Where the release comes from; only read.
    run : Run
        Brings it to the target.
    decision : Decision
        Filled in as the run goes.
    """

    source: Target
    run: Run
    decision: Decision

    def promote(self, approved: str | None) -> None:
        """Ask all gates; if they all let it through, bring the release.

        Parameters
        ----------
        approved : str or None
            Digest of the plan that was approved.

        Raises
        ------
        GatesClosed
            Some gate says no; nothing was changed.
        SmokeTestFailed
            The release does not work in the target, which was taken back.
        """
        run, decision = self.run, self.decision
        with (
            run.lease.held(),
            run.journal.closed(),
            decision.ended_by(run.journal, run.name),
        ):
            entries = self._entries()
            here = read_outputs(run.target)
            # Before the way back: from here on this run is the one that is found unfinished.
            run.journal.record(Step.STARTED)
            resumption = self._killed_before(entries, here)
            if resumption:
                resumption.go_back(approved)
            planned = self._assess(entries, here, approved)
            run.journal.record(Step.GATES, release=planned.release, gates=decision.gate_documents)
            if decision.closed:
                names = ", ".join(finding.gate for finding in decision.closed)
                run.journal.record(Step.REFUSED, names, release=planned.release)
                raise decision.refuse(run.name)
            bring(run, planned, planned.goes_back_to)
            run.journal.record(Step.FINISHED, release=planned.release)
            decision.result, decision.next = "promoted", "nox -s status"

    def dry_run(self, approved: str | None) -> None:
        """Ask all gates and show the plan; write nothing, take nothing up, hold nobody up.

        Raises
        ------
        GatesClosed
            Some gate says no.
        """
        run, decision = self.run, self.decision
        at_work = holder(run.target.s3, state_bucket(run.target.environment), datetime.now(UTC))
        if at_work:
            run.screen.say(f"A run that is not dry would be refused now. {at_work}")
        entries = self._entries()
        here = read_outputs(run.target)
        resumption = self._killed_before(entries, here)
        if resumption:
            run.screen.done("A run that is not dry would first go back, and then end.")
            resumption.show(approved)
            return
        self._assess(entries, here, approved)
        if decision.closed:
            raise decision.refuse(run.name)
        decision.result, decision.next = "would be promoted", decision.typed

    def _entries(self) -> LedgerEntries:
        entries = verified(self.run.journal.ledger, self.run.name)
        if entries.unauthenticated:
            self.run.screen.say(
                f"{len(entries.unauthenticated)} entries of the ledger are not authenticated and "
                f"steer nothing: nox -s history -- {self.run.name} --verify"
            )
        return entries

    def _killed_before(self, entries: LedgerEntries, here: Outputs | None) -> Resumption | None:
        """Find what the target holds that works; return what a killed run left to be taken back."""
        run = self.run
        self.decision.previous = proven(entries.authentic, here.release if here else None)
        found = interruption(entries.authentic)
        if found is None:
            return None
        run.screen.done(f"An earlier run was killed: {found}")
        if not found.leads_back:
            run.screen.done("This one goes on from there.")
            return None
        # Its own word: a smoke test typed meanwhile may have met the version of before.
        self.decision.previous = found.previous or self.decision.previous
        return Resumption(run, self.decision, self.decision.previous)

    def _assess(
        self, entries: LedgerEntries, here: Outputs | None, approved: str | None
    ) -> Planned:
        deployed = self._deployed()
        assessment = Assessment(self.source, self.run, self.decision, entries)
        planned = assessment.make(deployed, here, approved)
        show_digest(self.run, planned)
        return planned

    def _deployed(self) -> Outputs:
        environment = self.source.environment
        deployed = read_outputs(self.source)
        if deployed is None:
            verb = "promote" if environment.promotes_from else "deploy"
            arguments = f"{environment.promotes_from or ''} {environment.name}".strip()
            raise OperatorError(
                f"Nothing is deployed in {environment.name}, so there is nothing to promote.",
                remedy=f"nox -s {verb} -- {arguments}",
            )
        self.decision.release = deployed.release
        commit = deployed.release.short_commit
        self.run.screen.done(f"release {deployed.release.id[:12]} of commit {commit}")
        return deployed
