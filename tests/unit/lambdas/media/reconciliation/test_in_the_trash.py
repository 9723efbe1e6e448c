"""Changes to images in the trash."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from media.model.images import ImageError, ImageRecord, Status
from media.model.keys import identify_upload
from media.model.sequencers import normalise_sequencer
from media.objects.bucket import Original
from media.reconciliation import ObjectChange, Result
from tests.unit.lambdas.media.reconciliation.world import (
    IMAGE,
    KEY,
    OWNER,
    START,
    MemoryBucket,
    World,
    png,
)
from tests.unit.lambdas.memory.discarded import trashed_row


def trashed(world: World, deleted_at: datetime, **others: Any) -> ImageRecord:
    row = ImageRecord(
        image_id=IMAGE,
        key=KEY,
        status=Status.PENDING,
        owner=OWNER,
        uploaded_at=START,
        **others,
    )
    row = trashed_row(row, deleted_at)
    world.table.rows[IMAGE] = row
    return row


@pytest.mark.parametrize("later", [False, True], ids=["written before", "written after"])
def test_what_arrives_for_the_trash_is_recorded_and_stays_there(
    world: World, *, later: bool
) -> None:
    change = world.put(png(16))
    aside = timedelta(seconds=-1 if later else 1)
    before = trashed(world, change.occurred_at + aside, title="t")
    assert world.reconciler.reconcile(change).result is Result.READY
    row = world.row
    assert (row.status, row.proven_status, row.width) == (Status.TRASHED, Status.READY, 16)
    assert (row.deleted_at, row.purge_at) == (before.deleted_at, before.purge_at)
    assert (row.title, row.gone) == ("t", False)
    assert row.renditions["thumb"].key in world.bucket.renditions


def test_what_is_being_purged_is_not_processed(world: World) -> None:
    change = world.put(png(16))
    before = trashed(world, START, purging=True)
    assert world.reconciler.reconcile(change).result is Result.SUPERSEDED
    assert world.row is before
    assert not world.bucket.renditions


def test_a_purge_that_deletes_the_object_goes_on_over_its_event(world: World) -> None:
    before = trashed(world, START, purging=True)
    assert world.reconciler.reconcile(world.delete()).result is Result.TOMBSTONED
    row = world.row
    assert (row.purging, row.gone, row.purge_at) == (True, True, before.purge_at)


def test_what_failed_is_tried_again_in_the_trash_too(world: World) -> None:
    change = world.put(png(16))
    error = ImageError("internal", "we failed")
    trashed(world, START + timedelta(days=1), sequencer=change.sequencer, error=error)
    assert world.reconciler.reconcile(change).result is Result.READY
    assert (world.status, world.row.proven_status) == ("trashed", Status.READY)


def test_a_row_made_meanwhile_is_not_written_over(world: World) -> None:
    """A deletion that saw no row must not leave renditions behind without a row that ends them."""
    change = world.put(png(16))

    class Overtaken(MemoryBucket):
        def read_original(self, key: str, bytes_max: int) -> Original | None:
            assert (key, bytes_max > 0) == (KEY, True)
            if IMAGE not in world.table.rows:
                trashed(world, START)
            return None

    replace(world.reconciler, bucket=Overtaken()).reconcile(change)
    assert world.row.purge_at is not None


@pytest.mark.parametrize("late", [-1, 0, 999])
def test_a_new_image_under_a_dropped_key_comes_back_from_the_trash(world: World, late: int) -> None:
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    row = world.table.rows[image_id]
    change = world.put(png(17), key)
    # In the same second, or begun before: the time that S3 tells does not decide.
    deleted_at = change.occurred_at + timedelta(milliseconds=late)
    world.table.rows[image_id] = trashed_row(row, deleted_at)
    assert world.reconciler.reconcile(change).result is Result.READY
    assert world.table.rows[image_id].status is Status.READY


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize("receives_the_deletion", [False, True])
def test_an_older_version_that_shows_again_does_not_bring_its_image_back(
    world: World, *, receives_the_deletion: bool, in_parts: bool
) -> None:
    """Newer ones were removed for good after the image had been thrown away."""
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    older = replace(world.bucket.objects[key], in_parts=in_parts)
    world.reconciler.reconcile(world.put(png(17), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    world.table.rows[image_id] = trashed_row(
        world.table.rows[image_id], START + timedelta(minutes=world.steps, seconds=1)
    )
    if receives_the_deletion:
        world.reconciler.reconcile(world.delete(key))
    removed = world.delete(key)
    world.bucket.objects[key] = older
    world.reconciler.reconcile(removed)
    row = world.table.rows[image_id]
    # Of what was uploaded in parts S3 tells only when that was begun, so it may be a new image.
    assert row.status is (Status.READY if in_parts else Status.TRASHED)
    assert (row.width, row.gone) == (16, False)
    if not in_parts:
        assert world.reconciler.reconcile(world.put(png(18), key)).result is Result.READY
        assert world.table.rows[image_id].status is Status.READY


def test_the_trashed_version_under_a_dropped_key_stays_in_the_trash(world: World) -> None:
    key = "uploads/camera/1.jpg"
    first = world.put(png(16), key)
    world.reconciler.reconcile(first)
    image_id = identify_upload(world.bucket.name, key).image_id
    row = world.table.rows[image_id]
    world.table.rows[image_id] = trashed_row(row, START)
    later = replace(first, sequencer=normalise_sequencer("FF"))
    assert world.reconciler.reconcile(later).result is Result.SUPERSEDED
    assert world.table.rows[image_id].status is Status.TRASHED


def test_a_trashed_direct_drop_is_recognised_when_its_object_is_back(
    world: World,
) -> None:
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    dropped = world.bucket.objects[key]
    row = world.table.rows[image_id]
    world.table.rows[image_id] = trashed_row(row, START)
    world.reconciler.reconcile(world.delete(key))
    world.reconciler.reconcile(world.delete(key))
    back = world.delete(key)
    world.bucket.objects[key] = dropped
    assert world.reconciler.reconcile(back).result is Result.READY
    row = world.table.rows[image_id]
    assert (row.status, row.gone, row.width) == (Status.TRASHED, False, 16)
    assert row.decision
    assert world.reconciler.reconcile(world.put(png(17), key)).result is Result.READY
    assert world.table.rows[image_id].status is Status.READY


def test_an_old_version_that_expires_does_not_bring_a_trashed_image_back(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    world.table.rows[IMAGE] = trashed_row(world.row, START + timedelta(days=1))
    expiry = ObjectChange(KEY, normalise_sequencer("FF"), START + timedelta(days=90))
    assert world.reconciler.reconcile(expiry).result is Result.SUPERSEDED
    assert world.row.status is Status.TRASHED
