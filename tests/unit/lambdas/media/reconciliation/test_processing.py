"""Processing of originals."""

from hashlib import sha256

import pytest

from media.model.images import ImageRecord, RejectionReason, Status
from media.model.keys import identify_upload
from media.reconciliation import Result
from tests.unit.lambdas.media.reconciliation.world import IMAGE, KEY, OWNER, World, png


def test_a_good_file_becomes_a_ready_row_with_its_renditions(world: World) -> None:
    outcome = world.reconciler.reconcile(world.put(png(32)))
    assert (outcome.result, outcome.image_id, outcome.reason) == (Result.READY, IMAGE, None)
    row = world.row
    assert (row.status, row.owner, row.width, row.height) == (Status.READY, OWNER, 32, 4)
    thumb = row.renditions["thumb"]
    assert (thumb.width, thumb.height) == (16, 2)
    assert thumb.key.startswith(f"renditions/{IMAGE}/")
    assert world.bucket.renditions[thumb.key][8:12] == b"WEBP"


def test_what_was_announced_survives_processing(world: World) -> None:
    world.table.rows[IMAGE] = ImageRecord(
        image_id=IMAGE, key=KEY, status=Status.PENDING, owner=OWNER, title="t", tags=("a",)
    )
    world.reconciler.reconcile(world.put(png(16)))
    assert (world.row.status, world.row.title, world.row.tags) == (Status.READY, "t", ("a",))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"x" * 10_001, "too_large"),
        (b"<html>", "unsupported_format"),
        (png(16)[:40], "corrupt"),
    ],
)
def test_a_bad_file_is_a_recorded_fact(world: World, data: bytes, reason: str) -> None:
    outcome = world.reconciler.reconcile(world.put(data))
    assert outcome.result is Result.REJECTED
    assert world.row.status is Status.REJECTED
    assert world.row.error
    assert world.row.error.reason == reason
    assert world.row.bytes == len(data)


@pytest.mark.parametrize("right", [True, False])
def test_other_bytes_than_those_announced_are_rejected(world: World, *, right: bool) -> None:
    data = png(16)
    world.table.rows[IMAGE] = ImageRecord(
        image_id=IMAGE,
        key=KEY,
        status=Status.PENDING,
        owner=OWNER,
        announced_sha256=sha256(data if right else b"another").hexdigest(),
    )
    outcome = world.reconciler.reconcile(world.put(data))
    if right:
        assert outcome.result is Result.READY
        return
    assert (outcome.result, outcome.reason) == (Result.REJECTED, RejectionReason.CORRUPT)
    assert world.row.error
    assert "SHA-256" in world.row.error.message
    assert world.row.sha256 == sha256(data).hexdigest()


def test_a_direct_drop_has_no_owner(world: World) -> None:
    key = "uploads/camera/a b+c%25é.jpg"
    outcome = world.reconciler.reconcile(world.put(png(16), key=key))
    row = world.table.rows[outcome.image_id]
    assert (row.key, row.owner) == (key, None)
    assert row.image_id == identify_upload("media-test", key).image_id


def test_only_renditions_that_the_row_lists_are_not_written_anew(world: World) -> None:
    """What no row lists may be removed by an audit at this very moment, in the version it saw."""
    world.reconciler.reconcile(world.put(png(16)))
    [listed] = world.row.renditions.values()
    assert world.bucket.written_anew == [listed.key]
    world.reconciler.reconcile(world.put(png(16)))
    assert world.bucket.written_anew == [listed.key]
    world.reconciler.reconcile(world.delete())
    world.reconciler.reconcile(world.put(png(16)))
    assert world.bucket.written_anew == [listed.key] * 2
