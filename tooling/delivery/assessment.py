"""All gates of a promotion, asked of a plan that was made for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tooling.aws.buckets import bucket_exists
from tooling.delivery.plan import plan_as_asked, scan_planned
from tooling.environments.names import artifact_bucket, state_bucket
from tooling.gates.alarms import alarms
from tooling.gates.drift import source_converged, target_converged
from tooling.gates.evidence import hold, smoke_evidence, soak
from tooling.gates.gate import Answer, Gate, ask_all, passed
from tooling.gates.plan import approval, data, foundation, scan
from tooling.gates.source import account, artifacts, checkout, live_code, order
from tooling.ledger.integrity import verified
from tooling.ledger.interrupted_runs import half_applied
from tooling.ledger.ledger import Ledger
from tooling.releases.artifact_copy import Place, copy_artifacts, hash_artifacts
from tooling.terraform.foundation import plan_foundation
from tooling.terraform.media_stack import media_stack
from tooling.terraform.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.aws.target import Target
    from tooling.delivery.plan import Planned
    from tooling.delivery.result import Decision
    from tooling.delivery.run import Run
    from tooling.ledger.entry import Entry
    from tooling.ledger.integrity import LedgerEntries
    from tooling.releases.release import Release
    from tooling.terraform.foundation import PlannedFoundation
    from tooling.terraform.media_stack import MediaStack
    from tooling.terraform.outputs import Outputs


@dataclass(frozen=True)
class Assessment:
    """What is asked before a release may come.

    Parameters
    ----------
    source : Target
        Where the release comes from; only read.
    run : Run
        Of the target; one that is dry writes nothing there.
    decision : Decision
        Filled in with the plan and with what each gate says.
    entries : LedgerEntries
        The target's ledger.
    """

    source: Target
    run: Run
    decision: Decision
    entries: LedgerEntries

    def make(self, deployed: Outputs, here: Outputs | None, approved: str | None) -> Planned:
        """Ask all gates: on the source and on the buckets while the target's plan is made.

        Parameters
        ----------
        deployed, here : Outputs
            What runs in the source and in the target.
        approved : str or None
            Digest of the plan that was approved.
        """
        began = monotonic()
        run, decision = self.run, self.decision
        gates = list(self._source_gates(deployed))
        with ThreadPoolExecutor() as beside:
            about_source = beside.submit(ask_all, gates)
            buckets = beside.submit(self._plan_foundation)
            run.screen.step("Zips")
            release, artifacts = self._zips(deployed.release)
            planned = replace(
                plan_as_asked(run, release, run.workspace.terraform, here),
                goes_back_to=decision.previous,
            )
            decision.planned = planned
            about_plan = ask_all(
                [
                    Gate("artifacts", lambda: artifacts),
                    *self._plan_gates(planned),
                    Gate("foundation", lambda: self._foundation(buckets.result())),
                    Gate(
                        "approval",
                        partial(approval, run.target.environment, planned.digest, approved),
                    ),
                ]
            )
            decision.findings = [*about_source.result(), *about_plan]
        decision.show_gates(run.screen)
        run.screen.done(f"{len(decision.findings)} gates asked", began)
        # Without a plan of the buckets their gate has said no.
        return planned if buckets.exception() else replace(planned, foundation=buckets.result())

    def _source_gates(self, deployed: Outputs) -> Iterator[Gate]:
        name, release = self.source.environment.name, deployed.release
        target = self.run.target.environment
        yield Gate("order", partial(order, name, target))
        yield Gate("account", partial(account, [self.source, self.run.target]))
        yield Gate("hold", partial(hold, target.name, self.entries.holds))
        yield Gate("checkout", partial(checkout, self.run.workspace.terraform, release))
        yield Gate(
            "live code",
            lambda: live_code(self.source.functions, deployed.functions, release),
        )
        stack = media_stack(self.run.workspace, self.source)
        stack.init(self.run.screen)
        yield Gate("source converged", lambda: self._source_converged(stack, release))
        yield Gate("alarms", lambda: alarms(self.source.cloudwatch, deployed))
        yield Gate("smoke evidence", lambda: smoke_evidence(name, self._evidence(), release))
        yield Gate(
            "soak",
            lambda: soak(name, self._evidence(), release, target.soak_minutes, datetime.now(UTC)),
        )

    def _plan_gates(self, planned: Planned) -> Iterator[Gate]:
        yield Gate(
            "target converged",
            lambda: target_converged(
                self.run.name,
                planned.plan,
                half_applied=half_applied(self.entries.authentic),
            ),
        )
        yield Gate("scan", lambda: scan(scan_planned(self.run, planned)))
        yield Gate("data", partial(data, planned.plan, lived_in=self._lived_in))

    @property
    def _lived_in(self) -> bool:
        return self.decision.previous is not None

    def _evidence(self) -> list[Entry]:
        """Return what appliers of the source say, from a ledger in which nothing was changed."""
        return verified(Ledger.of(self.source), self.source.environment.name).authentic

    def _source_converged(self, stack: MediaStack, release: Release) -> Answer:
        plan = stack.compared() if stack.compare(release) else Plan()
        return source_converged(self.source.environment.name, plan.summary)

    def _plan_foundation(self) -> PlannedFoundation | None:
        """Plan the target's buckets; none where they are still to be made."""
        run = self.run
        if run.dry and not bucket_exists(run.target.s3, state_bucket(run.target.environment)):
            return None
        quiet = replace(run.screen, quiet=True)
        return plan_foundation(run.workspace, run.target, quiet, lock=not run.dry)

    def _foundation(self, planned: PlannedFoundation | None) -> Answer:
        if planned is None:
            return passed("The state and artifact buckets are still to be made.")
        return foundation(planned.plan, lived_in=self._lived_in)

    def _zips(self, release: Release) -> tuple[Release, Answer]:
        """Hash the zips again where they lie; a run that is not dry writes them to the target."""
        began = monotonic()
        run = self.run
        source = Place(self.source.s3, artifact_bucket(self.source.environment))
        target = Place(run.target.s3, artifact_bucket(run.target.environment))
        copied = (hash_artifacts if run.dry else copy_artifacts)(release, source, target)
        answer = artifacts(copied)
        run.screen.done(answer.evidence, began)
        return copied.release, answer
