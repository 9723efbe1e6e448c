"""``rollback ENV [RELEASE]``: a release that ran there before, brought back; ``release-hold``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.promotion.carrying import Place, carry
from tooling.promotion.deployed import read_deployed
from tooling.promotion.gates.account import account
from tooling.promotion.gates.approval import approval
from tooling.promotion.gates.checkout import checkout
from tooling.promotion.gates.convergence import target_converged
from tooling.promotion.gates.data import data
from tooling.promotion.gates.hold import current_hold
from tooling.promotion.gates.scan import scan
from tooling.promotion.gates.verdict import Gate, ask_all, passed
from tooling.promotion.interruption import half_applied, interruption
from tooling.promotion.ledger import Step
from tooling.promotion.sources import sources_of
from tooling.releases import Release
from tooling.rendering import artifact_bucket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tooling.promotion.decision import Decision
    from tooling.promotion.delivery import Delivery, Planned
    from tooling.promotion.journal import Journal
    from tooling.promotion.ledger import Entry

SHORTEST = 6


@dataclass(frozen=True)
class Rollback:
    """One run of ``rollback``.

    Parameters
    ----------
    delivery : Delivery
        Brings the release back.
    decision : Decision
        Filled in as the run goes.
    """

    delivery: Delivery
    decision: Decision

    def run(self, wanted: str | None, approved: str | None) -> None:
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
        delivery, decision = self.delivery, self.decision
        with (
            delivery.lease.held(),
            delivery.journal.closed(),
            decision.ended_by(delivery.journal, delivery.name),
        ):
            entries = delivery.journal.ledger.entries()
            here = read_deployed(delivery.clients.s3, delivery.target.environment)
            found = interruption(entries)
            if found:
                delivery.screen.done(f"An earlier run was killed: {found}")
                if wanted is None and found.rolls_back(delivery.name) and found.release:
                    wanted = found.release.id
            decision.previous = (found and found.previous) or (here.release if here else None)
            evidence, release = self._choose(entries, wanted)
            decision.release = release
            delivery.journal.record(Step.STARTED, release=release)
            planned = self._decide(evidence, release, approved, unfinished=half_applied(entries))
            delivery.journal.record(Step.GATES, release=release, gates=decision.findings)
            if decision.closed:
                names = ", ".join(finding.gate for finding in decision.closed)
                delivery.journal.record(Step.REFUSED, names, release=release)
                decision.result = "refused"
                refusal = decision.refusal(delivery.name)
                decision.next = refusal.remedy
                raise refusal
            delivery.journal.record(
                Step.HOLD_SET, f"Rolled back to release {release.id[:12]}", release=release
            )
            delivery.bring(planned, decision.previous)
            delivery.journal.record(Step.FINISHED, release=release)
            decision.result = "rolled back"
            decision.next = f"nox -s release-hold -- {delivery.name}"

    def _choose(self, entries: Sequence[Entry], wanted: str | None) -> tuple[Entry, Release]:
        """Return the release to go back to, with the entry that says that it worked."""
        current = self.decision.previous
        worked = [entry for entry in entries if entry.step is Step.SMOKE_PASSED]
        if wanted is None:
            candidates = earlier_than(worked, current.id if current else None)
        else:
            if len(wanted) < SHORTEST:
                raise OperatorError(
                    f"'{wanted}' is too short to name a release.",
                    remedy=f"Give its first {SHORTEST} digits or more.",
                )
            candidates = [
                entry for entry in worked if (entry.release_id or "").startswith(wanted.lower())
            ]
        if not candidates or candidates[-1].release is None:
            named = f" {wanted}" if wanted else " before the current one"
            raise OperatorError(
                f"No release{named} has worked in {self.delivery.name}; nothing was changed.",
                remedy=f"See what has: nox -s history -- {self.delivery.name}",
            )
        return candidates[-1], Release.from_document(candidates[-1].release)

    def _decide(
        self, evidence: Entry, release: Release, approved: str | None, *, unfinished: bool
    ) -> Planned:
        delivery, decision = self.delivery, self.decision
        name, environment = delivery.name, delivery.target.environment
        place = Place(delivery.clients.s3, artifact_bucket(environment))
        sources = self._sources(release)
        delivery.screen.step("Zips")
        _, hashed = carry(release, place, place)
        delivery.screen.done(hashed.evidence)
        planned = delivery.plan(release, sources)
        decision.planned = planned
        short = release.id[:12]
        decision.findings = ask_all(
            [
                Gate("order", lambda: passed(f"Release {short} comes from {name}'s own ledger.")),
                Gate("account", lambda: account([delivery.clients])),
                Gate("hold", lambda: passed("Not asked: a rollback sets one.")),
                Gate("artifacts", lambda: hashed),
                Gate("checkout", lambda: checkout(sources, release)),
                Gate(
                    "target converged",
                    lambda: target_converged(name, planned.document, half_applied=unfinished),
                ),
                Gate("alarms", lambda: passed("Not asked: an alarm is a reason to go back.")),
                Gate(
                    "smoke evidence",
                    lambda: passed(
                        f"Release {short} passed the smoke test of {name} at {evidence.time}."
                    ),
                ),
                Gate("soak", lambda: passed("Waived.")),
                Gate("scan", lambda: scan(delivery.scan(planned))),
                Gate("data", lambda: data(planned.document, lived_in=True)),
                Gate("foundation", lambda: passed("Not asked: a rollback leaves it alone.")),
                Gate("approval", lambda: approval(environment, planned.digest, approved)),
            ]
        )
        decision.show_gates(delivery.screen)
        return planned

    def _sources(self, release: Release) -> Path:
        sources = sources_of(self.delivery.workspace, self.delivery.name, release)
        # The checkout stands in, and its gate says no.
        return sources or self.delivery.workspace.terraform


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
    found = current_hold(journal.ledger.entries())
    if found is None:
        raise OperatorError(f"There is no hold on {name}.", remedy="Nothing needs to be done.")
    journal.record(Step.HOLD_LIFTED, f"{found.detail}: lifted")
