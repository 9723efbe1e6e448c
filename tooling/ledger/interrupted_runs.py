"""Where a run stood that was killed: the next one goes on from there, or back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.ledger.entry import BEGINS, ENDS, Step
from tooling.releases.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tooling.ledger.entry import Entry

# A canary that nobody watched to its end has not shown anything.
NEEDS_ROLLBACK = frozenset({Step.CANARY, Step.SMOKE_FAILED, Step.RETURNING})
# With a canary they begin it: two versions may serve already.
APPLIES = frozenset({Step.APPLYING, Step.APPLY_FAILED, Step.APPLIED})

# A run that went no further has changed nothing.
ONLY_ASKS = frozenset({Step.STARTED, Step.GATES})

# Of an apply.
COMPLETES = (Step.APPLIED, Step.RETURNED)


@dataclass(frozen=True)
class Interruption:
    """A run that has a beginning and no end.

    Parameters
    ----------
    entries : tuple of Entry
        All that it wrote.
    """

    entries: tuple[Entry, ...]

    @property
    def last(self) -> Entry:
        """The last that it wrote."""
        return self.entries[-1]

    @property
    def needs_rollback(self) -> bool:
        """Whether what it brought must not stay."""
        tried = any(entry.keeps for entry in self.entries)
        return self.last.step in (NEEDS_ROLLBACK | (APPLIES if tried else frozenset()))

    @property
    def changed_something(self) -> bool:
        """Whether it had begun to apply anything."""
        return any(entry.step in BEGINS for entry in self.entries)

    @property
    def release(self) -> Release | None:
        """The release that it was to bring."""
        found = next((entry.release for entry in self.entries if entry.release), None)
        return Release.from_document(found) if found else None

    @property
    def previous(self) -> Release | None:
        """The release that it would have gone back to."""
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
            f"without a word, after '{self.last.step}'."
        )


def interruption(entries: Sequence[Entry]) -> Interruption | None:
    """Return the last run that changes things, if it never came to an end."""
    left: Interruption | None = None
    for of_run in _runs(entries):
        if of_run[-1].step in ENDS:
            left = left if left and _left_open(of_run, left) else None
        elif left and left.needs_rollback and {entry.step for entry in of_run} <= ONLY_ASKS:
            continue  # it had that to take up, and came to nothing
        else:
            left = Interruption(tuple(of_run))
    return left


def _runs(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    """Return the entries of each run that changes things, in the order in which they began."""
    runs: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.step is Step.STARTED:
            runs[entry.run] = [entry]
        elif entry.run in runs:
            runs[entry.run].append(entry)
    return runs.values()


def _left_open(of_run: Sequence[Entry], earlier: Interruption) -> bool:
    """Return whether a run came to its end before it could take up the one that was killed."""
    if of_run[-1].step in (Step.REFUSED, Step.DRY_RUN):  # such as for want of an approval
        return True
    changed = any(entry.step in BEGINS for entry in of_run)
    return of_run[-1].step is Step.FAILED and not changed and not earlier.needs_rollback


def half_applied(entries: Sequence[Entry]) -> bool:
    """Return whether the last apply was begun and never ended, which its state may not know."""
    applies = [entry.step for entry in entries if entry.step in (*BEGINS, *COMPLETES)]
    return bool(applies) and applies[-1] in BEGINS


def current_or_last_verified(entries: Sequence[Entry], here: Release | None) -> Release | None:
    """Return what runs in an environment, where its ledger tells of that release too.

    Else somebody wrote it into the state past all runs; to go back to is what was seen to work.
    """
    known = {entry.release_id for entry in entries}
    return here if here and here.id in known else last_verified(entries, None)


def last_verified(entries: Sequence[Entry], here: Release | None) -> Release | None:
    """Return the release that an environment was last seen to work with, to go back to.

    Parameters
    ----------
    here : Release or None
        What its state says, for an environment whose ledger knows of no apply: one that failed or
        was killed may have written a release there that nobody ever tried.
    """
    for entry in reversed(entries):
        if entry.step is Step.SMOKE_PASSED and entry.release:
            return Release.from_document(entry.release)
    for entry in entries:
        if entry.step in BEGINS:
            return Release.from_document(entry.previous) if entry.previous else None
    return here
