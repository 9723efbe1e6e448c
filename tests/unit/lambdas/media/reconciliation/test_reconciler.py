"""From a change to a written row, whatever happens meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.model.images import ImageRecord, Status
from media.reconciliation import KeyCollisionError, Result
from media.rows.table import RowContentionError
from tests.unit.lambdas.media.reconciliation.world import IMAGE, OWNER, World, png


def test_a_repeated_event_changes_nothing(world: World) -> None:
    change = world.put(png(16))
    world.reconciler.reconcile(change)
    before = world.row
    world.bucket.fault = AssertionError("the object must not be read again")
    assert world.reconciler.reconcile(change).result is Result.SUPERSEDED
    assert world.row is before


def test_a_deleted_object_leaves_a_row_that_is_purged_later(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    change = world.delete()
    assert world.reconciler.reconcile(change).result is Result.TOMBSTONED
    row = world.row
    assert (row.status, row.gone, row.deleted_at) == (Status.TRASHED, True, change.occurred_at)
    assert row.purge_at == change.occurred_at + timedelta(days=30)
    assert (row.owner, row.expires_at, row.renditions) == (OWNER, None, {})


def test_a_deleted_object_without_a_row_leaves_a_short_trace_of_nobody(world: World) -> None:
    change = world.delete()
    assert world.reconciler.reconcile(change).result is Result.TOMBSTONED
    assert world.row.purge_at == change.occurred_at + timedelta(minutes=30)
    assert (world.row.owner, world.row.trace, world.row.expires_at) == (None, True, None)


def test_a_tombstone_keeps_its_deadlines(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    world.reconciler.reconcile(world.delete())
    before = world.row
    world.reconciler.reconcile(world.delete())
    after = world.row
    assert after.sequencer != before.sequencer
    assert (after.deleted_at, after.purge_at) == (before.deleted_at, before.purge_at)


def test_another_key_never_takes_over_an_image(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    thief = "0a000000-0000-4000-8000-00000000000f"
    change = world.put(png(4), key=f"uploads/{thief}/{IMAGE}")
    with pytest.raises(KeyCollisionError, match="already belongs to another key"):
        world.reconciler.reconcile(change)
    assert (world.row.owner, world.row.width) == (OWNER, 16)


def test_a_fault_of_ours_is_raised_recorded_and_cleared_by_a_retry(world: World) -> None:
    change = world.put(png(16))
    world.bucket.fault = ConnectionError("S3 is away")
    with pytest.raises(ConnectionError):
        world.reconciler.reconcile(change)
    assert world.status == "failed"
    world.bucket.fault = None
    assert world.reconciler.reconcile(change).result is Result.READY
    assert world.status == "ready"


def test_what_failed_keeps_its_place_in_listings(world: World) -> None:
    change = world.put(png(16))
    reported = replace(change, occurred_at=change.occurred_at + timedelta(seconds=1))
    for attempt in (
        reported,
        replace(reported, occurred_at=reported.occurred_at + timedelta(hours=1)),
    ):
        world.bucket.fault = ConnectionError("S3 is away")
        with pytest.raises(ConnectionError):
            world.reconciler.reconcile(attempt)
        assert world.row.uploaded_at == reported.occurred_at
    world.bucket.fault = None
    assert world.reconciler.reconcile(reported).result is Result.READY
    assert world.row.uploaded_at == reported.occurred_at


def test_a_served_image_stays_served_while_its_overwrite_fails(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    change = world.put(png(24))
    world.bucket.fault = ConnectionError("S3 is away")
    with pytest.raises(ConnectionError):
        world.reconciler.reconcile(change)
    assert (world.row.status, world.row.width) == (Status.READY, 16)


def test_a_row_that_changed_meanwhile_is_read_anew(world: World) -> None:
    world.table.refusals = 2
    assert world.reconciler.reconcile(world.put(png(16))).result is Result.READY


def test_a_row_that_keeps_changing_is_left_to_the_queue(world: World) -> None:
    world.table.refusals = 9
    with pytest.raises(RowContentionError, match="try again"):
        world.reconciler.reconcile(world.put(png(16)))


def essence(row: ImageRecord) -> ImageRecord:
    """Leave out how often a row was written and, of a tombstone, what was there before it."""
    if row.status is not Status.TRASHED:
        return replace(row, revision=0)
    return replace(row, revision=0, owner=None, deleted_at=None, purge_at=None, trace=False)


@settings(max_examples=60)
@given(
    history=st.lists(st.sampled_from(["put", "put bad", "delete"]), min_size=1, max_size=5),
    data=st.data(),
)
def test_every_order_of_events_ends_in_the_same_row(
    history: list[str], data: st.DataObject
) -> None:
    """Events are delivered late, twice and in any order, and partly while history goes on."""
    world, delivered = World(), []
    for number, step in enumerate(history):
        change = (
            world.delete()
            if step == "delete"
            else world.put(png(number + 8) if step == "put" else b"<html>")
        )
        delivered.append(change)
        early = data.draw(st.lists(st.sampled_from(delivered), max_size=2), label="meanwhile")
        for one in early:
            world.reconciler.reconcile(one)
    for change in data.draw(st.permutations(delivered + delivered[:2]), label="afterwards"):
        world.reconciler.reconcile(change)
    straight = World()
    straight.bucket, straight.steps = world.bucket, world.steps
    straight.__post_init__()
    straight.reconciler.reconcile(delivered[-1])
    assert essence(world.row) == essence(straight.row)
    # Whatever was made of the image, something will end it.
    if world.bucket.renditions:
        assert world.status != "trashed" or world.row.purge_at
    assert world.status != "trashed" or world.row.purge_at
