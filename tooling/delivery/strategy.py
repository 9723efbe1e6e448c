"""The run that promotions and rollbacks share, and the steps in which they differ."""

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
    """The release to roll out, with what was read and the gates that need no plan.

    Parameters
    ----------
    release : Release
        As its source recorded it.
    sources : Path
        Its Terraform sources.
    here : Outputs or None
        What runs in the target.
    entries : list of Entry
        The authentic entries of the target's ledger.
    gates : tuple of Gate
        The gates that need no plan.
    """

    release: Release
    sources: Path
    here: Outputs | None
    entries: list[Entry]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Strategy(ABC):
    """The steps in which a promotion and a rollback differ.

    Parameters
    ----------
    run : Run
        The run on the target.
    decision : Decision
        Filled in during the run.
    """

    run: Run
    decision: Decision

    @abstractmethod
    def choose(self, approved: str | None) -> Candidate:
        """Choose the release, and record that the run has begun."""

    @property
    @abstractmethod
    def in_use(self) -> bool:
        """Whether a release has ever worked in the target."""

    @abstractmethod
    def zips(self, candidate: Candidate) -> tuple[Release, Answer]:
        """Hash the zips again; return the release with their locations, and the gate's answer."""

    @abstractmethod
    def plan(self, candidate: Candidate, release: Release) -> Planned:
        """Save the release's plan, and show it."""

    @abstractmethod
    def plan_foundation(self) -> PlannedFoundation | None:
        """Plan the target's buckets; return None if there is nothing to plan."""

    @abstractmethod
    def foundation(self, planned: PlannedFoundation | None) -> Answer:
        """Check that the buckets lose no data."""

    @abstractmethod
    def accept(self, release: Release) -> None:
        """Act on the gates' passing, before the rollout."""

    @abstractmethod
    def conclude(self) -> None:
        """Record the result and the next command."""


def deliver(strategy: Strategy, approved: str | None) -> None:
    """Evaluate all gates; if they pass, roll the release out.

    Parameters
    ----------
    approved : str or None
        Digest of the approved plan.

    Raises
    ------
    GatesFailed
        A gate failed; nothing was changed.
    SmokeTestFailed
        The release does not work in the target, which was rolled back.
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
    """Plan, and evaluate all gates; those that need no plan run meanwhile.

    Fills in the run's decision with the plan and the findings.

    Parameters
    ----------
    approved : str or None
        Digest of the approved plan.
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
    # If the buckets could not be planned, their gate has failed.
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
