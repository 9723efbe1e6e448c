"""How a release is brought through gates; what a promotion and a rollback do in their own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tooling.delivery.plan import scan_planned, show_digest
from tooling.delivery.rollout import roll_out
from tooling.gates.drift import target_converged
from tooling.gates.gate import Gate, ask_all
from tooling.gates.plan import approval, data, scan
from tooling.ledger.entry import Step
from tooling.ledger.interrupted_runs import half_applied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tooling.delivery.plan import Planned
    from tooling.delivery.result import Decision
    from tooling.delivery.run import Run
    from tooling.gates.gate import Answer
    from tooling.ledger.entry import Entry
    from tooling.releases.release import Release
    from tooling.terraform.foundation import PlannedFoundation
    from tooling.terraform.outputs import Outputs


@dataclass(frozen=True)
class Candidate:
    """A release that is to be brought, with what was read and is to be asked before.

    Parameters
    ----------
    release : Release
        As it is where it comes from.
    sources : Path
        The Terraform sources that it is brought with.
    here : Outputs or None
        What runs in the target.
    entries : list of Entry
        What appliers wrote into the target's ledger.
    gates : tuple of Gate
        Those that can be asked before there is a plan.
    """

    release: Release
    sources: Path
    here: Outputs | None
    entries: list[Entry]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Strategy(ABC):
    """What is brought, from where, and which gates are asked of it.

    Parameters
    ----------
    run : Run
        Brings it to the target.
    decision : Decision
        Filled in as the run goes.
    """

    run: Run
    decision: Decision

    @abstractmethod
    def choose(self, approved: str | None) -> Candidate:
        """Find what is to be brought, and write down that the run has begun."""

    @property
    @abstractmethod
    def in_use(self) -> bool:
        """Whether any release has worked in the target yet."""

    @abstractmethod
    def zips(self, candidate: Candidate) -> tuple[Release, Answer]:
        """Hash the zips again; return the release with their places, and what their gate says."""

    @abstractmethod
    def plan(self, candidate: Candidate, release: Release) -> Planned:
        """Save the plan that brings the release, and show it."""

    @abstractmethod
    def plan_foundation(self) -> PlannedFoundation | None:
        """Plan the target's buckets; None where there is nothing to plan."""

    @abstractmethod
    def foundation(self, planned: PlannedFoundation | None) -> Answer:
        """Say whether the buckets stay."""

    @abstractmethod
    def accept(self, release: Release) -> None:
        """Do what has to be done before the release is brought: every gate lets it through."""

    @abstractmethod
    def conclude(self) -> None:
        """Fill in what came of it."""


def deliver(strategy: Strategy, approved: str | None) -> None:
    """Ask all gates; if they let it through, bring the release.

    Parameters
    ----------
    approved : str or None
        Digest of the plan that was approved.

    Raises
    ------
    GatesFailed
        Some gate says no; nothing was changed.
    SmokeTestFailed
        The release does not work in the target, which was taken back.
    """
    run, decision = strategy.run, strategy.decision
    with (
        run.lease.held(),
        run.journal.failures_recorded(),
        decision.ended_by(run.journal, run.name),
    ):
        candidate = strategy.choose(approved)
        planned = assess(strategy, candidate, approved)
        run.journal.record(Step.GATES, release=planned.release, gates=decision.gate_documents)
        if decision.failed_gates:
            names = ", ".join(finding.gate for finding in decision.failed_gates)
            run.journal.record(Step.REFUSED, names, release=planned.release)
            raise decision.refuse(run.name)
        strategy.accept(planned.release)
        roll_out(run, planned, planned.goes_back_to)
        run.journal.record(Step.FINISHED, release=planned.release)
        strategy.conclude()


def assess(strategy: Strategy, candidate: Candidate, approved: str | None) -> Planned:
    """Plan, and ask all gates: those that need no plan while it is made.

    The run's decision is filled in with the plan and with what each gate says.

    Parameters
    ----------
    approved : str or None
        Digest of the plan that was approved.
    """
    began = monotonic()
    run, decision = strategy.run, strategy.decision
    with ThreadPoolExecutor() as beside:
        before = beside.submit(ask_all, candidate.gates)
        buckets = beside.submit(strategy.plan_foundation)
        run.screen.step("Zips")
        release, zips = strategy.zips(candidate)
        planned = replace(strategy.plan(candidate, release), goes_back_to=decision.previous)
        decision.planned = planned
        after = ask_all(
            [
                Gate("artifacts", lambda: zips),
                *_plan_gates(strategy, candidate, planned),
                Gate("foundation", lambda: strategy.foundation(buckets.result())),
                Gate(
                    "approval", partial(approval, run.target.environment, planned.digest, approved)
                ),
            ]
        )
        decision.findings = [*before.result(), *after]
    decision.show_gates(run.screen)
    run.screen.done(f"{len(decision.findings)} gates", began)
    show_digest(run, planned)
    # Without a plan of the buckets their gate has said no.
    return planned if buckets.exception() else replace(planned, foundation=buckets.result())


def _plan_gates(strategy: Strategy, candidate: Candidate, planned: Planned) -> Iterator[Gate]:
    yield Gate(
        "target converged",
        lambda: target_converged(
            strategy.run.name, planned.plan, half_applied=half_applied(candidate.entries)
        ),
    )
    yield Gate("scan", lambda: scan(scan_planned(strategy.run, planned)))
    yield Gate("data", partial(data, planned.plan, in_use=strategy.in_use))
