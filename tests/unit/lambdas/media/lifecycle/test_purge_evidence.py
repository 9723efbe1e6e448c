"""A row says that an image is due; the owner's decision or the state of S3 must confirm it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from media.lifecycle.purge import PurgeResult, RunEnd
from media.model.images import ImageRecord, Status
from media.rows.verification import ForgedRowError
from tests.unit.lambdas.memory.discarded import trashed_row
from tests.unit.lambdas.memory.purge import (
    DELETED_AT,
    DROPPED,
    IMAGE,
    KEY,
    NOW,
    OTHER,
    OWNER,
    READY,
    RULES,
    TRASHED,
    MemoryQueue,
    VersionClient,
    dropped,
    purge,
)

# What one who may write all that the processor may makes of a row, to have its original removed.
DUE = replace(READY, status=Status.TRASHED, deleted_at=DELETED_AT, purge_at=DELETED_AT)
REVIVED = replace(DROPPED, status=Status.READY, deleted_at=None, version_id="v9")


@pytest.mark.parametrize(
    "forged",
    [
        DUE,
        replace(DUE, gone=True, purging=True),
        replace(DUE, trace=True, owner=None),
        # Of an image that took the place of one that had been thrown away.
        replace(REVIVED, status=Status.TRASHED, deleted_at=DELETED_AT, version_id="v0"),
    ],
)
def test_a_row_alone_takes_no_original_away(forged: ImageRecord) -> None:
    queue = MemoryQueue(forged)
    client = VersionClient(queue.steps, (forged.key, "version", NOW - timedelta(days=1), True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert (len(queue.rows), len(client.entries)) == (1, 1)


def test_a_decision_falls_on_the_object_that_it_was_made_about_and_on_no_other() -> None:
    """For a while the row was made out to be another user's, who threw the image away."""
    lent = replace(READY, key=f"uploads/{OTHER.image_id}/{IMAGE}", owner=OTHER.image_id)
    given_back = replace(trashed_row(lent, DELETED_AT), key=KEY, owner=OWNER)
    queue = MemoryQueue(given_back)
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert client.keys == [KEY]


def test_an_image_that_a_row_calls_a_trace_counts_as_one() -> None:
    """The key is of an image of the writer's own that never was: no original stands in the way."""
    mallory = "6f1c2d3e-0000-4000-8000-0000000000ff"
    forged = replace(DUE, key=f"uploads/{mallory}/{IMAGE}", owner=None, trace=True)
    queue = MemoryQueue(forged, OTHER)
    client = VersionClient(
        queue.steps, (f"renditions/{IMAGE}/d/thumb.webp", "version", DELETED_AT, True)
    )
    end, reports = purge(queue, client, rules=replace(RULES, images_max=1))
    assert [each.result for each in reports] == [PurgeResult.PURGED]
    assert end is RunEnd.HELD_BACK
    assert list(queue.rows) == [OTHER.image_id]


def test_a_row_can_not_shorten_the_time_that_its_owner_was_promised() -> None:
    decided = trashed_row(READY, NOW - timedelta(days=1))
    queue = MemoryQueue(replace(decided, purge_at=DELETED_AT))
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert client.entries


@pytest.mark.parametrize(("days", "spared"), [(29, True), (30, False)])
def test_what_was_deleted_in_s3_stays_as_long_as_its_marker_says(
    days: int, *, spared: bool
) -> None:
    queue = MemoryQueue(replace(DUE, gone=True))
    client = VersionClient(
        queue.steps,
        (KEY, "version", DELETED_AT - timedelta(days=9), False),
        (KEY, "marker", NOW - timedelta(days=days), True),
    )
    assert (purge(queue, client)[1][0].result is PurgeResult.SPARED) == spared
    assert bool(client.entries) == spared


def test_older_versions_go_with_the_one_that_was_trashed() -> None:
    row = dropped(DROPPED.key, "v0")
    queue = MemoryQueue(row)
    client = VersionClient(
        queue.steps,
        (row.key, "version", DELETED_AT, True),
        (row.key, "version", DELETED_AT - timedelta(days=1), False),
    )
    client.etag = '"e-2"'
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not client.entries


@pytest.mark.parametrize(
    "forged",
    [
        replace(TRASHED, key=f"uploads/{OWNER}/{OTHER.image_id}"),
        replace(TRASHED, owner=OTHER.image_id),
    ],
)
def test_a_row_that_contradicts_its_key_fails_and_nothing_goes(forged: ImageRecord) -> None:
    queue = MemoryQueue(forged)
    client = VersionClient(queue.steps, (forged.key, "version", DELETED_AT, True))
    ((report,), entries) = (purge(queue, client)[1], client.entries)
    assert isinstance(report.fault, ForgedRowError)
    assert len(entries) == 1
