"""Listings of images, newest first: a page costs one query a partition, at any size."""

import heapq
from typing import TYPE_CHECKING, Any

from media.model.images import ImageRecord
from media.model.indexes import Index, index_partition, month_of
from media.rows.items import record_of, serialise

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

_DECEMBER = 12


class ImageListings:
    """The indexes that listings are read from; nothing is scanned and nothing filtered.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    month_shards
        Over how many partitions a month of the list-all index is spread.
    """

    def __init__(self, client: "DynamoDBClient", table: str, month_shards: int) -> None:
        self._client = client
        self._table = table
        self._month_shards = month_shards

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
        return [
            record_of(item) for item in self._list(Index.BY_OWNER, "owner", owner, limit, after)
        ]

    def list_by_month(self, month: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        """List all images of a month (``YYYY-MM``), newest first; one query for each shard.

        Parameters and result as for `list_by_owner`.
        """
        shards = [
            self._list(Index.BY_MONTH, "month_shard", index_partition(month, shard), limit, after)
            for shard in range(self._month_shards)
        ]
        newest_first = heapq.merge(*shards, key=lambda item: item["listed_at"]["S"], reverse=True)
        return [record_of(item) for item, _ in zip(newest_first, range(limit), strict=False)]

    def list_all(
        self, newest_month: str, first_month: str, limit: int, after: str | None = None
    ) -> list[ImageRecord]:
        """List all images, newest first, month by month until there are enough.

        Parameters
        ----------
        newest_month, first_month
            Where the list begins and ends, each as ``YYYY-MM``.
        limit, after
            As for `list_by_owner`.
        """
        month = newest_month if after is None else min(newest_month, month_of(after))
        found: list[ImageRecord] = []
        while len(found) < limit and month >= first_month:
            found += self.list_by_month(month, limit - len(found), after)
            month = month_before(month)
        return found

    def _list(
        self, index: Index, attribute: str, partition: str, limit: int, after: str | None
    ) -> list[dict[str, Any]]:
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": index.value,
            "KeyConditionExpression": "#partition = :partition",
            "ExpressionAttributeNames": {"#partition": attribute},
            "ExpressionAttributeValues": {":partition": {"S": partition}},
            "ScanIndexForward": False,
        }
        if after is not None:
            query["KeyConditionExpression"] = "#partition = :partition AND listed_at < :after"
            query["ExpressionAttributeValues"] = serialise(
                {":partition": partition, ":after": after}
            )
        items: list[dict[str, Any]] = []
        while True:
            query["Limit"] = limit - len(items)
            answer = self._client.query(**query)
            items += answer["Items"]
            # One answer holds 1 MB at most, however many rows were asked for.
            if len(items) == limit or "LastEvaluatedKey" not in answer:
                return items
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def month_before(month: str) -> str:
    """Name the month before, both as ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year:04d}-{number - 1:02d}" if number > 1 else f"{year - 1:04d}-{_DECEMBER}"
