"""Following sent messages until each is handled or dead again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tooling.repair.redrive.processor_log import ProcessorLog

# Lines of several log streams may arrive out of order.
LATE_MILLISECONDS = 60_000
UNEXPLAINED = "unknown: its log says nothing"


@dataclass
class FollowUp:
    """The sent messages of one run, and what became of each.

    The log is read for all of them at once, so calls do not grow with the number of messages.

    Parameters
    ----------
    log : ProcessorLog
        The log in which the processor records each message.
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
        """Start following these messages."""
        self._open.update(message_ids)

    def came_back(self, message_ids: Iterable[str]) -> None:
        """Mark messages as dead; those of other runs are ignored."""
        back = self._open.intersection(message_ids)
        self._dead |= back
        self._open -= back

    def read_log(self) -> None:
        """Read new lines of the log."""
        latest = self.since
        for line in self.log.lines(self.since):
            latest = max(latest, line.at - LATE_MILLISECONDS)
            # A message may count as dead although it was handled, if its deletion failed.
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
        """Whether no message is pending."""
        return not self._open

    @property
    def handled(self) -> Counter[str]:
        """How many were handled, by result."""
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
        """How many the log says nothing about: they wait, or their processor was stopped."""
        return len(self._open - self._faults.keys())

    @property
    def reasons(self) -> Counter[str]:
        """Why the unhandled messages failed, as far as the log says."""
        failed = self._dead | (self._open & self._faults.keys())
        return Counter(self._faults.get(each) or UNEXPLAINED for each in failed)
