from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from media.images import ImageRecord, Status
from media.items import item_of
from media.table import ImageTable

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
MOMENT = datetime(2026, 11, 23, 6, tzinfo=UTC)
READY = ImageRecord(
    image_id=IMAGE,
    key="uploads/a.jpg",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=MOMENT,
    sequencer="1".rjust(32, "0"),
    sha256="ab" * 32,
)


class RecordingClient:
    """A DynamoDB client that keeps what it was asked and answers what it was told."""

    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self.requests: list[dict[str, Any]] = []
        self._answer = answer

    def _call(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 takes it
        self.requests.append(request)
        if isinstance(self._answer, ClientError):
            raise self._answer
        return self._answer

    get_item = put_item = update_item = query = _call


def table_over(answer: dict[str, Any] | ClientError) -> tuple[ImageTable, RecordingClient]:
    client = RecordingClient(answer)
    return ImageTable(cast("Any", client), "images", month_shards=1), client


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "UpdateItem")


def test_every_placeholder_of_an_update_is_defined_and_used() -> None:
    table, client = table_over({})
    table.record_outcome(READY, None)
    table.record_again(READY, READY)
    table.record_again(READY, None)
    table.trash(IMAGE, MOMENT)
    for request in client.requests:
        text = request["UpdateExpression"] + " " + request["ConditionExpression"]
        words = {word.strip("(),") for word in text.split()}
        for defined in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            mark = "#" if defined.endswith("Names") else ":"
            assert {word for word in words if word.startswith(mark)} == set(request[defined])


def test_processing_never_touches_what_the_owner_said() -> None:
    table, client = table_over({})
    table.record_outcome(READY, None)
    assert not {"#title", "#tags"} & set(client.requests[0]["ExpressionAttributeNames"])


def test_trashing_takes_the_row_out_of_every_index() -> None:
    table, client = table_over({})
    assert table.trash(IMAGE, MOMENT)
    removed = client.requests[0]["UpdateExpression"].partition("REMOVE ")[2]
    assert removed == "#listed_at, #month_shard, #owner_sha256, #expires_at"


class PagingClient:
    """A DynamoDB client that gives two rows an answer, whatever was asked for."""

    def __init__(self, rows: int) -> None:
        self.rows = [{"image_id": {"S": f"{number}"}} for number in range(rows)]
        self.queries = 0

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 takes it
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
    found = ImageTable(cast("Any", client), "images", month_shards=1).list_by_owner(OWNER, limit)
    assert [record.image_id for record in found] == [f"{n}" for n in range(min(rows, limit))]
    assert client.queries == queries


def test_a_refused_condition_is_an_answer_and_any_other_fault_is_not() -> None:
    table, _ = table_over(fault("ConditionalCheckFailedException"))
    assert not table.record_outcome(READY, None)
    table, _ = table_over(fault("ProvisionedThroughputExceededException"))
    with pytest.raises(ClientError):
        table.record_outcome(READY, None)


def test_a_page_is_one_query_from_the_position_on() -> None:
    table, client = table_over({"Items": [item_of(READY, 1)]})
    assert table.list_by_owner(OWNER, 21, f"2026-11-23T06:00:00.000Z#{IMAGE}") == [READY]
    (request,) = client.requests
    assert request["Limit"] == 21
    assert request["ScanIndexForward"] is False
    assert "FilterExpression" not in request
    assert request["ExclusiveStartKey"]["image_id"] == {"S": IMAGE}
    assert request["ExclusiveStartKey"]["owner"] == {"S": OWNER}


def test_the_table_is_read_as_of_now() -> None:
    table, client = table_over({"Item": item_of(READY, 1)})
    assert table.get(IMAGE) == READY
    assert client.requests[0]["ConsistentRead"] is True
    assert table_over({})[0].get(IMAGE) is None
