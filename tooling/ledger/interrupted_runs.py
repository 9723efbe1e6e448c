"""Runs that were killed: the next one continues from there, or rolls back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.ledger.entry import BEGINS, ENDS, Step
from tooling.releases.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tooling.ledger.entry import Entry

# An unfinished canary has verified nothing.
NEEDS_ROLLBACK = frozenset({Step.CANARY, Step.SMOKE_FAILED, Step.RETURNING})
# In a canary two versions may be live from here on.
APPLIES = frozenset({Step.APPLYING, Step.APPLY_FAILED, Step.APPLIED})

# A run with these steps alone has changed nothing.
ONLY_ASKS = frozenset({Step.STARTED, Step.GATES})

# Steps that end an apply.
COMPLETES = (Step.APPLIED, Step.RETURNED)


@dataclass(frozen=True)
class Interruption:
    """A run that recorded a beginning but no end.

    Parameters
    ----------
    entries : tuple of Entry
        Its entries.
    """

    entries: tuple[Entry, ...]

    @property
    def last(self) -> Entry:
        """Its last entry."""
        return self.entries[-1]

    @property
    def needs_rollback(self) -> bool:
        """Whether its release must be rolled back."""
        tried = any(entry.keeps for entry in self.entries)
        return self.last.step in (NEEDS_ROLLBACK | (APPLIES if tried else frozenset()))

    @property
    def changed_something(self) -> bool:
        """Whether it had begun to apply."""
        return any(entry.step in BEGINS for entry in self.entries)

    @property
    def release(self) -> Release | None:
        """The release that it was rolling out."""
        found = next((entry.release for entry in self.entries if entry.release), None)
        return Release.from_document(found) if found else None

    @property
    def previous(self) -> Release | None:
        """The release that it would have rolled back to."""
        for entry in reversed(self.entries):
            found = entry.release if entry.step is Step.RETURNING else entry.previous
            if found:
                return Release.from_document(found)
        return None

    def rolls_back(self, environment: str) -> bool:
        """Return whether it was a rollback of an environment."""
        return self.last.command.split()[:2] == ["rollback", environment]

    def __str__(self) -> str:
        origin = self.last.origin
        return (
            f"'{self.last.command}' of {origin['user']}@{origin['host']} ended at {self.last.time} "
            f"unexpectedly, after '{self.last.step}'."
        )


def interruption(entries: Sequence[Entry]) -> Interruption | None:
    """Return the last changing run, if it never ended."""
    left: Interruption | None = None
    for of_run in _runs(entries):
        if of_run[-1].step in ENDS:
            left = left if left and _left_open(of_run, left) else None
        elif left and left.needs_rollback and {entry.step for entry in of_run} <= ONLY_ASKS:
            continue  # it was to roll the earlier run back, and got nowhere
        else:
            left = Interruption(tuple(of_run))
    return left


def _runs(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    """Return the entries of each changing run, in the order in which the runs began."""
    runs: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.step is Step.STARTED:
            runs[entry.run] = [entry]
        elif entry.run in runs:
            runs[entry.run].append(entry)
    return runs.values()


def _left_open(of_run: Sequence[Entry], earlier: Interruption) -> bool:
    """Return whether a run ended without dealing with the killed one before it."""
    if of_run[-1].step in (Step.REFUSED, Step.DRY_RUN):  # such as for want of an approval
        return True
    changed = any(entry.step in BEGINS for entry in of_run)
    return of_run[-1].step is Step.FAILED and not changed and not earlier.needs_rollback


def half_applied(entries: Sequence[Entry]) -> bool:
    """Return whether the last apply never ended, so that the state may be incomplete."""
    applies = [entry.step for entry in entries if entry.step in (*BEGINS, *COMPLETES)]
    return bool(applies) and applies[-1] in BEGINS


def current_or_last_verified(entries: Sequence[Entry], here: Release | None) -> Release | None:
    """Return the release in an environment's state if its ledger knows it, else the last verified.

    A release that the ledger does not know was written into the state outside of any run.
    """
    known = {entry.release_id for entry in entries}
    return here if here and here.id in known else last_verified(entries, None)


def last_verified(entries: Sequence[Entry], here: Release | None) -> Release | None:
    """Return the last release that passed a smoke test in an environment: the stable version.

    Parameters
    ----------
    here : Release or None
        The release in its state, used only if the ledger records no apply: a failed or killed apply
        may have written a release there that was never verified.
    """
    for entry in reversed(entries):
        if entry.step is Step.SMOKE_PASSED and entry.release:
            return Release.from_document(entry.release)
    for entry in entries:
        if entry.step in BEGINS:
            return Release.from_document(entry.previous) if entry.previous else None
    return here
