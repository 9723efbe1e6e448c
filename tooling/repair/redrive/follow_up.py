"""Following messages that were sent: what became of each, however many others come meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tooling.repair.redrive.processor_log import ProcessorLog

# Lines of several streams are not there in the order in which they were written.
LATE_MILLISECONDS = 60_000
UNEXPLAINED = "unknown: its log says nothing"


@dataclass
class FollowUp:
    """The messages of one run, each until it was handled or is a dead letter.

    The log is read once for all of them, so that the number of calls does not grow with theirs.

    Parameters
    ----------
    log : ProcessorLog
        What tells of each message that was handled or failed.
    since : int
        When the first was sent, in milliseconds since 1970.
    """

    log: ProcessorLog
    since: int
    _open: set[str] = field(default_factory=set)
    _results: dict[str, str] = field(default_factory=dict)
    _faults: dict[str, str] = field(default_factory=dict)
    _dead: set[str] = field(default_factory=set)

    def sent(self, message_ids: Iterable[str]) -> None:
        """Follow these messages from here on."""
        self._open.update(message_ids)

    def came_back(self, message_ids: Iterable[str]) -> None:
        """Note messages that lie in the dead-letter queue; those of others are passed over."""
        back = self._open.intersection(message_ids)
        self._dead |= back
        self._open -= back

    def read_log(self) -> None:
        """Take in what the log has told since it was read last."""
        latest = self.since
        for line in self.log.lines(self.since):
            latest = max(latest, line.at - LATE_MILLISECONDS)
            # A message may be handled although it was taken for dead: its deletion failed.
            if line.message_id not in self._open | self._dead:
                continue
            if line.result:
                self._results[line.message_id] = line.result
                self._open.discard(line.message_id)
                self._dead.discard(line.message_id)
            else:
                self._faults[line.message_id] = line.fault
        self.since = latest

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be waited for."""
        return not self._open

    @property
    def handled(self) -> Counter[str]:
        """How many were handled, by how."""
        return Counter(self._results.values())

    @property
    def dead(self) -> int:
        """How many lie in the dead-letter queue again."""
        return len(self._dead)

    @property
    def retried(self) -> int:
        """How many failed at least once and are tried again."""
        return len(self._open & self._faults.keys())

    @property
    def unheard(self) -> int:
        """How many nothing was heard of: they wait, or what worked on them was stopped."""
        return len(self._open - self._faults.keys())

    @property
    def reasons(self) -> Counter[str]:
        """Why those failed that were not handled since, as far as the log tells."""
        failed = self._dead | (self._open & self._faults.keys())
        return Counter(self._faults.get(each) or UNEXPLAINED for each in failed)
