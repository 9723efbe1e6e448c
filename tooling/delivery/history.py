"""Past runs of an environment: who changed it, how each run ended, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.gates.gate import LETS_THROUGH
from tooling.ledger.entry import ENDS, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tooling.ledger.entry import Entry

ENDINGS = {
    Step.FINISHED: "done",
    Step.RETURNED: "taken back",
    Step.REFUSED: "refused",
    Step.DRY_RUN: "dry run",
    Step.FAILED: "failed",
}
# Steps that explain an ending whose own entry gives no reason.
EXPLAINS = {
    Step.RETURNED: (Step.APPLY_FAILED, Step.SMOKE_FAILED),
    Step.FINISHED: (Step.APPLIED,),
}
WELL = frozenset({Step.FINISHED, Step.DRY_RUN})


@dataclass(frozen=True)
class PastRun:
    """The ledger entries of one run.

    Parameters
    ----------
    entries : tuple of Entry
        In order; at least one.
    """

    entries: tuple[Entry, ...]

    @property
    def began(self) -> Entry:
        """Its first entry."""
        return self.entries[0]

    @property
    def last(self) -> Entry:
        """Its last entry."""
        return self.entries[-1]

    @property
    def changes_things(self) -> bool:
        """Whether it changes the environment; a smoke test only records its result."""
        return self.began.step is Step.STARTED

    @property
    def went_well(self) -> bool:
        """Whether it succeeded."""
        return self.last.step in WELL or not self.changes_things

    @property
    def was_killed(self) -> bool:
        """Whether it recorded no end: it was killed, or is still running."""
        return self.changes_things and self.last.step not in ENDS

    @property
    def numbers(self) -> str:
        """The sequence numbers of its entries."""
        first, last = self.began.sequence, self.last.sequence
        return str(first) if first == last else f"{first}-{last}"

    @property
    def release_id(self) -> str | None:
        """The id of the release it was about, from the first entry that names one."""
        return next((entry.release_id for entry in self.entries if entry.release_id), None)

    @property
    def ending(self) -> str:
        """Its outcome, in a word or two."""
        if self.was_killed:
            return f"no end yet, after '{self.last.step}'"
        return ENDINGS.get(self.last.step, self.last.step.value)

    @property
    def reason(self) -> str:
        """The reason for its outcome: failed gates, an error, or what was applied."""
        details = self._details(EXPLAINS.get(self.last.step, ())) or self._details(Step)
        return "\n".join(self._failed_gates()) or (details[-1] if details else "")

    def _failed_gates(self) -> list[str]:
        """Return the name and evidence of each gate that failed."""
        return [
            f"{found['gate']}: {found['evidence']}"
            for entry in self.entries
            for found in entry.gates
            if found["verdict"] not in LETS_THROUGH
        ]

    def _details(self, steps: Iterable[Step]) -> list[str]:
        return [entry.detail for entry in self.entries if entry.step in steps and entry.detail]

    def __str__(self) -> str:
        who = f"{self.began.origin['user']}@{self.began.origin['host']}"
        reason = " ".join(self.reason.split())
        return f"'{self.began.command}' of {who} at {self.last.time}: {self.ending}" + (
            f": {reason}" if reason else ""
        )


def runs_of(entries: Sequence[Entry]) -> list[PastRun]:
    """Group entries by run, in the order in which the runs began."""
    by_run: dict[str, list[Entry]] = {}
    for entry in entries:
        by_run.setdefault(entry.run, []).append(entry)
    return [PastRun(tuple(written)) for written in by_run.values()]
