"""The rows of images: reading one, and every conditional write of one."""

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

# What processing decides. The rest (title, tags, the decision to throw an image away) is the
# owner's and survives it; the processor's role may not write it.
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
    """Others kept changing the row, so that the change could not be made this time."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"image {image_id} kept changing meanwhile: try again")


class ImageTable:
    """The images of one environment.

    Parameters
    ----------
    client
        A DynamoDB client.
    name
        The table's name.
    month_shards
        Over how many partitions a month of the list-all index, and the trash, are spread.
    """

    def __init__(self, client: "DynamoDBClient", name: str, month_shards: int) -> None:
        self._client = client
        self._name = name
        self._month_shards = month_shards

    def get(self, image_id: str) -> ImageRecord | None:
        """Read one row as of now, or None where there is none."""
        answer = self._client.get_item(
            TableName=self._name, Key={"image_id": {"S": image_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return record_of(item) if item else None

    def announce(self, record: ImageRecord) -> None:
        """Write the row of an image that is about to be uploaded; never over another row.

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
        """Write what an event came to, in one conditional step.

        The write happens only if the row still belongs to this key, holds no event as late as
        this one (a failed one may be tried again), and was not trashed, restored, purged or made
        since it was read; nor written at all, where its purge has begun.

        Parameters
        ----------
        record
            The new state; its `sequencer` orders it.
        seen
            The row as it was read before processing.

        Returns
        -------
        bool
            False where the row has moved on meanwhile and nothing was written.
        """
        plain = attributes_of(record, self._month_shards)
        changes = {name: plain[name] for name in plain if name in _PROCESSED_ATTRIBUTES}
        removed = _PROCESSED_ATTRIBUTES - changes.keys()
        if seen is None:
            return self._wrote(
                RowUpdate(record.image_id, "attribute_not_exists(image_id)", changes, removed)
            )
        # While it is purged each claim lists anew what it removes, and so counts the revision up.
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
        """Write what processing without an event came to, if the row is still as it was read.

        Parameters
        ----------
        record
            The new state, with the `sequencer` of the row that it replaces.
        seen
            The row as it was read before processing; None where there was none.

        Returns
        -------
        bool
            False where the row has changed meanwhile and nothing was written.
        """
        if seen is None:
            return self.record_outcome(record, None)
        return self._write_unchanged(record, seen, _PROCESSED_ATTRIBUTES) is not None

    def describe(self, record: ImageRecord, seen: ImageRecord) -> ImageRecord | None:
        """Write an image's title and tags where nothing was written since the row was read.

        Returns
        -------
        ImageRecord or None
            The row as it is now; None where it has moved on meanwhile.
        """
        return self._write_unchanged(record, seen, _DESCRIPTION)

    def trash(self, record: ImageRecord, deleted_at: datetime, purge_at: datetime) -> bool:
        """Throw an image away: out of every listing, its row and its object kept until the purge.

        Returns
        -------
        bool
            False where the row has moved on since it was read: the decision is about what was seen.
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
        """Bring a row out of the trash where nothing was written to it since it was read.

        Parameters
        ----------
        record
            The row as it is to be.
        seen
            The row as it was read.

        Returns
        -------
        ImageRecord or None
            The row as it is now; None where it has moved on meanwhile.
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
            # The index lags behind the table, so only the row itself is believed.
            record = self.get(item["image_id"]["S"])
            if record and record.status is Status.READY and record.sha256 == sha256:
                return record
        return None

    def _write_unchanged(
        self, record: ImageRecord, seen: ImageRecord, concerned: frozenset[str]
    ) -> ImageRecord | None:
        """Write these attributes of a row where nothing was written to it since it was seen."""
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
