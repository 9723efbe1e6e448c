"""Looking once more, as of now, at what the comparison found: the system lived on meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tooling.repair.audit.checks import FAILED, PENDING, READY, Kind, Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.repair.audit.facts import RowFacts
    from tooling.repair.audit.sources import Sources
    from tooling.repair.audit.store import AuditStore, Finding

BATCH = 200
THREADS = 8


@dataclass(frozen=True)
class Confirmation:
    """Tells which findings still hold.

    Parameters
    ----------
    sources : Sources
        Where single rows and objects are read.
    rules : Rules
        Those of the comparison.
    """

    sources: Sources
    rules: Rules

    def settle(self, store: AuditStore, advanced: Callable[[int], object]) -> None:
        """Confirm or dismiss every finding."""
        while found := store.findings("found", BATCH):
            confirmed = self.confirmed(found)
            numbers = {finding.number for finding in confirmed}
            store.mark([each for each in found if each.number not in numbers], "dismissed")
            store.mark(confirmed, "confirmed")
            advanced(len(found))

    def confirmed(self, findings: list[Finding]) -> list[Finding]:
        """Return those that still hold, each with what is to be processed or removed."""
        with ThreadPoolExecutor(THREADS) as pool:
            return [finding for finding in pool.map(self._confirm, findings) if finding]

    def _confirm(self, finding: Finding) -> Finding | None:
        row = self.sources.row(finding.image_id) if finding.image_id else None
        match finding.kind:
            case Kind.MISSING_RENDITION:
                holds = row is not None and row.status == READY and self._lacks(row.renditions)
                original = row.key if row else None
            case Kind.ORPHANED_RENDITION:
                listed = finding.key in row.renditions if row else False
                found = self.sources.object(finding.key)
                kind = self.rules.rendition(is_listed=listed, found=found)
                holds = kind is finding.kind and not (row and self._may_list_more(row))
                original = None
                version_id = found.version_id if found else None
                finding = replace(finding, version_id=version_id)
            case Kind.CHECKSUM:
                is_same = row is not None and row.status == READY and row.key == finding.key
                holds = is_same and row is not None and self.sources.has_other_bytes(row)
                original = finding.key
            case _:
                found = self.sources.object(finding.key)
                holds = self.rules.original(row, found) is finding.kind
                original = finding.key
        return replace(finding, original=original) if holds else None

    def _may_list_more(self, row: RowFacts) -> bool:
        """Tell whether a row may come to list, or has just listed, what it doesn't list now."""
        return row.status in {PENDING, FAILED} or self.rules.is_under_way(row)

    def _lacks(self, renditions: tuple[str, ...]) -> bool:
        return any(self.sources.object(key) is None for key in renditions)
