"""The table of images: every read and every conditional write the store makes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from media.images import ImageRecord, Status
from media.items import (
    INDEX_ATTRIBUTES,
    attributes_of,
    checksum_partition,
    item_of,
    record_of,
    serialise,
)
from media.timestamps import format_timestamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, UpdateItemInputTypeDef

# What processing decides; the rest (title, tags) is the owner's and survives it.
_PROCESSED_ATTRIBUTES = frozenset(
    {
        *("key", "status", "owner", "uploaded_at", "version_id", "sequencer", "sha256", "bytes"),
        *("format", "content_type", "width", "height", "frames", "duration_ms", "exif", "gps"),
        *(
            "placeholder",
            "average_colour",
            "renditions",
            "error",
            "deleted_at",
            "expires_at",
            *INDEX_ATTRIBUTES,
        ),
    }
)
_CHECKSUM_CANDIDATES = 5


class ImageTable:
    """The images of one environment.

    Parameters
    ----------
    client
        A DynamoDB client.
    name
        The table's name.
    month_shards
        Over how many partitions a month of the list-all index is spread.
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
        this one (a failed one may be tried again), and was not trashed or restored since it was
        read.

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
        values: dict[str, Any] = {":failed": Status.FAILED.value}
        condition = (
            "attribute_not_exists(image_id) OR (#key = :key AND (attribute_not_exists(#sequencer)"
            " OR #sequencer < :sequencer OR (#sequencer = :sequencer AND #status = :failed)) AND "
        )
        if seen and seen.deleted_at:
            condition += "#deleted_at = :seen_deleted_at)"
            values[":seen_deleted_at"] = format_timestamp(seen.deleted_at)
        else:
            condition += "attribute_not_exists(#deleted_at))"
        return self._write_processed(record, condition, values)

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
            return self._write_processed(record, "attribute_not_exists(image_id)", {})
        as_read = {
            "key": seen.key,
            "status": seen.status.value,
            "sequencer": seen.sequencer,
            "version_id": seen.version_id,
            "deleted_at": seen.deleted_at and format_timestamp(seen.deleted_at),
        }
        condition = " AND ".join(
            f"#{name} = :seen_{name}" if value else f"attribute_not_exists(#{name})"
            for name, value in as_read.items()
        )
        values = {f":seen_{name}": value for name, value in as_read.items() if value}
        return self._write_processed(record, condition, values)

    def _write_processed(
        self, record: ImageRecord, condition: str, values: Mapping[str, Any]
    ) -> bool:
        plain = attributes_of(record, self._month_shards)
        changes = {name: plain[name] for name in plain if name in _PROCESSED_ATTRIBUTES}
        return self._update(
            record.image_id,
            expression=_expression(changes, sorted(_PROCESSED_ATTRIBUTES - changes.keys())),
            names=_PROCESSED_ATTRIBUTES,
            values={**{f":{name}": value for name, value in changes.items()}, **values},
            condition=condition,
        )

    def trash(self, image_id: str, deleted_at: datetime) -> bool:
        """Throw an image away: out of every listing, its row and its object kept.

        The row has no end of its own: were it gone before the object, the next event of that
        object would bring the image back.

        Returns
        -------
        bool
            False where there is no such image, or it was trashed already.
        """
        changes = {
            "status": Status.TRASHED.value,
            "deleted_at": format_timestamp(deleted_at),
        }
        removed = [*INDEX_ATTRIBUTES, "expires_at"]
        return self._update(
            image_id,
            expression=_expression(changes, removed),
            names={*changes, *removed},
            values={f":{name}": value for name, value in changes.items()},
            condition="attribute_exists(image_id) AND #status <> :status",
        )

    def list_by_owner(self, owner: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        """List an owner's images, newest first; one query, more only for rows of many kilobytes.

        Parameters
        ----------
        owner
            Whose images.
        limit
            How many rows at most.
        after
            The listing position (``uploaded_at#image_id``) of the last row of the page before.

        Returns
        -------
        list of ImageRecord
            Fewer than `limit` only where the list ends.
        """
        query: QueryInputTypeDef = {
            "TableName": self._name,
            "IndexName": "by_owner",
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = serialise(
                {"owner": owner, "listed_at": after, "image_id": after.partition("#")[2]}
            )
        items: list[dict[str, Any]] = []
        while True:
            query["Limit"] = limit - len(items)
            answer = self._client.query(**query)
            items += answer["Items"]
            # One answer holds 1 MB at most, however many rows were asked for.
            if len(items) == limit or "LastEvaluatedKey" not in answer:
                return [record_of(item) for item in items]
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def find_duplicate(self, owner: str, sha256: str) -> ImageRecord | None:
        """Find a ready image of this owner with exactly these bytes."""
        answer = self._client.query(
            TableName=self._name,
            IndexName="by_checksum",
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

    def _update(
        self,
        image_id: str,
        *,
        expression: str,
        names: "frozenset[str] | set[str]",
        values: Mapping[str, Any],
        condition: str,
    ) -> bool:
        update: UpdateItemInputTypeDef = {
            "TableName": self._name,
            "Key": {"image_id": {"S": image_id}},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": serialise(values),
        }
        try:
            self._client.update_item(**update)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _expression(changes: Mapping[str, Any], removed: Sequence[str]) -> str:
    assignments = ", ".join(f"#{name} = :{name}" for name in changes)
    return f"SET {assignments} REMOVE {', '.join(f'#{name}' for name in removed)}"
