"""The image table: reads of single rows, and all conditional writes."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from media.model.images import FAILURE_REASON, Discard, ImageRecord, Status
from media.model.indexes import (
    INDEX_ATTRIBUTES,
    LISTING_ATTRIBUTES,
    PURGE_ATTRIBUTES,
    Index,
    checksum_partition,
)
from media.rows.items import attributes_of, item_of, record_of
from media.rows.updates import RowUpdate, apply_update, same_revision, same_trash

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What processing decides. The rest (title, tags, the decision to trash an image) belongs to the
# owner and survives processing; the processor's role may not write it.
_PROCESSED_ATTRIBUTES = frozenset(
    {
        *("key", "status", "owner", "uploaded_at", "version_id", "sequencer", "sha256", "bytes"),
        *("format", "content_type", "width", "height", "frames", "duration_ms", "exif", "gps"),
        *("placeholder", "average_colour", "renditions", "error"),
        "processed_at",
        *("deleted_at", "purge_at", "gone", "trace", "purging", "expires_at"),
        *INDEX_ATTRIBUTES,
    }
)
_TRASH_ATTRIBUTES = frozenset(
    {
        *("status", "deleted_at", "purge_at", "discarded", "expires_at"),
        *(*PURGE_ATTRIBUTES, *LISTING_ATTRIBUTES),
    }
)
_DESCRIPTION = frozenset({"title", "tags"})
_CHECKSUM_CANDIDATES = 5


class RowContentionError(Exception):
    """Concurrent changes to the row kept the write from succeeding."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"image {image_id} is being changed by others: try again")


class ImageTable:
    """The images of one environment.

    Parameters
    ----------
    client
        A DynamoDB client.
    name
        The table's name.
    month_shards
        The number of partitions of a month in the list-all index, and of the trash.
    """

    def __init__(self, client: "DynamoDBClient", name: str, month_shards: int) -> None:
        self._client = client
        self._name = name
        self._month_shards = month_shards

    def get(self, image_id: str) -> ImageRecord | None:
        """Read the current row of an image; None if there is none."""
        answer = self._client.get_item(
            TableName=self._name, Key={"image_id": {"S": image_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return record_of(item) if item else None

    def announce(self, record: ImageRecord) -> None:
        """Write the row of an image that is about to be uploaded; never overwrite another row.

        Raises
        ------
        botocore.exceptions.ClientError
            If the image id is taken, or the service fails.
        """
        self._client.put_item(
            TableName=self._name,
            Item=item_of(record, self._month_shards),
            ConditionExpression="attribute_not_exists(image_id)",
        )

    def record_outcome(self, record: ImageRecord, seen: ImageRecord | None) -> bool:
        """Write the outcome of an event in one conditional step.

        The write succeeds only if the row still belongs to this key, does not record this event or
        a later one (unless that failed), and was not created, trashed, restored or purged since it
        was read. If its purge has begun, the row must not have been written at all.

        Parameters
        ----------
        record
            The new state; its `sequencer` places it in the order of events.
        seen
            The row as it was read before processing; None if there was none.

        Returns
        -------
        bool
            False if the row has changed and nothing was written.
        """
        plain = attributes_of(record, self._month_shards)
        changes = {name: plain[name] for name in plain if name in _PROCESSED_ATTRIBUTES}
        removed = _PROCESSED_ATTRIBUTES - changes.keys()
        if seen is None:
            return self._wrote(
                RowUpdate(record.image_id, "attribute_not_exists(image_id)", changes, removed)
            )
        # During a purge each claim lists the objects again, and increments the revision.
        trash = same_revision(seen) if seen.purging else same_trash(seen)
        condition = (
            "#key = :key AND (attribute_not_exists(#sequencer) OR #sequencer < :sequencer OR "
            f"(#sequencer = :sequencer AND #error.#reason = :failed)) AND {trash.text}"
        )
        return self._wrote(
            RowUpdate(
                record.image_id,
                condition,
                changes,
                removed,
                names={"reason", *trash.names},
                values={":failed": FAILURE_REASON, **trash.values},
            )
        )

    def record_again(self, record: ImageRecord, seen: ImageRecord | None) -> bool:
        """Write the outcome of reprocessing, if the row is unchanged since it was read.

        Parameters
        ----------
        record
            The new state, with the `sequencer` of the row that it replaces.
        seen
            The row as it was read before processing; None if there was none.

        Returns
        -------
        bool
            False if the row has changed and nothing was written.
        """
        if seen is None:
            return self.record_outcome(record, None)
        return self._write_unchanged(record, seen, _PROCESSED_ATTRIBUTES) is not None

    def describe(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        """Write an image's title and tags, if its row is unchanged since it was read.

        Returns
        -------
        ImageRecord or None
            The current row; None if it has changed and nothing was written.
        """
        return self._write_unchanged(record, seen, _DESCRIPTION)

    def trash(self, record: ImageRecord, deleted_at: datetime, purge_at: datetime) -> bool:
        """Trash an image: it leaves all listings; row and object stay until the purge.

        Returns
        -------
        bool
            False if the row has changed since it was read: the owner decided on what was shown.
        """
        trashed = replace(
            record,
            status=Status.TRASHED,
            deleted_at=deleted_at,
            purge_at=purge_at,
            discarded=Discard(deleted_at, purge_at, record.version_id, record.key),
            expires_at=None,
        )
        return self._write_unchanged(trashed, record, _TRASH_ATTRIBUTES) is not None

    def restore(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        """Restore a row from the trash, if it is unchanged since it was read.

        Parameters
        ----------
        record
            The new state.
        seen
            The row as it was read.

        Returns
        -------
        ImageRecord or None
            The current row; None if it has changed and nothing was written.
        """
        return self._write_unchanged(record, seen, _TRASH_ATTRIBUTES)

    def find_duplicate(self, owner: str, sha256: str) -> ImageRecord | None:
        """Find a ready image of this owner with exactly these bytes."""
        answer = self._client.query(
            TableName=self._name,
            IndexName=Index.BY_CHECKSUM.value,
            KeyConditionExpression="owner_sha256 = :partition",
            ExpressionAttributeValues={":partition": {"S": checksum_partition(owner, sha256)}},
            Limit=_CHECKSUM_CANDIDATES,
        )
        for item in answer["Items"]:
            # The index lags behind the table, so the row itself is checked.
            record = self.get(item["image_id"]["S"])
            if record and record.status is Status.READY and record.sha256 == sha256:
                return record
        return None

    def _write_unchanged(
        self, record: ImageRecord, seen: ImageRecord, concerned: frozenset[str]
    ) -> ImageRecord | None:
        """Write these attributes of a row, if it is unchanged since it was read."""
        plain = attributes_of(record, self._month_shards)
        changes = {name: plain[name] for name in plain if name in concerned}
        unchanged = same_revision(seen)
        update = RowUpdate(
            record.image_id,
            unchanged.text,
            changes,
            concerned - changes.keys(),
            unchanged.names,
            unchanged.values,
        )
        if not apply_update(self._client, self._name, update):
            return None
        return replace(record, revision=seen.revision + 1)

    def _wrote(self, update: RowUpdate) -> bool:
        return apply_update(self._client, self._name, update)
