"""The rows whose time in the trash is over: what is due, who works on it, and their end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from media.model.images import ImageRecord, Status
from media.model.indexes import TRASH, Index, index_partition
from media.model.timestamps import format_timestamp
from media.rows.items import record_of, serialise
from media.rows.updates import RowUpdate, apply_update, is_refused, same_revision

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

_PAGE = 100


@dataclass(frozen=True, slots=True)
class DueImage:
    """An image to purge, and its position in the index; where that has changed it is not due."""

    image_id: str
    purge_due: str


class PurgeQueue:
    """The index of rows to purge.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    shards
        Over how many partitions the trash is spread.
    """

    def __init__(self, client: "DynamoDBClient", table: str, shards: int) -> None:
        self._client = client
        self._table = table
        self._shards = shards

    def due(self, now: datetime) -> Iterator[list[DueImage]]:
        """List what is due by now page by page, in each shard the longest due first."""
        for shard in range(self._shards):
            query: QueryInputTypeDef = {
                "TableName": self._table,
                "IndexName": Index.BY_PURGE.value,
                "KeyConditionExpression": "trash_shard = :shard AND purge_due < :now",
                "ExpressionAttributeValues": serialise(
                    # A tilde sorts behind the images that are due at this very moment.
                    {
                        ":shard": index_partition(TRASH, shard),
                        ":now": f"{format_timestamp(now)}~",
                    }
                ),
                "Limit": _PAGE,
            }
            while True:
                answer = self._client.query(**query)
                yield [
                    DueImage(item["image_id"]["S"], item["purge_due"]["S"])
                    for item in answer["Items"]
                ]
                if "LastEvaluatedKey" not in answer:
                    break
                query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def read(self, image_id: str) -> ImageRecord | None:
        """Read the row of an image that is due as of now; None where there is none any more."""
        answer = self._client.get_item(
            TableName=self._table, Key={"image_id": {"S": image_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return record_of(item) if item else None

    def claim(self, due: DueImage, seen: ImageRecord) -> bool:
        """Begin to remove an image, which can't be restored from here on; again, to go on.

        Parameters
        ----------
        due
            The image, and its position in the index.
        seen
            Its row as it was read, before what is to be removed was listed.

        Returns
        -------
        bool
            False where it is not to be purged any more, or was written to since it was read.
        """
        unchanged = same_revision(seen)
        update = RowUpdate(
            due.image_id,
            f"#status = :trashed AND #purge_due = :seen_due AND {unchanged.text}",
            {"purging": True},
            names={"status", "purge_due", *unchanged.names},
            values={
                ":trashed": Status.TRASHED.value,
                ":seen_due": due.purge_due,
                **unchanged.values,
            },
        )
        return apply_update(self._client, self._table, update)

    def remove(self, image_id: str) -> bool:
        """Remove the row of an image that was claimed; False where it came back to life."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"image_id": {"S": image_id}},
                ConditionExpression="#status = :trashed AND attribute_exists(#purging)",
                ExpressionAttributeNames={"#status": "status", "#purging": "purging"},
                ExpressionAttributeValues={":trashed": {"S": Status.TRASHED.value}},
            )
        except ClientError as error:
            if is_refused(error):
                return False
            raise
        return True
