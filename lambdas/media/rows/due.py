"""The due index: rows whose time in the trash is over, listed, claimed and deleted."""

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
    """An image to purge, and its position in the index; if that changes, it is no longer due."""

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
        The number of partitions of the trash.
    """

    def __init__(self, client: "DynamoDBClient", table: str, shards: int) -> None:
        self._client = client
        self._table = table
        self._shards = shards

    def due(self, now: datetime) -> Iterator[list[DueImage]]:
        """Yield pages of due images, in each shard the longest due first."""
        for shard in range(self._shards):
            query: QueryInputTypeDef = {
                "TableName": self._table,
                "IndexName": Index.BY_PURGE.value,
                "KeyConditionExpression": "trash_shard = :shard AND purge_due < :now",
                "ExpressionAttributeValues": serialise(
                    # A tilde sorts after all images that are due at this time.
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
        """Read the current row of a due image; None if it no longer exists."""
        answer = self._client.get_item(
            TableName=self._table, Key={"image_id": {"S": image_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return record_of(item) if item else None

    def claim(self, due: DueImage, seen: ImageRecord) -> bool:
        """Begin, or resume, the purge of an image, which can no longer be restored then.

        Parameters
        ----------
        due
            The image, and its position in the index.
        seen
            Its row, read before its objects were listed.

        Returns
        -------
        bool
            False if the image is no longer due, or its row was written since it was read.
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
        """Delete the row of a claimed image; False if the image was restored."""
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
