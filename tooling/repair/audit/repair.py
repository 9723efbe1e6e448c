"""Repairing the audit's confirmed findings; the processor does the work on images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from media.model.images import LISTED_STATUSES, Status
from media.model.indexes import (
    LISTING_ATTRIBUTES,
    PURGE_ATTRIBUTES,
    TRASH,
    index_partition,
    index_position,
)
from tooling.repair.audit.checks import UNVERSIONED, Kind
from tooling.repair.queue import QueueFeeder, reprocess_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.repair.audit.confirmation import Confirmation
    from tooling.repair.audit.facts import RowFacts
    from tooling.repair.audit.sources import Sources
    from tooling.repair.audit.store import AuditStore, Finding

BATCH = 200
# Further versions of a rendition are left to the next audit.
VERSIONS_MAX = 10
REMEDIES = {
    Kind.WITHOUT_ROW: "process it",
    Kind.WITHOUT_ORIGINAL: "record the deletion",
    Kind.STUCK: "process it",
    Kind.FAILED: "process it again",
    Kind.OUTDATED: "process the present version",
    Kind.BACK: "process it",
    Kind.WRONG_INDEX: "write the row again",
    Kind.CHECKSUM: "process it again",
    Kind.MISSING_RENDITION: "make it again",
    Kind.ORPHANED_RENDITION: "remove it",
}


@dataclass(frozen=True)
class Repair:
    """Repairs confirmed findings.

    Parameters
    ----------
    sources : Sources
        The table and the bucket.
    feeder : QueueFeeder
        Sends the requests to process an image.
    confirmation : Confirmation
        Checks each finding again before its repair.
    """

    sources: Sources
    feeder: QueueFeeder
    confirmation: Confirmation

    def run(self, store: AuditStore, advanced: Callable[[int], object]) -> None:
        """Repair every confirmed finding that still holds; remove renditions last."""
        for kind in REMEDIES:
            while found := store.findings("confirmed", BATCH, kind):
                left = [each for each in found if self._is_left(each, store)]
                store.mark(left, "left")
                holding = self.confirmation.confirmed([each for each in found if each not in left])
                self._repair(kind, holding)
                store.mark(holding, "mended")
                done = {each.number for each in [*left, *holding]}
                store.mark([each for each in found if each.number not in done], "dismissed")
                advanced(len(found))

    @staticmethod
    def _is_left(finding: Finding, store: AuditStore) -> bool:
        # The processor may come to list this rendition when it processes the image.
        return finding.kind is Kind.ORPHANED_RENDITION and store.has_other(finding)

    def _repair(self, kind: Kind, findings: list[Finding]) -> None:
        if kind is Kind.ORPHANED_RENDITION:
            self._remove(findings)
        elif kind is Kind.WRONG_INDEX:
            self._process([each for each in findings if not self._index_unlisted(each)])
        else:
            self._process(findings)

    def _process(self, findings: list[Finding]) -> None:
        now = datetime.now(UTC)
        originals = dict.fromkeys(each.original for each in findings if each.original)
        self.feeder.feed(
            reprocess_request(self.sources.bucket, key, now, unless_current=False)
            for key in originals
        )

    def _index_unlisted(self, finding: Finding) -> bool:
        """Fix the index attributes of an unlisted row; return whether the row is unlisted."""
        row = self.sources.row(finding.image_id) if finding.image_id else None
        if row is None or row.status in LISTED_STATUSES:
            return False
        removed = [*LISTING_ATTRIBUTES]
        due: dict[str, str] = {}
        if row.status == Status.TRASHED and row.purge_at:
            # Any shard will do: the purge reads all of them.
            due = {
                "trash_shard": index_partition(TRASH, 0),
                "purge_due": index_position(row.purge_at, row.image_id),
            }
        else:
            removed += PURGE_ATTRIBUTES
        self._write_attributes(row, due, removed)
        return True

    def _write_attributes(self, row: RowFacts, due: dict[str, str], removed: list[str]) -> None:
        settings = ", ".join(f"{name} = :{name}" for name in due)
        values = {f":{name}": {"S": value} for name, value in due.items()}
        as_seen = {":status": {"S": row.status}}
        condition = "#status = :status"
        if due and row.purge_at:
            as_seen[":purge_at"] = {"S": row.purge_at}
            condition += " AND purge_at = :purge_at"
        try:
            self.sources.target.dynamodb.update_item(
                TableName=self.sources.table,
                Key={"image_id": {"S": row.image_id}},
                UpdateExpression=f"{f'SET {settings} ' if due else ''}REMOVE {', '.join(removed)}",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=values | as_seen,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _remove(self, findings: list[Finding]) -> None:
        """Remove renditions, and the older versions that then become current.

        Only the version that was checked is removed: a processor that lists the key meanwhile
        writes a version of its own.
        """
        for _ in range(VERSIONS_MAX):
            if not findings:
                return
            seen = [(each.key, each.version_id or UNVERSIONED) for each in findings]
            self.sources.delete_versions([{"Key": key, "VersionId": at} for key, at in seen])
            findings = self.confirmation.confirmed(findings)
