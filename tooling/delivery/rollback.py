"""``rollback ENV [RELEASE]``: a release that ran there before, brought back; ``release-hold``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tooling.delivery.plan import plan_at_once, scan_planned, show_digest
from tooling.delivery.rollout import bring
from tooling.environments.names import artifact_bucket
from tooling.errors import OperatorError
from tooling.gates.drift import target_converged
from tooling.gates.evidence import current_hold
from tooling.gates.gate import Gate, ask_all, passed
from tooling.gates.plan import approval, data, scan
from tooling.gates.source import account, artifacts, checkout
from tooling.ledger.entry import Step
from tooling.ledger.integrity import authenticated, verified
from tooling.ledger.interrupted_runs import half_applied, interruption
from tooling.releases.artifact_copy import Place, copy_artifacts
from tooling.releases.release import Release
from tooling.releases.sources import sources_of
from tooling.terraform.outputs import read_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tooling.delivery.plan import Planned
    from tooling.delivery.result import Decision
    from tooling.delivery.run import Run
    from tooling.ledger.entry import Entry
    from tooling.ledger.journal import Journal

SHORTEST = 6


@dataclass(frozen=True)
class Rollback:
    """One run of ``rollback``.

    Parameters
    ----------
    run : Run
        Brings the release back.
    decision : Decision
        Filled in as the run goes.
    """

    run: Run
    decision: Decision

    def roll_back(self, wanted: str | None, approved: str | None) -> None:
        """Ask the gates; if they let it through, hold promotions and bring the release back.

        Parameters
        ----------
        wanted : str or None
            Id of a release, or its beginning; None for the one before the current.
        approved : str or None
            Digest of the plan that was approved.

        Raises
        ------
        GatesClosed
            Some gate says no; nothing was changed.
        SmokeTestFailed
            The release does not work there any more.
        """
        run, decision = self.run, self.decision
        with (
            run.lease.held(),
            run.journal.closed(),
            decision.ended_by(run.journal, run.name),
        ):
            entries = self._entries(wanted)
            here = read_outputs(run.target)
            found = interruption(entries)
            if found:
                run.screen.done(f"An earlier run was killed: {found}")
                if wanted is None and found.rolls_back(run.name) and found.release:
                    wanted = found.release.id
            current = here.release if here else None
            decision.previous = (found and found.previous) or current
            if found and found.changed_something:
                current = found.release  # whatever the state says: it may have come half-way
            evidence, release = self._choose(entries, wanted, current)
            decision.release = release
            run.journal.record(Step.STARTED, release=release)
            planned = self._decide(evidence, release, approved, unfinished=half_applied(entries))
            run.journal.record(Step.GATES, release=release, gates=decision.gate_documents)
            if decision.closed:
                names = ", ".join(finding.gate for finding in decision.closed)
                run.journal.record(Step.REFUSED, names, release=release)
                raise decision.refuse(run.name)
            run.journal.record(
                Step.HOLD_SET, f"Rolled back to release {release.id[:12]}", release=release
            )
            bring(run, planned, planned.goes_back_to)
            run.journal.record(Step.FINISHED, release=release)
            decision.result = "rolled back"
            decision.next = f"nox -s release-hold -- {run.name}"

    def _entries(self, wanted: str | None) -> list[Entry]:
        """Return what appliers wrote; who names no release lets the ledger choose, all of it.

        A release that is named is brought also where somebody has damaged the ledger: it has worked
        there if one authentic entry says so, whatever is missing.
        """
        ledger = self.run.journal.ledger
        found = authenticated(ledger) if wanted else verified(ledger, self.run.name)
        return found.authentic

    def _choose(
        self, entries: Sequence[Entry], wanted: str | None, current: Release | None
    ) -> tuple[Entry, Release]:
        """Return the release to go back to, with the entry that says that it worked."""
        worked = [entry for entry in entries if entry.step is Step.SMOKE_PASSED]
        if wanted is None:
            candidates = earlier_than(worked, current.id if current else None)
        else:
            candidates = candidates_of(worked, wanted)
        if not candidates or candidates[-1].release is None:
            named = f" {wanted}" if wanted else " before the current one"
            raise OperatorError(
                f"No release{named} has worked in {self.run.name}; nothing was changed.",
                remedy=f"See what has: nox -s history -- {self.run.name}",
            )
        return candidates[-1], Release.from_document(candidates[-1].release)

    def _decide(
        self, evidence: Entry, release: Release, approved: str | None, *, unfinished: bool
    ) -> Planned:
        run, decision = self.run, self.decision
        name, environment = run.name, run.target.environment
        place = Place(run.target.s3, artifact_bucket(environment))
        sources = self._sources(release)
        run.screen.step("Zips")
        hashed = artifacts(copy_artifacts(release, place, place))
        run.screen.done(hashed.evidence)
        planned = replace(plan_at_once(run, release, sources), goes_back_to=decision.previous)
        decision.planned = planned
        decision.findings = ask_all(
            [
                Gate(
                    "order", lambda: passed(f"Release {release.id} comes from {name}'s own ledger.")
                ),
                Gate("account", lambda: account([run.target])),
                Gate("hold", lambda: passed("Not asked: a rollback sets one.")),
                Gate("artifacts", lambda: hashed),
                Gate("checkout", lambda: checkout(sources, release)),
                Gate(
                    "target converged",
                    lambda: target_converged(name, planned.plan, half_applied=unfinished),
                ),
                Gate("alarms", lambda: passed("Not asked: an alarm is a reason to go back.")),
                Gate(
                    "smoke evidence",
                    lambda: passed(
                        f"Release {release.id} passed the smoke test of {name} at {evidence.time}."
                    ),
                ),
                Gate("soak", lambda: passed("Waived.")),
                Gate("scan", lambda: scan(scan_planned(run, planned))),
                Gate("data", lambda: data(planned.plan, lived_in=True)),
                Gate("foundation", lambda: passed("Not asked: a rollback leaves it alone.")),
                Gate("approval", lambda: approval(environment, planned.digest, approved)),
            ]
        )
        decision.show_gates(run.screen)
        show_digest(run, planned)
        return planned

    def _sources(self, release: Release) -> Path:
        sources = sources_of(self.run.workspace, self.run.name, release)
        # The checkout stands in, and its gate says no.
        return sources or self.run.workspace.terraform


def candidates_of(worked: Sequence[Entry], wanted: str) -> list[Entry]:
    """Return the successes of the one release whose id begins so.

    Raises
    ------
    OperatorError
        That is too short, or names more than one.
    """
    if len(wanted) < SHORTEST:
        raise OperatorError(
            f"'{wanted}' is too short to name a release.",
            remedy=f"Give its first {SHORTEST} digits or more.",
        )
    found = [entry for entry in worked if (entry.release_id or "").startswith(wanted.lower())]
    if len({entry.release_id for entry in found}) > 1:
        raise OperatorError(
            f"More than one release begins with '{wanted}'; nothing was changed.",
            remedy="Give more of its digits: nox -s history -- ENV --json has them all.",
        )
    return found


def earlier_than(worked: Sequence[Entry], current: str | None) -> list[Entry]:
    """Return the successes of other releases from before the current one first worked.

    After a rollback the current release is an old one: to go back once more leads further back,
    not to the release that was just left.
    """
    first = next(
        (number for number, entry in enumerate(worked) if entry.release_id == current), len(worked)
    )
    return list(worked[:first])


def lift_hold(name: str, journal: Journal) -> None:
    """Let promotions into an environment go on.

    Raises
    ------
    OperatorError
        There is no hold.
    """
    found = current_hold(authenticated(journal.ledger).holds)
    if found is None:
        raise OperatorError(f"There is no hold on {name}.", remedy="Nothing needs to be done.")
    journal.record(Step.HOLD_LIFTED, f"{found.detail}: lifted")
