"""One audit from beginning to end, in phases; a run that was stopped goes on in its phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.comparison import compare_originals, compare_renditions
from tooling.repair.audit.confirmation import Confirmation
from tooling.repair.audit.mending import Mending
from tooling.repair.audit.store import AuditStore, Finding
from tooling.repair.keys import RENDITIONS, UPLOADS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.console import ProgressLine, Screen
    from tooling.repair.audit.sources import Sources
    from tooling.repair.messages import QueueFeeder

# What an older run has read is too old to go on with.
RESUMABLE = timedelta(hours=24)
PHASES = ("rows", "sort", "uploads", "renditions", "sample", "confirm", "mend")


def open_store(path: Path, grace: timedelta, screen: Screen) -> AuditStore:
    """Return the file of the audit that was stopped, or that of a new one.

    A file is there only until its audit has ended.
    """
    if path.exists():
        store = AuditStore(path)
        began, is_same = store.note("began"), store.note("grace") == grace.total_seconds()
        is_recent = began and datetime.now(UTC) - datetime.fromisoformat(began) < RESUMABLE
        if is_same and is_recent:
            screen.done(f"going on with the audit that was begun at {began}")
            return store
        store.close()
        path.unlink()
    store = AuditStore(path)
    store.keep(began=datetime.now(UTC).isoformat(), grace=grace.total_seconds(), phase=PHASES[0])
    return store


@dataclass(frozen=True)
class Audit:
    """One audit.

    Parameters
    ----------
    store : AuditStore
        Its file.
    sources : Sources
        What is compared.
    month_shards : int
        Parts of each month in the index of all images.
    sample : int
        Of how many ready images the original is read and its checksum compared.
    """

    store: AuditStore
    sources: Sources
    month_shards: int
    sample: int

    @property
    def rules(self) -> Rules:
        """The rules, with what may still be under way left out."""
        began = datetime.fromisoformat(self.store.note("began"))
        grace = timedelta(seconds=self.store.note("grace"))
        return Rules(began - grace, self.month_shards)

    def run(self, screen: Screen) -> None:
        """Compare everything, phase by phase, and confirm what was found."""
        phases: dict[str, Callable[[Callable[[int], object]], None]] = {
            "rows": self._read_rows,
            "sort": lambda _: self.store.sort(),
            "uploads": self._compare_uploads,
            "renditions": self._compare_renditions,
            "sample": self._compare_sample,
            "confirm": lambda done: Confirmation(self.sources, self.rules).settle(self.store, done),
        }
        for phase in PHASES[PHASES.index(self.store.note("phase")) : -1]:
            if not self.store.note(f"{phase}_done"):
                with screen.progress(phase, None) as line:
                    phases[phase](self._counter(phase, line))
            self.store.keep(phase=PHASES[PHASES.index(phase) + 1])

    def _counter(self, phase: str, line: ProgressLine) -> Callable[[int], object]:
        """Return what counts up how much of a phase is done, earlier runs included."""
        count = self.store.note(f"{phase}_count") or 0

        def advanced(some: int) -> None:
            nonlocal count
            count += some
            self.store.keep(**{f"{phase}_count": count})
            line.now(f"{count}")

        return advanced

    def mend(self, feeder: QueueFeeder, screen: Screen) -> None:
        """Repair what was confirmed."""
        confirmation = Confirmation(self.sources, self.rules)
        with screen.progress("repairing", None) as line:
            mending = Mending(self.sources, feeder, confirmation)
            mending.mend(self.store, lambda some: line.now(f"{some} more"))

    def _read_rows(self, advanced: Callable[[int], object]) -> None:
        for rows, position in self.sources.rows(self.store.note("rows_position")):
            self.store.add_rows(rows, rows_position=position, rows_done=position is None)
            advanced(len(rows))

    def _compare_uploads(self, advanced: Callable[[int], object]) -> None:
        pages = self.sources.objects(UPLOADS, self.store.note("uploads_position"))
        compare_originals(self.store, pages, self.rules, advanced)

    def _compare_renditions(self, advanced: Callable[[int], object]) -> None:
        pages = self.sources.objects(RENDITIONS, self.store.note("renditions_position"))
        compare_renditions(self.store, pages, self.rules, advanced)

    def _compare_sample(self, advanced: Callable[[int], object]) -> None:
        for row in self.store.sample(self.sample):
            found = self.sources.sha256(row)
            if found not in (None, row.sha256):
                self.store.add_findings([Finding(Kind.CHECKSUM, row.key, row.image_id)])
            advanced(1)
        self.store.keep(sample_done=True)
