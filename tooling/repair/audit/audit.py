"""An audit, in phases; a stopped audit resumes in its phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from media.model.keys import RENDITIONS_PREFIX, UPLOADS_PREFIX
from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.comparison import compare_originals, compare_renditions
from tooling.repair.audit.confirmation import Confirmation
from tooling.repair.audit.repair import Repair
from tooling.repair.audit.store import AuditStore, Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tooling.console import ProgressLine, Screen
    from tooling.repair.audit.sources import Sources
    from tooling.repair.queue import QueueFeeder

# Older data is too old to resume from.
RESUMABLE = timedelta(hours=24)
# Stored in the files of stopped audits, so their names stay.
PHASES = ("rows", "sort", "uploads", "renditions", "sample", "confirm", "mend")


@dataclass(frozen=True)
class Terms:
    """The settings of an audit; a stopped audit resumes only with the same.

    Parameters
    ----------
    grace : timedelta
        Changes this recent before the audit may still be in progress, and are ignored.
    sample : int
        How many ready images to verify by the checksum of their original.
    seed : str or None
        Seed of the sample: the same seed draws the same images. None for a random one.
    """

    grace: timedelta
    sample: int
    seed: str | None = None

    def begin(self, store: AuditStore) -> None:
        """Save them in a new file, with a random seed if none was given."""
        store.keep(
            began=datetime.now(UTC).isoformat(),
            grace=self.grace.total_seconds(),
            sample=self.sample,
            seed=self.seed or token_hex(4),
            phase=PHASES[0],
        )

    def are_of(self, store: AuditStore) -> bool:
        """Return whether a file's audit used them and began recently."""
        began = store.note("began")
        return (
            store.note("grace") == self.grace.total_seconds()
            and store.note("sample") == self.sample
            and self.seed in {None, store.note("seed")}
            and datetime.now(UTC) - datetime.fromisoformat(began) < RESUMABLE
        )


def open_store(path: Path, terms: Terms, screen: Screen) -> AuditStore:
    """Open the file of the stopped audit, or create one for a new audit.

    The file exists only until its audit ends. Findings that a stopped audit had confirmed are
    checked again, since they may be a day old.
    """
    if path.exists():
        store = AuditStore(path)
        if store.note("began") and terms.are_of(store):
            screen.done(f"resuming the audit begun at {store.note('began')}")
            if store.note("phase") == PHASES[-1]:
                store.reopen()
                store.keep(phase="confirm")
            return store
        store.close()
        path.unlink()
    store = AuditStore(path)
    terms.begin(store)
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
        Shards per month in the index of all images.
    """

    store: AuditStore
    sources: Sources
    month_shards: int

    @property
    def rules(self) -> Rules:
        """The rules, which ignore changes that may still be in progress."""
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
        """Return a counter of a phase's progress, resumed runs included."""
        count = self.store.note(f"{phase}_count") or 0

        def advanced(some: int) -> None:
            nonlocal count
            count += some
            self.store.keep(**{f"{phase}_count": count})
            line.now(f"{count}")

        return advanced

    def repair(self, feeder: QueueFeeder, screen: Screen) -> None:
        """Repair the confirmed findings."""
        confirmation = Confirmation(self.sources, self.rules)
        with screen.progress("repairing", None) as line:
            repair = Repair(self.sources, feeder, confirmation)
            repair.run(self.store, lambda some: line.now(f"{some} more"))

    def _read_rows(self, advanced: Callable[[int], object]) -> None:
        for rows, position in self.sources.rows(self.store.note("rows_position")):
            self.store.add_rows(rows, rows_position=position, rows_done=position is None)
            advanced(len(rows))

    def _compare_uploads(self, advanced: Callable[[int], object]) -> None:
        pages = self.sources.objects(UPLOADS_PREFIX, self.store.note("uploads_position"))
        compare_originals(self.store, pages, self.rules, self.sources.bucket, advanced)

    def _compare_renditions(self, advanced: Callable[[int], object]) -> None:
        pages = self.sources.objects(RENDITIONS_PREFIX, self.store.note("renditions_position"))
        compare_renditions(self.store, pages, self.rules, advanced)

    def _compare_sample(self, advanced: Callable[[int], object]) -> None:
        done = self.store.note("sample_count") or 0
        drawn = self.store.sample(self.store.note("sample"), self.store.note("seed"))
        for row in drawn[done:]:
            if self.sources.has_other_bytes(row):
                self.store.add_findings([Finding(Kind.CHECKSUM, row.key, row.image_id)])
            advanced(1)
        self.store.keep(sample_done=True)
