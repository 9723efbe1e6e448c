"""The rules: how a row and its objects must agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from media.model.images import LISTED_STATUSES, Status
from media.model.indexes import (
    TRASH,
    checksum_partition,
    index_position,
    is_index_partition,
    month_of,
)
from media.model.keys import is_folder_marker, owner_of_original

if TYPE_CHECKING:
    from datetime import datetime

    from tooling.repair.audit.facts import ObjectFacts, RowFacts

PENDING, READY = Status.PENDING, Status.READY
FAILED, TRASHED = Status.FAILED, Status.TRASHED
# What S3 calls the only version of an object that was written before versions were on.
UNVERSIONED = "null"


class Kind(StrEnum):
    """Kinds of differences; the value is shown to the operator."""

    WITHOUT_ROW = "original without row"
    WITHOUT_ORIGINAL = "row without original"
    STUCK = "pending although the object is there"
    FAILED = "failed, and no longer tried"
    OUTDATED = "row tells of another version"
    BACK = "recorded as deleted although the object is there"
    WRONG_INDEX = "index attributes wrong"
    CHECKSUM = "checksum differs from the object's"
    MISSING_RENDITION = "rendition missing"
    ORPHANED_RENDITION = "rendition that no row lists"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the comparison.

    Parameters
    ----------
    settled_before : datetime
        Later changes may still be in progress, and are ignored.
    month_shards : int
        Parts of each month in the index of all images, and of the trash.
    """

    settled_before: datetime
    month_shards: int

    def original(self, row: RowFacts | None, found: ObjectFacts | None) -> Kind | None:
        """Compare a row with the original that it stands for; None where all is well."""
        if found and found.modified > self.settled_before:
            return None
        is_there = found is not None and not found.is_deleted
        if row is None:
            is_file = found is not None and not is_folder_marker(found.key)
            return Kind.WITHOUT_ROW if is_there and is_file else None
        if self.is_under_way(row):
            return None
        return self._settled(row, found if is_there else None)

    def is_under_way(self, row: RowFacts) -> bool:
        """Return whether a row just changed: earlier readers may still use the old renditions."""
        return row.changed_at is not None and row.changed_at > self.settled_before

    def _settled(self, row: RowFacts, found: ObjectFacts | None) -> Kind | None:
        kind = _contradiction(row, found)
        if kind is not None:
            return kind
        is_right = self._is_listed_right(row) and self._is_due_right(row)
        return None if is_right else Kind.WRONG_INDEX

    def _is_listed_right(self, row: RowFacts) -> bool:
        if row.status not in LISTED_STATUSES or row.uploaded_at is None:
            return not (row.listed_at or row.month_shard or row.owner_sha256)
        return (
            row.owner == owner_of_original(row.key)
            and row.listed_at == index_position(row.uploaded_at, row.image_id)
            and row.owner_sha256 == _checksum_partition(row)
            and is_index_partition(row.month_shard, month_of(row.uploaded_at), self.month_shards)
        )

    def _is_due_right(self, row: RowFacts) -> bool:
        if row.status != TRASHED or row.purge_at is None:
            return not (row.trash_shard or row.purge_due)
        is_due = row.purge_due == index_position(row.purge_at, row.image_id)
        return is_due and is_index_partition(row.trash_shard, TRASH, self.month_shards)

    def rendition(self, *, is_listed: bool, found: ObjectFacts | None) -> Kind | None:
        """Compare a rendition's object with whether a row lists it; None where all is well."""
        is_there = found is not None and not found.is_deleted
        if found and found.modified > self.settled_before:
            return None
        if is_listed:
            return None if is_there else Kind.MISSING_RENDITION
        return Kind.ORPHANED_RENDITION if is_there else None


def _contradiction(row: RowFacts, found: ObjectFacts | None) -> Kind | None:
    """Return how a row's status and its original contradict each other; None where they agree."""
    if row.status == TRASHED:
        return Kind.BACK if found and _is_recorded_as_deleted(row) else None
    if row.status == PENDING:
        return Kind.STUCK if found else None
    if found is None:
        return Kind.WITHOUT_ORIGINAL
    if row.status == FAILED:
        return Kind.FAILED
    return None if _is_of_version(row, found) else Kind.OUTDATED


def _is_recorded_as_deleted(row: RowFacts) -> bool:
    """Return whether the object was deleted although nobody trashed the image."""
    return row.gone and not row.discarded and not row.purging


def _is_of_version(row: RowFacts, found: ObjectFacts) -> bool:
    return (row.version_id or UNVERSIONED) == (found.version_id or UNVERSIONED)


def _checksum_partition(row: RowFacts) -> str | None:
    """Return the checksum key a row should have in its index; None if it should have none."""
    if row.status == READY and row.owner and row.sha256:
        return checksum_partition(row.owner, row.sha256)
    return None
