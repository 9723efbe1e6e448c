"""``rollback ENV [RELEASE]``: return to a release that worked there; ``release-hold``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tooling.delivery.plan import plan_at_once
from tooling.delivery.strategy import Candidate, Strategy, deliver
from tooling.environments.names import artifact_bucket
from tooling.errors import OperatorError
from tooling.gates.evidence import current_hold
from tooling.gates.gate import Answer, Gate, passed, skipped
from tooling.gates.source import account, artifacts, checkout
from tooling.ledger.entry import Step
from tooling.ledger.integrity import authenticated, verified
from tooling.ledger.interrupted_runs import current_or_last_verified, interruption
from tooling.releases.artifact_copy import Place, copy_artifacts
from tooling.releases.release import Release
from tooling.releases.sources import sources_of
from tooling.terraform.outputs import read_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tooling.delivery.plan import Planned
    from tooling.ledger.entry import Entry
    from tooling.ledger.integrity import LedgerEntries
    from tooling.ledger.interrupted_runs import Interruption
    from tooling.ledger.journal import Journal
    from tooling.terraform.foundation import PlannedFoundation

SHORTEST = 6
NO_SOURCE = "A rollback has no source environment."


@dataclass(frozen=True)
class Rollback(Strategy):
    """One run of ``rollback``.

    Parameters
    ----------
    wanted : str or None
        Id of a release, or its first digits; None for the one before the current release.
    """

    wanted: str | None = field(default=None, kw_only=True)

    def roll_back(self, approved: str | None) -> None:
        """Evaluate the gates; if they pass, hold promotions and roll the release out.

        Raises
        ------
        GatesFailed
            A gate failed; nothing was changed.
        SmokeTestFailed
            The release no longer works there.
        """
        deliver(self, approved)

    def choose(self, approved: str | None) -> Candidate:  # noqa: ARG002 - the strategy's signature
        """Choose a release that has worked in the environment, according to its ledger."""
        run, decision = self.run, self.decision
        entries = self._entries()
        here = read_outputs(run.target)
        found = interruption(entries.authentic)
        if found:
            run.screen.done(f"An earlier run was killed: {found}")
        wanted = self.wanted or _unfinished(found, run.name)
        current = here.release if here else None
        decision.previous = (found and found.previous) or current_or_last_verified(
            entries.authentic, current
        )
        if found and found.changed_something:
            current = found.release  # not the state's: the apply may have stopped half-way
        evidence, release = self._choice(entries.authentic, wanted, current)
        decision.release = release
        run.journal.record(Step.STARTED, release=release)
        # Without sources the checkout stands in, and fails its gate.
        sources = sources_of(run.workspace, run.name, release) or run.workspace.terraform
        gates = tuple(self._gates(release, sources, evidence))
        return Candidate(release, sources, here, entries.authentic, gates)

    @property
    def in_use(self) -> bool:
        """Whether a release has ever worked there: the chosen one has."""
        return True

    def _gates(self, release: Release, sources: Path, evidence: Entry) -> Iterator[Gate]:
        """Yield the gates on the caller and the sources; those on a source are skipped."""
        name = self.run.name
        yield _skipped("order", f"Release {release.id} comes from {name}'s own ledger.")
        yield Gate("account", partial(account, [self.run.target]))
        yield _skipped("hold", "A rollback sets one.")
        yield Gate("checkout", partial(checkout, sources, release))
        yield _skipped("live code", NO_SOURCE)
        yield _skipped("source converged", NO_SOURCE)
        yield _skipped("alarms", "An alarm is a reason to roll back.")
        yield Gate(
            "smoke evidence",
            lambda: passed(
                f"Release {release.id} passed the smoke test of {name} at {evidence.time}."
            ),
        )
        yield _skipped("soak", f"Release {release.id} has worked in {name} before.")

    def zips(self, candidate: Candidate) -> tuple[Release, Answer]:
        """Hash the zips again."""
        target = self.run.target
        place = Place(target.s3, artifact_bucket(target.environment))
        answer = artifacts(copy_artifacts(candidate.release, place, place))
        self.run.screen.done(answer.evidence)
        return candidate.release, answer

    def plan(self, candidate: Candidate, release: Release) -> Planned:
        """Save the plan that switches to the release without a canary, and show it."""
        return plan_at_once(self.run, release, candidate.sources)

    def plan_foundation(self) -> PlannedFoundation | None:
        """Return None: a rollback leaves the buckets alone."""
        return None

    def foundation(self, planned: PlannedFoundation | None) -> Answer:  # noqa: ARG002 - the strategy's signature
        """Skip the gate."""
        return skipped("A rollback leaves the state and artifact buckets alone.")

    def accept(self, release: Release) -> None:
        """Hold promotions."""
        self.run.journal.record(
            Step.HOLD_SET, f"Rolled back to release {release.id[:12]}", release=release
        )

    def conclude(self) -> None:
        """Record the result and the command that lifts the hold."""
        self.decision.result = "rolled back"
        self.decision.next = f"nox -s release-hold -- {self.run.name}"

    def _entries(self) -> LedgerEntries:
        """Return the ledger's entries, which must be intact unless a release was named.

        A named release may be chosen even from a damaged ledger: one authentic entry that it worked
        is enough, whatever else is missing.
        """
        ledger = self.run.journal.ledger
        if self.wanted:
            return authenticated(ledger, damaged=True)
        return verified(ledger, self.run.name)

    def _choice(
        self, entries: Sequence[Entry], wanted: str | None, current: Release | None
    ) -> tuple[Entry, Release]:
        """Return the chosen release, with the entry that records its success."""
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


def _skipped(name: str, reason: str) -> Gate:
    return Gate(name, lambda: skipped(reason))


def candidates_of(worked: Sequence[Entry], wanted: str) -> list[Entry]:
    """Return the successes of the one release whose id starts with `wanted`.

    Raises
    ------
    OperatorError
        `wanted` is too short, or matches several releases.
    """
    if len(wanted) < SHORTEST:
        raise OperatorError(
            f"'{wanted}' is too short to name a release.",
            remedy=f"Give at least its first {SHORTEST} digits.",
        )
    found = [entry for entry in worked if (entry.release_id or "").startswith(wanted.lower())]
    if len({entry.release_id for entry in found}) > 1:
        raise OperatorError(
            f"More than one release begins with '{wanted}'; nothing was changed.",
            remedy="Give more digits; nox -s history -- ENV --json prints them all.",
        )
    return found


def earlier_than(worked: Sequence[Entry], current: str | None) -> list[Entry]:
    """Return the successes of other releases from before the current one first worked.

    After a rollback the current release is an old one: another rollback goes further back, not to
    the release that was just left.
    """
    first = next(
        (number for number, entry in enumerate(worked) if entry.release_id == current), len(worked)
    )
    return list(worked[:first])


def lift_hold(name: str, journal: Journal) -> None:
    """Lift the hold on promotions into an environment.

    Raises
    ------
    OperatorError
        There is no hold.
    """
    found = current_hold(authenticated(journal.ledger).holds)
    if found is None:
        raise OperatorError(f"There is no hold on {name}.", remedy="There is nothing to do.")
    journal.record(Step.HOLD_LIFTED, f"{found.detail}: lifted")


def _unfinished(found: Interruption | None, environment: str) -> str | None:
    """Return the id of the release that a killed rollback was about to restore."""
    if found and found.rolls_back(environment) and found.release:
        return found.release.id
    return None
