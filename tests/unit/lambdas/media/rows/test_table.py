import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from media.model.images import ImageRecord, Status
from media.rows.due import DueImage, PurgeQueue
from media.rows.items import item_of
from media.rows.table import ImageTable

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


WRITTEN = {"Attributes": item_of(READY, 1)}


class RecordingClient:
    """A DynamoDB client that records its requests and returns prepared responses."""

    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self.requests: list[dict[str, Any]] = []
        self._answer = answer

    def _call(self, **request: Any) -> dict[str, Any]:
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
    table, client = table_over(WRITTEN)
    seen = replace(READY, revision=3)
    trashed = replace(seen, status=Status.TRASHED, deleted_at=MOMENT)
    table.record_outcome(READY, None)
    table.record_outcome(READY, seen)
    table.record_outcome(READY, replace(trashed, purging=True))
    table.record_again(READY, seen)
    table.trash(READY, MOMENT, MOMENT)
    table.restore(READY, trashed)
    table.restore(READY, READY)
    table.describe(READY, seen)
    table.describe(replace(READY, title="t", tags=("a",)), seen)
    PurgeQueue(cast("Any", client), "images", 1).claim(DueImage(IMAGE, "x"), seen)
    assert len(client.requests) == 10
    for request in client.requests:
        assert request["UpdateExpression"].endswith("ADD #revision :one")
        text = request["UpdateExpression"] + " " + request["ConditionExpression"]
        words = {part for word in text.split() for part in re.split(r"[(),.]+", word)}
        for defined in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            mark = "#" if defined.endswith("Names") else ":"
            assert {word for word in words if word.startswith(mark)} == set(request[defined])


def test_processing_never_touches_what_the_owner_said() -> None:
    table, client = table_over(WRITTEN)
    table.record_outcome(READY, None)
    assert not {"#title", "#tags"} & set(client.requests[0]["ExpressionAttributeNames"])


def test_trashing_takes_the_row_out_of_every_index() -> None:
    table, client = table_over(WRITTEN)
    assert table.trash(READY, MOMENT, MOMENT)
    removed = client.requests[0]["UpdateExpression"].partition("REMOVE ")[2]
    assert removed == "#expires_at, #listed_at, #month_shard, #owner_sha256 ADD #revision :one"


def test_restoring_puts_the_row_back_into_every_index() -> None:
    table, client = table_over(WRITTEN)
    assert table.restore(READY, replace(READY, revision=3)) == replace(READY, revision=4)
    assert client.requests[0]["UpdateExpression"] == (
        "SET #status = :status, #listed_at = :listed_at, #month_shard = :month_shard, "
        "#owner_sha256 = :owner_sha256 "
        "REMOVE #deleted_at, #discarded, #expires_at, #purge_at, #purge_due, #trash_shard "
        "ADD #revision :one"
    )
    assert client.requests[0]["ConditionExpression"] == "#revision = :seen_revision"


def test_only_a_row_that_was_seen_is_written_over() -> None:
    table, client = table_over(WRITTEN)
    table.record_outcome(READY, None)
    assert client.requests[0]["ConditionExpression"] == "attribute_not_exists(image_id)"


def test_a_refused_condition_is_an_answer_and_any_other_fault_is_not() -> None:
    table, _ = table_over(fault("ConditionalCheckFailedException"))
    assert not table.record_outcome(READY, None)
    table, _ = table_over(fault("ProvisionedThroughputExceededException"))
    with pytest.raises(ClientError):
        table.record_outcome(READY, None)


def test_the_table_is_read_as_of_now() -> None:
    table, client = table_over({"Item": item_of(READY, 1)})
    assert table.get(IMAGE) == READY
    assert client.requests[0]["ConsistentRead"] is True
    assert table_over({})[0].get(IMAGE) is None
