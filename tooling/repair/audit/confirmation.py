"""Confirming findings against the current state, which changes during an audit."""

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
    """Checks which findings still hold.

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
        """Return the findings that still hold, each with what to process or remove."""
        with ThreadPoolExecutor(THREADS) as pool:
            return [finding for finding in pool.map(self._confirm, findings) if finding]

    def _confirm(self, finding: Finding) -> Finding | None:
        row = self.sources.row(finding.image_id) if finding.image_id else None
        match finding.kind:
            case Kind.MISSING_RENDITION:
                return self._missing_rendition(finding, row)
            case Kind.ORPHANED_RENDITION:
                return self._orphaned_rendition(finding, row)
            case Kind.CHECKSUM:
                return self._checksum(finding, row)
            case _:
                return self._original(finding, row)

    def _missing_rendition(self, finding: Finding, row: RowFacts | None) -> Finding | None:
        if row is None or row.status != READY or not self._lacks(row.renditions):
            return None
        return replace(finding, original=row.key)

    def _orphaned_rendition(self, finding: Finding, row: RowFacts | None) -> Finding | None:
        found = self.sources.object(finding.key)
        is_listed = row is not None and finding.key in row.renditions
        kind = self.rules.rendition(is_listed=is_listed, found=found)
        if kind is not finding.kind or (row and self._may_list_more(row)):
            return None
        return replace(finding, original=None, version_id=found.version_id if found else None)

    def _checksum(self, finding: Finding, row: RowFacts | None) -> Finding | None:
        if row is None or row.status != READY or row.key != finding.key:
            return None
        return replace(finding, original=row.key) if self.sources.has_other_bytes(row) else None

    def _original(self, finding: Finding, row: RowFacts | None) -> Finding | None:
        kind = self.rules.original(row, self.sources.object(finding.key))
        return replace(finding, original=finding.key) if kind is finding.kind else None

    def _may_list_more(self, row: RowFacts) -> bool:
        """Return whether a row may soon list, or has just listed, further renditions."""
        return row.status in {PENDING, FAILED} or self.rules.is_under_way(row)

    def _lacks(self, renditions: tuple[str, ...]) -> bool:
        return any(self.sources.object(key) is None for key in renditions)
