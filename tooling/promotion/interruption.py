"""Where a run stood that was killed: the next one goes on from there, or back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.promotion.ledger import Step
from tooling.releases import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tooling.promotion.ledger import Entry

ENDS = frozenset({Step.REFUSED, Step.DRY_RUN, Step.FAILED, Step.RETURNED, Step.FINISHED})
CHANGED = frozenset(
    {
        Step.APPLYING,
        Step.APPLIED,
        Step.CANARY,
        Step.SMOKE_PASSED,
        Step.SMOKE_FAILED,
        Step.RETURNING,
    }
)
# A canary that nobody watched to its end has not shown anything.
LEADS_BACK = frozenset({Step.CANARY, Step.SMOKE_FAILED, Step.RETURNING})


@dataclass(frozen=True)
class Interruption:
    """A run that has a beginning and no end.

    Parameters
    ----------
    last : Entry
        The last that it wrote.
    previous : Release or None
        What the environment held before it, where it came as far as to change something.
    """

    last: Entry
    previous: Release | None

    @property
    def leads_back(self) -> bool:
        """Whether what it brought must not stay."""
        return self.last.step in LEADS_BACK

    @property
    def changed(self) -> bool:
        """Whether it may have changed the environment."""
        return self.last.step in CHANGED

    def __str__(self) -> str:
        origin = self.last.origin
        return (
            f"'{self.last.command}' of {origin['user']}@{origin['host']} ended at {self.last.time} "
            f"without a word, after '{self.last.step}'."
        )


def interruption(entries: Sequence[Entry]) -> Interruption | None:
    """Return the last run that changes things, if it never came to an end."""
    started = [entry for entry in entries if entry.step is Step.STARTED]
    if not started:
        return None
    of_run = [entry for entry in entries if entry.run == started[-1].run]
    if of_run[-1].step in ENDS:
        return None
    before = next((entry.previous for entry in of_run if entry.previous), None)
    return Interruption(of_run[-1], Release.from_document(before) if before else None)
