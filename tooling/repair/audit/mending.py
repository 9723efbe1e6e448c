"""Repairing what the audit confirmed; images are left to the processor, which knows the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tooling.repair.audit.checks import LISTED, Kind
from tooling.repair.messages import QueueFeeder, reprocess_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from tooling.repair.audit.confirmation import Confirmation
    from tooling.repair.audit.sources import Sources
    from tooling.repair.audit.store import AuditStore, Finding

BATCH = 200
INDEX_ATTRIBUTES = ("listed_at", "month_shard", "owner_sha256")
REMEDIES = {
    Kind.WITHOUT_ROW: "process it",
    Kind.WITHOUT_ORIGINAL: "record the deletion",
    Kind.STUCK: "process it",
    Kind.FAILED: "process it again",
    Kind.OUTDATED: "process the present version",
    Kind.WRONG_INDEX: "write the row anew",
    Kind.CHECKSUM: "process it again",
    Kind.MISSING_RENDITION: "make it again",
    Kind.ORPHANED_RENDITION: "delete it; its version stays a while",
}


@dataclass(frozen=True)
class Mending:
    """Repairs confirmed findings.

    Parameters
    ----------
    sources : Sources
        The table and the bucket.
    feeder : QueueFeeder
        What takes requests to process an image.
    confirmation : Confirmation
        Asked once more before anything is deleted.
    """

    sources: Sources
    feeder: QueueFeeder
    confirmation: Confirmation

    def mend(self, store: AuditStore, advanced: Callable[[int], object]) -> None:
        """Repair all that is confirmed; renditions only where every original has its row."""
        for kind in REMEDIES:
            if kind is Kind.ORPHANED_RENDITION and not self._may_delete(store):
                continue
            while found := store.findings("confirmed", BATCH, kind):
                self._mend(kind, found)
                store.mark(found, "mended")
                advanced(len(found))

    def _may_delete(self, store: AuditStore) -> bool:
        # A row that was lost lists nothing, and its renditions are the ones it will list again.
        states = store.counts().get(Kind.WITHOUT_ROW, {})
        return not states.keys() & {"confirmed", "mended"}

    def _mend(self, kind: Kind, findings: list[Finding]) -> None:
        if kind is Kind.ORPHANED_RENDITION:
            self._delete(self.confirmation.confirmed(findings))
        elif kind is Kind.WRONG_INDEX:
            self._process([each for each in findings if not self._unlist(each)])
        else:
            self._process(findings)

    def _process(self, findings: list[Finding]) -> None:
        now = datetime.now(UTC)
        originals = dict.fromkeys(each.original for each in findings if each.original)
        self.feeder.feed(
            reprocess_request(self.sources.bucket, key, now, unless_current=False)
            for key in originals
        )

    def _unlist(self, finding: Finding) -> bool:
        """Take a row out of the indexes that no listing may show; return whether it is such one."""
        row = self.sources.row(finding.image_id) if finding.image_id else None
        if row is None or row.status in LISTED:
            return False
        try:
            self.sources.clients.dynamodb.update_item(
                TableName=self.sources.table,
                Key={"image_id": {"S": row.image_id}},
                UpdateExpression=f"REMOVE {', '.join(INDEX_ATTRIBUTES)}",
                ConditionExpression="#status = :status",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":status": {"S": row.status}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        return True

    def _delete(self, findings: list[Finding]) -> None:
        if findings:
            self.sources.delete_versions([{"Key": each.key} for each in findings])
