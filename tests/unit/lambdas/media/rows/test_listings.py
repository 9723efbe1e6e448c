from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from media.model.images import ImageRecord, Status
from media.rows.items import item_of
from media.rows.listings import ImageListings, month_before

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
READY = ImageRecord(
    image_id=IMAGE,
    key="uploads/a.jpg",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
)


class PagingClient:
    """A DynamoDB client that gives two rows an answer, whatever was asked for."""

    def __init__(self, rows: int) -> None:
        self.rows = [{"image_id": {"S": f"{number}"}} for number in range(rows)]
        self.queries = 0

    def query(self, **request: Any) -> dict[str, Any]:
        self.queries += 1
        start = int(request.get("ExclusiveStartKey", {"at": 0})["at"])
        end = min(start + min(2, request["Limit"]), len(self.rows))
        items = [{**item_of(READY, 1), **row} for row in self.rows[start:end]]
        more = {"LastEvaluatedKey": {"at": end}} if end < len(self.rows) else {}
        return {"Items": items, **more}


@pytest.mark.parametrize(("rows", "limit", "queries"), [(5, 5, 3), (5, 3, 2), (4, 9, 2), (0, 3, 1)])
def test_an_answer_that_is_cut_at_a_megabyte_does_not_end_the_list(
    rows: int, limit: int, queries: int
) -> None:
    client = PagingClient(rows)
    found = ImageListings(cast("Any", client), "images", 1).list_by_owner(OWNER, limit)
    assert [record.image_id for record in found] == [f"{n}" for n in range(min(rows, limit))]
    assert client.queries == queries


class IndexClient:
    """A DynamoDB client that answers queries of the listing indexes from items in memory."""

    def __init__(self, *records: ImageRecord, shards: int) -> None:
        self.items = [item_of(record, shards) for record in records]
        self.requests: list[dict[str, Any]] = []

    def query(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        values = request["ExpressionAttributeValues"]
        attribute = request["ExpressionAttributeNames"]["#partition"]
        after = values.get(":after", {"S": "~"})["S"]
        found = [
            item
            for item in self.items
            if item.get(attribute) == values[":partition"] and item["listed_at"]["S"] < after
        ]
        found.sort(key=lambda item: item["listed_at"]["S"], reverse=True)
        return {"Items": found[: request["Limit"]]}


def test_a_page_is_one_query_from_the_position_on() -> None:
    client = IndexClient(READY, shards=1)
    listings = ImageListings(cast("Any", client), "images", 1)
    assert listings.list_by_owner(OWNER, 21, "2026-11-23T06:00:00.001Z#x") == [READY]
    (request,) = client.requests
    assert (request["IndexName"], request["Limit"]) == ("by_owner", 21)
    assert request["ScanIndexForward"] is False
    assert "FilterExpression" not in request
    assert request["KeyConditionExpression"] == "#partition = :partition AND listed_at < :after"


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("limit", [1, 2, 5, 40])
def test_all_images_come_in_order_over_shards_and_months(shards: int, limit: int) -> None:
    assert READY.uploaded_at
    records = [
        replace(
            READY,
            image_id=f"0b8a5f6e-1111-4111-9111-{number:012x}",
            uploaded_at=READY.uploaded_at - timedelta(days=9 * number),
        )
        for number in range(12)
    ]
    listings = ImageListings(cast("Any", IndexClient(*records, shards=shards)), "images", shards)
    seen: list[ImageRecord] = []
    after = None
    while page := listings.list_all("2026-11", "2026-07", limit, after):
        seen += page
        assert page[-1].uploaded_at
        after = f"{page[-1].uploaded_at:%Y-%m-%dT%H:%M:%S}.000Z#{page[-1].image_id}"
    assert seen == records


def test_a_page_asks_each_shard_once_where_the_month_has_enough() -> None:
    assert READY.uploaded_at
    many = [
        replace(READY, image_id=f"0b8a5f6e-1111-4111-9111-{number:012x}") for number in range(60)
    ]
    for size in (30, 60):
        client = IndexClient(*many[:size], shards=3)
        ImageListings(cast("Any", client), "images", 3).list_all("2026-11", "2020-01", 5)
        assert len(client.requests) == 3


def test_months_go_back_over_the_turn_of_the_year() -> None:
    assert [month_before(month) for month in ("2026-11", "2026-10", "2026-01")] == [
        "2026-10",
        "2026-09",
        "2025-12",
    ]
