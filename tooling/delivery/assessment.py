"""All gates, asked of a plan that was made for a release."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from tooling.delivery.plan import scan_planned, show_digest
from tooling.gates.drift import target_converged
from tooling.gates.gate import Gate, ask_all
from tooling.gates.plan import approval, data, scan
from tooling.ledger.interrupted_runs import half_applied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.delivery.plan import Planned
    from tooling.delivery.strategy import Candidate, Strategy


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
    yield Gate("data", partial(data, planned.plan, lived_in=strategy.lived_in))
