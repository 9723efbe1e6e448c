"""``promote FROM TO``: deliver the release that runs in FROM to TO; nothing is built."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tooling.aws.buckets import bucket_exists
from tooling.delivery.plan import plan_as_asked
from tooling.delivery.resumption import Resumption
from tooling.delivery.strategy import Candidate, Strategy, assess, deliver
from tooling.environments.names import artifact_bucket, state_bucket
from tooling.errors import OperatorError
from tooling.gates.alarms import alarms
from tooling.gates.drift import source_converged
from tooling.gates.evidence import hold, smoke_evidence, soak
from tooling.gates.gate import Answer, Gate, passed
from tooling.gates.plan import foundation
from tooling.gates.source import account, artifacts, checkout, live_code, order
from tooling.ledger.entry import Step
from tooling.ledger.integrity import verified
from tooling.ledger.interrupted_runs import interruption, last_verified
from tooling.ledger.lease import holder
from tooling.ledger.ledger import Ledger
from tooling.releases.artifact_copy import Place, copy_artifacts, hash_artifacts
from tooling.terraform.foundation import plan_foundation
from tooling.terraform.media_stack import media_stack
from tooling.terraform.outputs import read_outputs
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tooling.aws.target import Target
    from tooling.delivery.plan import Planned
    from tooling.ledger.entry import Entry
    from tooling.ledger.integrity import LedgerEntries
    from tooling.releases.release import Release
    from tooling.terraform.foundation import PlannedFoundation
    from tooling.terraform.media_stack import MediaStack
    from tooling.terraform.outputs import Outputs


@dataclass(frozen=True)
class Promotion(Strategy):
    """One run of ``promote``.

    Parameters
    ----------
    source : Target
        The source environment; only read.
    """

    source: Target = field(kw_only=True)

    def promote(self, approved: str | None) -> None:
        """Evaluate all gates; if they pass, roll the release out.

        Raises
        ------
        GatesFailed
            A gate failed; nothing was changed.
        SmokeTestFailed
            The release does not work in the target, which was rolled back.
        """
        deliver(self, approved)

    def dry_run(self, approved: str | None) -> None:
        """Evaluate all gates and show the plan; write nothing and take no lock or lease.

        Raises
        ------
        GatesFailed
            A gate failed.
        """
        run, decision = self.run, self.decision
        at_work = holder(run.target.s3, state_bucket(run.target.environment), datetime.now(UTC))
        if at_work:
            run.screen.say(f"A real run would be refused now. {at_work}")
        entries = self._entries()
        here = read_outputs(run.target)
        resumption = self._killed_before(entries, here)
        if resumption:
            run.screen.done("A real run would first roll back, and then end.")
            resumption.show(approved)
            return
        assess(self, self._candidate(entries, here), approved)
        if decision.failed_gates:
            raise decision.refuse(run.name)
        decision.result, decision.next = "would be promoted", decision.typed

    def choose(self, approved: str | None) -> Candidate:
        """Choose the source's release, after rolling back what a killed run left behind."""
        entries = self._entries()
        here = read_outputs(self.run.target)
        # Before the rollback: if this run is killed too, the next one finds this entry.
        self.run.journal.record(Step.STARTED)
        resumption = self._killed_before(entries, here)
        if resumption:
            resumption.roll_back(approved)
        return self._candidate(entries, here)

    @property
    def in_use(self) -> bool:
        """Whether a release has ever worked in the target."""
        return self.decision.previous is not None

    def _gates(self, origin: Outputs, holds: Sequence[Entry]) -> Iterator[Gate]:
        """Yield the gates on the source, the caller and the target's ledger."""
        name, release, source = self.source.environment.name, origin.release, self.source
        target = self.run.target.environment
        yield Gate("order", partial(order, name, target))
        yield Gate("account", partial(account, [source, self.run.target]))
        yield Gate("hold", partial(hold, target.name, holds))
        yield Gate("checkout", partial(checkout, self.run.workspace.terraform, release))
        yield Gate("live code", lambda: live_code(source.functions, origin.functions, release))
        stack = media_stack(self.run.workspace, source)
        stack.init(self.run.screen)
        yield Gate("source converged", lambda: self._source_converged(stack, release))
        yield Gate("alarms", lambda: alarms(source.cloudwatch, origin))
        yield Gate("smoke evidence", lambda: smoke_evidence(name, self._evidence(), release))
        yield Gate(
            "soak",
            lambda: soak(name, self._evidence(), release, target.soak_minutes, datetime.now(UTC)),
        )

    def zips(self, candidate: Candidate) -> tuple[Release, Answer]:
        """Hash the zips again; a real run also copies them to the target."""
        began = monotonic()
        run = self.run
        source = Place(self.source.s3, artifact_bucket(self.source.environment))
        target = Place(run.target.s3, artifact_bucket(run.target.environment))
        copied = (hash_artifacts if run.dry else copy_artifacts)(candidate.release, source, target)
        answer = artifacts(copied)
        run.screen.done(answer.evidence, began)
        return copied.release, answer

    def plan(self, candidate: Candidate, release: Release) -> Planned:
        """Save and show the plan for the release, with a canary if the environment asks for one."""
        return plan_as_asked(self.run, release, candidate.sources, candidate.here)

    def plan_foundation(self) -> PlannedFoundation | None:
        """Plan the target's buckets; return None if they do not exist yet."""
        run = self.run
        if run.dry and not bucket_exists(run.target.s3, state_bucket(run.target.environment)):
            return None
        quiet = replace(run.screen, quiet=True)
        return plan_foundation(run.workspace, run.target, quiet, lock=not run.dry)

    def foundation(self, planned: PlannedFoundation | None) -> Answer:
        """Check that the plan of the buckets loses no data."""
        if planned is None:
            return passed("The state and artifact buckets do not exist yet.")
        return foundation(planned.plan, in_use=self.in_use)

    def accept(self, release: Release) -> None:
        """Do nothing: a promotion sets no hold."""

    def conclude(self) -> None:
        """Record the result and the next command."""
        self.decision.result, self.decision.next = "promoted", "nox -s status"

    def _entries(self) -> LedgerEntries:
        entries = verified(self.run.journal.ledger, self.run.name)
        if entries.unauthenticated:
            self.run.screen.say(
                f"{len(entries.unauthenticated)} entries of the ledger are not authenticated and "
                f"steer nothing: nox -s history -- {self.run.name} --verify"
            )
        return entries

    def _killed_before(self, entries: LedgerEntries, here: Outputs | None) -> Resumption | None:
        """Find the target's last verified release; return the rollback a killed run left to do."""
        run = self.run
        self.decision.previous = last_verified(entries.authentic, here.release if here else None)
        found = interruption(entries.authentic)
        if found is None:
            return None
        run.screen.done(f"An earlier run was killed: {found}")
        if not found.needs_rollback:
            run.screen.done("This one continues from there.")
            return None
        # The killed run's own entry counts first: a later smoke test may have hit the old version.
        self.decision.previous = found.previous or self.decision.previous
        return Resumption(run, self.decision, self.decision.previous)

    def _candidate(self, entries: LedgerEntries, here: Outputs | None) -> Candidate:
        origin = self._origin()
        self.decision.release = origin.release
        self.run.screen.done(
            f"release {origin.release.id[:12]} of commit {origin.release.short_commit}"
        )
        gates = tuple(self._gates(origin, entries.holds))
        sources = self.run.workspace.terraform
        return Candidate(origin.release, sources, here, entries.authentic, gates)

    def _origin(self) -> Outputs:
        environment = self.source.environment
        found = read_outputs(self.source)
        if found is None:
            verb = "promote" if environment.promotes_from else "deploy"
            arguments = f"{environment.promotes_from or ''} {environment.name}".strip()
            raise OperatorError(
                f"Nothing is deployed in {environment.name}, so there is nothing to promote.",
                remedy=f"nox -s {verb} -- {arguments}",
            )
        return found

    def _evidence(self) -> list[Entry]:
        """Return the authentic entries of the source's ledger, which must be intact."""
        return verified(Ledger.of(self.source), self.source.environment.name).authentic

    def _source_converged(self, stack: MediaStack, release: Release) -> Answer:
        plan = stack.compared() if stack.compare(release) else Plan()
        return source_converged(self.source.environment.name, plan.summary)
