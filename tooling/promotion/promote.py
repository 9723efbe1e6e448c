"""``promote FROM TO``: what runs there, brought here; nothing is built."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.foundation import plan_foundation
from tooling.promotion.carrying import Place, carry
from tooling.promotion.delivery import bring
from tooling.promotion.deployed import read_deployed
from tooling.promotion.entry import Step
from tooling.promotion.gates.account import account
from tooling.promotion.gates.alarms import alarms
from tooling.promotion.gates.approval import approval
from tooling.promotion.gates.checkout import checkout
from tooling.promotion.gates.convergence import source_converged, target_converged
from tooling.promotion.gates.data import data
from tooling.promotion.gates.foundation import foundation
from tooling.promotion.gates.hold import hold
from tooling.promotion.gates.live_code import live_code
from tooling.promotion.gates.order import order
from tooling.promotion.gates.scan import scan
from tooling.promotion.gates.smoke_evidence import smoke_evidence, soak
from tooling.promotion.gates.verdict import Answer, Gate, ask_all
from tooling.promotion.interruption import half_applied, interruption, proven
from tooling.promotion.ledger import Ledger
from tooling.promotion.planning import plan_as_asked, scan_planned
from tooling.promotion.verification import verified
from tooling.promotion.way_back import go_back
from tooling.rendering import artifact_bucket, render_variables, state_bucket
from tooling.stack import media_stack
from tooling.terraform.plans import PlanSummary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.clients import Clients
    from tooling.promotion.decision import Decision
    from tooling.promotion.deployed import Deployed
    from tooling.promotion.entry import Entry
    from tooling.promotion.planning import Planned
    from tooling.promotion.run import Run
    from tooling.releases import Release
    from tooling.stack import Stack
    from tooling.target import Target


@dataclass(frozen=True)
class Promotion:
    """One run of ``promote``.

    Parameters
    ----------
    source : Target
        Where the release comes from; only read.
    source_clients : Clients
        For it.
    run : Run
        Brings it to the target.
    decision : Decision
        Filled in as the run goes.
    """

    source: Target
    source_clients: Clients
    run: Run
    decision: Decision

    def promote(self, approved: str | None, *, dry_run: bool = False) -> None:
        """Ask all gates; if they all let it through, bring the release.

        Parameters
        ----------
        approved : str or None
            Digest of the plan that was approved.
        dry_run : bool
            Stop after the gates.

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
            entries = verified(run.journal.ledger, run.name)
            here = read_deployed(run.clients.s3, run.target.environment)
            # Before the way back: from here on this run is the one that is found unfinished.
            run.journal.record(Step.STARTED)
            previous = self._take_up(entries, here.release if here else None)
            deployed = self._deployed()
            decision.previous = previous
            planned = self._decide(deployed, here, entries, approved)
            run.journal.record(Step.GATES, release=planned.release, gates=decision.findings)
            if decision.closed:
                names = ", ".join(finding.gate for finding in decision.closed)
                run.journal.record(Step.REFUSED, names, release=planned.release)
                decision.result = "refused"
                refusal = decision.refusal(run.name)
                decision.next = refusal.remedy
                raise refusal
            if dry_run:
                run.journal.record(Step.DRY_RUN, release=planned.release)
                decision.result, decision.next = "would be promoted", decision.typed
                return
            bring(run, planned, previous)
            run.journal.record(Step.FINISHED, release=planned.release)
            decision.result, decision.next = "promoted", "nox -s status"

    def _take_up(self, entries: list[Entry], here: Release | None) -> Release | None:
        """Return what the target holds that works, after seeing to a run that was killed."""
        run, previous = self.run, proven(entries, here)
        found = interruption(entries)
        if found is None:
            return previous
        run.screen.done(f"An earlier run was killed: {found}")
        if found.leads_back:
            # Its own word: a smoke test typed meanwhile may have met the version of before.
            self.decision.previous = found.previous or previous
            became = go_back(run, self.decision.previous)
            raise OperatorError(
                f"The earlier run was killed before its release had proved itself. {became}",
                remedy=f"Mend the release, then promote it again; nox -s history -- "
                f"{run.name} tells what happened.",
            )
        run.screen.done("This one goes on from there.")
        return previous

    def _deployed(self) -> Deployed:
        environment = self.source.environment
        deployed = read_deployed(self.source_clients.s3, environment)
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

    def _decide(
        self,
        deployed: Deployed,
        here: Deployed | None,
        entries: list[Entry],
        approved: str | None,
    ) -> Planned:
        """Ask all gates: on the source and on the buckets while the target's plan is made."""
        began = monotonic()
        run, decision = self.run, self.decision
        screen, lived_in = run.screen, decision.previous is not None
        gates = list(self._source_gates(deployed, entries))
        with ThreadPoolExecutor() as beside:
            about_source = beside.submit(ask_all, gates)
            buckets = beside.submit(
                plan_foundation, run.workspace, run.target, replace(screen, quiet=True)
            )
            screen.step("Zips")
            release, carried = self._carry(deployed.release)
            planned = plan_as_asked(run, release, run.workspace.terraform, here)
            decision.planned = planned
            about_plan = ask_all(
                [
                    Gate("artifacts", lambda: carried),
                    Gate(
                        "target converged",
                        partial(
                            target_converged,
                            run.name,
                            planned.document,
                            half_applied=half_applied(entries),
                        ),
                    ),
                    Gate("scan", lambda: scan(scan_planned(run, planned))),
                    Gate("data", partial(data, planned.document, lived_in=lived_in)),
                    Gate(
                        "foundation",
                        lambda: foundation(buckets.result().document, lived_in=lived_in),
                    ),
                    Gate(
                        "approval",
                        partial(approval, run.target.environment, planned.digest, approved),
                    ),
                ]
            )
            decision.findings = [*about_source.result(), *about_plan]
        decision.show_gates(screen)
        screen.done(f"{len(decision.findings)} gates asked", began)
        # Without a plan of the buckets their gate has said no.
        return planned if buckets.exception() else replace(planned, foundation=buckets.result())

    def _source_gates(self, deployed: Deployed, entries: list[Entry]) -> Iterator[Gate]:
        name, release = self.source.environment.name, deployed.release
        target = self.run.target.environment
        evidence = Ledger(self.source_clients.s3, state_bucket(self.source.environment)).entries
        yield Gate("order", partial(order, name, target))
        yield Gate("account", partial(account, [self.source_clients, self.run.clients]))
        yield Gate("hold", partial(hold, target.name, entries))
        yield Gate("checkout", partial(checkout, self.run.workspace.terraform, release))
        yield Gate(
            "live code",
            lambda: live_code(
                self.source_clients.functions, deployed.outputs["functions"], release
            ),
        )
        stack = media_stack(self.run.workspace, self.source)
        stack.init(self.run.screen)
        yield Gate("source converged", lambda: self._source_converged(stack, release))
        yield Gate("alarms", lambda: alarms(self.source_clients.cloudwatch, deployed.outputs))
        yield Gate("smoke evidence", lambda: smoke_evidence(name, evidence(), release))
        yield Gate(
            "soak",
            lambda: soak(name, evidence(), release, target.soak_minutes, datetime.now(UTC)),
        )

    def _source_converged(self, stack: Stack, release: Release) -> Answer:
        environment = self.source.environment
        folder = self.run.workspace.environments
        variables = render_variables(folder, environment, self.source.endpoint, release)
        changes = stack.compare(variables)
        summary = PlanSummary.from_document(stack.compared()) if changes else PlanSummary((), ())
        return source_converged(environment.name, summary)

    def _carry(self, release: Release) -> tuple[Release, Answer]:
        began = monotonic()
        run = self.run
        source = Place(self.source_clients.s3, artifact_bucket(self.source.environment))
        target = Place(run.clients.s3, artifact_bucket(run.target.environment))
        carried, answer = carry(release, source, target)
        run.screen.done(answer.evidence, began)
        return carried, answer
