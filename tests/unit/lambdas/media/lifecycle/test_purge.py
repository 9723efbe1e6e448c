"""Purging against a bucket and a queue in memory: what goes, what stays, and in which order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from media.lifecycle.purge import PurgeResult, RunEnd
from media.model.images import ImageRecord, Status
from media.objects.versions import ObjectVersion, RemovalError, VersionedObjects
from tests.unit.lambdas.memory.purge import (
    DELETED_AT,
    DROPPED,
    IMAGE,
    KEY,
    NOW,
    OTHER,
    RULES,
    TRASHED,
    MemoryQueue,
    VersionClient,
    dropped,
    purge,
)


def test_nothing_is_left_and_the_row_goes_last() -> None:
    queue = MemoryQueue(TRASHED)
    before = DELETED_AT - timedelta(days=1)
    other = f"{KEY}-of-somebody-else"
    client = VersionClient(
        queue.steps,
        (KEY, "version", before, False),
        (KEY, "marker", DELETED_AT, True),
        (other, "version", before, True),
        (f"renditions/{IMAGE}/d1/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}/d2/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}/d3/thumb.webp", "version", before, True),
        (f"renditions/{IMAGE}0/d/thumb.webp", "version", before, True),
    )
    finished, (report,) = purge(queue, client)
    assert (finished, report.result) == (RunEnd.FINISHED, PurgeResult.PURGED)
    assert not queue.rows
    assert client.keys == [
        f"renditions/{IMAGE}0/d/thumb.webp",
        other,
    ]
    assert (queue.steps[0], queue.steps[1], queue.steps[-1]) == (
        "claim",
        "delete uploads",
        "remove row",
    )


def test_what_was_restored_meanwhile_is_left_alone() -> None:
    queue = MemoryQueue(replace(TRASHED, status=Status.READY))
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    assert purge(queue, client)[1][0].result is PurgeResult.SPARED
    assert (len(queue.rows), len(client.entries)) == (1, 1)


@pytest.mark.parametrize(
    ("row", "written_after", "parts", "spared"),
    [
        (TRASHED, 1, 0, False),  # an announced image is one upload
        # Another version under a key is a new image, unless it was there before the decision,
        # which S3 does not tell of one that came in parts.
        (dropped(DROPPED.key, "another"), 1, 0, True),
        (dropped(DROPPED.key, "another"), 0, 0, True),
        (dropped(DROPPED.key, "another"), -1, 0, False),
        (dropped(DROPPED.key, "another"), -1, 2, True),
        (dropped(DROPPED.key, "v0"), 1, 0, False),
        (DROPPED, 1, 0, True),  # no version was recorded
        (DROPPED, -1, 0, False),
        (replace(TRASHED, gone=True, discarded=None), -1, 0, True),  # the object is back
        (replace(TRASHED, gone=True), -1, 0, False),  # against its owner's will
    ],
)
def test_an_object_that_is_back_is_spared_with_its_row(
    row: ImageRecord, written_after: int, parts: int, *, spared: bool
) -> None:
    queue = MemoryQueue(row)
    written_at = DELETED_AT + timedelta(seconds=written_after)
    client = VersionClient(queue.steps, (row.key, "version", written_at, True))
    client.etag = f'"e-{parts}"' if parts else '"e"'
    assert (purge(queue, client)[1][0].result is PurgeResult.SPARED) == spared
    assert bool(client.entries) == bool(queue.rows) == spared


@pytest.mark.parametrize("key", ["uploads/camera/\x01.jpg", "uploads/camera/\uffff.jpg"])
def test_a_key_that_has_no_place_in_xml_is_removed_by_itself(key: str) -> None:
    row = dropped(key)
    queue = MemoryQueue(row)
    client = VersionClient(
        queue.steps,
        (key, "version", DELETED_AT - timedelta(days=1), False),
        (key, "marker", DELETED_AT, True),
        (f"renditions/{row.image_id}/d1/thumb.webp", "version", DELETED_AT, True),
    )
    client.refuses = True
    (failed,) = purge(queue, client)[1]
    assert isinstance(failed.fault, RemovalError)
    assert key not in str(failed.fault)
    client.refuses = False
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not client.entries
    assert not queue.rows


def test_a_failure_leaves_the_row_for_the_next_run_and_does_not_keep_the_others() -> None:
    queue = MemoryQueue(TRASHED, OTHER)
    client = VersionClient(queue.steps, (KEY, "version", DELETED_AT, True))
    client.refuses = True
    _, (failed, purged) = purge(queue, client)
    assert (failed.result, purged.result) == (PurgeResult.FAILED, PurgeResult.PURGED)
    assert isinstance(failed.fault, RemovalError)
    assert KEY not in str(failed.fault)
    assert list(queue.rows) == [IMAGE]
    client.refuses = False
    assert purge(queue, client)[1][0].result is PurgeResult.PURGED
    assert not queue.rows


def test_without_time_the_rest_is_left_for_the_next_run() -> None:
    queue = MemoryQueue(TRASHED, OTHER)
    finished, reports = purge(queue, VersionClient(queue.steps), has_time=False)
    assert (finished, len(reports), len(queue.rows)) == (RunEnd.OUT_OF_TIME, 1, 1)


def test_versions_of_a_key_end_where_longer_keys_begin() -> None:
    client = VersionClient(
        [],
        *[("uploads/a", "version", NOW, False)] * 3,
        *[(f"uploads/a{number}", "version", NOW, True) for number in range(9)],
    )
    found = VersionedObjects(cast("Any", client), "b").of_key("uploads/a")
    assert [version.key for version in found] == ["uploads/a"] * 3
    assert isinstance(found[0], ObjectVersion)


def test_a_run_stops_at_so_many_images() -> None:
    queue = MemoryQueue(TRASHED, DROPPED, OTHER)
    rules = replace(RULES, images_max=2)
    end, reports = purge(queue, VersionClient(queue.steps), rules=rules)
    assert (end, len(reports), list(queue.rows)) == (RunEnd.HELD_BACK, 2, [OTHER.image_id])
    assert purge(queue, VersionClient(queue.steps), rules=rules)[0] is RunEnd.FINISHED
    assert not queue.rows


def test_what_is_spared_does_not_count_towards_the_most_that_a_run_may_purge() -> None:
    queue = MemoryQueue(replace(TRASHED, status=Status.READY), DROPPED)
    end, reports = purge(
        queue,
        VersionClient(queue.steps, (KEY, "version", NOW, True)),
        rules=replace(RULES, images_max=1),
    )
    assert [each.result for each in reports] == [PurgeResult.SPARED, PurgeResult.PURGED]
    assert end is RunEnd.FINISHED
