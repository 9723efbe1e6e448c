"""Listings of images, newest first: a page costs one query per partition, at any table size."""

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
    """Reads listings from the indexes, without scans or filters.

    Parameters
    ----------
    client
        A DynamoDB client.
    table
        The table's name.
    month_shards
        The number of partitions of a month in the list-all index.
    """

    def __init__(self, client: "DynamoDBClient", table: str, month_shards: int) -> None:
        self._client = client
        self._table = table
        self._month_shards = month_shards

    def list_by_owner(self, owner: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        """List an owner's images, newest first; one query, or more if rows are very large.

        Parameters
        ----------
        owner
            Whose images.
        limit
            The maximum number of rows.
        after
            The listing position (``uploaded_at#image_id``) of the last row of the previous page.

        Returns
        -------
        list of ImageRecord
            Fewer than `limit` only at the end of the list.
        """
        return [
            record_of(item) for item in self._list(Index.BY_OWNER, "owner", owner, limit, after)
        ]

    def list_by_month(self, month: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        """List all images of a month (``YYYY-MM``), newest first, with one query per shard.

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
        """List all images, newest first, month by month until the page is full.

        Parameters
        ----------
        newest_month, first_month
            The months in which the list begins and ends, as ``YYYY-MM``.
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
            # A response holds at most 1 MB, whatever the limit.
            if len(items) == limit or "LastEvaluatedKey" not in answer:
                return items
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def month_before(month: str) -> str:
    """Return the previous month; both are ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year:04d}-{number - 1:02d}" if number > 1 else f"{year - 1:04d}-{_DECEMBER}"
