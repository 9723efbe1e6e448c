"""The functions write exactly the attributes that their roles may write."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from media.model.images import (
    Discard,
    ImageError,
    ImageRecord,
    Location,
    Status,
    StoredRendition,
)
from media.rows.due import DueImage, PurgeQueue
from media.rows.items import record_of
from media.rows.table import ImageTable
from tooling.emulator.repairs.condition_keys import written_attributes

ALLOWED = Path(__file__).resolve().parents[5] / "terraform" / "policies" / "row_attributes.json"
OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
MOMENT = datetime(2026, 11, 23, 6, tzinfo=UTC)
READY = ImageRecord(
    image_id="0b8a5f6e-1111-4111-9111-00000000000b",
    key="uploads/a.jpg",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=MOMENT,
    sequencer="1".rjust(32, "0"),
    sha256="ab" * 32,
    title="t",
    tags=("a",),
    gps=Location(cast("Any", 1), cast("Any", 2)),
    renditions={"thumb": StoredRendition("renditions/i/d/t.webp", 1, 1, 1, "image/webp")},
    error=ImageError("internal", "we failed"),
    revision=3,
)
TRASHED = replace(
    READY,
    status=Status.TRASHED,
    deleted_at=MOMENT,
    purge_at=MOMENT,
    discarded=Discard(MOMENT, MOMENT),
)
ANNOUNCED = ImageRecord(
    image_id=READY.image_id,
    key=READY.key,
    status=Status.PENDING,
    owner=OWNER,
    uploaded_at=MOMENT,
    expires_at=MOMENT,
    title="t",
    tags=("a",),
    announced_sha256="ab" * 32,
    revision=1,
)


class RecordingClient:
    """A DynamoDB client that keeps which attributes each write names."""

    def __init__(self) -> None:
        self.attributes: set[str] = set()

    def _call(self, **request: Any) -> dict[str, Any]:
        self.attributes.update(written_attributes(json.dumps(request).encode()))
        return {}

    put_item = update_item = delete_item = _call


def processor(table: ImageTable, _: PurgeQueue) -> None:
    for record in (READY, TRASHED):
        for seen in (None, READY, replace(READY, sequencer=None), TRASHED):
            table.record_outcome(record, seen)
            table.record_outcome(record, seen and replace(seen, purging=True))
            table.record_again(record, seen)


def api_new(table: ImageTable, _: PurgeQueue) -> None:
    table.announce(ANNOUNCED)


def api_change(table: ImageTable, _: PurgeQueue) -> None:
    table.describe(READY, READY)
    table.trash(READY, MOMENT, MOMENT)
    table.restore(READY, TRASHED)


def purger(_: ImageTable, queue: PurgeQueue) -> None:
    queue.claim(DueImage(READY.image_id, "x"), TRASHED)
    queue.remove(READY.image_id)


@pytest.mark.parametrize("writer", [processor, api_new, api_change, purger])
def test_a_role_may_write_what_its_function_writes(
    writer: Callable[[ImageTable, PurgeQueue], None],
) -> None:
    client = RecordingClient()
    writer(
        ImageTable(cast("Any", client), "images", month_shards=1),
        PurgeQueue(cast("Any", client), "images", 1),
    )
    allowed = json.loads(ALLOWED.read_text())[writer.__name__]
    assert client.attributes == set(allowed)


def test_a_decision_made_before_decisions_had_a_place_of_their_own_still_stands() -> None:
    item: Any = {
        "image_id": {"S": READY.image_id},
        "key": {"S": READY.key},
        "status": {"S": "trashed"},
        "deleted_at": {"S": "2026-11-23T06:00:00.000Z"},
        "purge_at": {"S": "2026-11-30T06:00:00.000Z"},
        "version_id": {"S": "v1"},
        "discarded": {"BOOL": True},
    }
    decision = record_of(item).decision
    assert decision == Discard(MOMENT, MOMENT.replace(day=30), "v1")
