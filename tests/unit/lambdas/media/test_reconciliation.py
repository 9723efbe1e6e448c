"""Reconciliation against a model of the bucket and the table that follows their semantics."""

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.bucket import MediaBucket, Original
from media.freshness import has_current_renditions
from media.images import ImageError, ImageRecord, RejectionReason, Status
from media.inspection import RenditionSpec, inspect_image
from media.keys import identify_upload
from media.limits import Limits
from media.reconciliation import (
    KeyCollisionError,
    ObjectChange,
    Reconciler,
    Result,
)
from media.sequencers import normalise_sequencer
from media.table import ImageTable
from media.trash import RowContentionError

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
SPECS = (RenditionSpec("thumb", 8),)


def png(width: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, 4), "teal").save(output, "PNG")
    return output.getvalue()


class MemoryTable(ImageTable):
    """Rows in memory, written under the same condition as the real ones."""

    def __init__(self) -> None:
        self.rows: dict[str, ImageRecord] = {}
        self.refusals = 0

    def get(self, image_id: str) -> ImageRecord | None:
        return self.rows.get(image_id)

    def record_outcome(self, record: ImageRecord, seen: ImageRecord | None) -> bool:
        row = self.rows.get(record.image_id)
        if self.refusals or not self._may_write(row, record, seen):
            self.refusals = max(0, self.refusals - 1)
            return False
        said = row or ImageRecord(image_id="", key="", status=Status.PENDING)
        self.rows[record.image_id] = replace(
            record,
            title=said.title,
            tags=said.tags,
            announced_sha256=said.announced_sha256,
            revision=said.revision + 1,
        )
        return True

    @staticmethod
    def _may_write(row: ImageRecord | None, record: ImageRecord, seen: ImageRecord | None) -> bool:
        if row is None or seen is None:
            return row is seen
        assert record.sequencer
        is_newer = row.sequencer is None or row.sequencer < record.sequencer
        has_failed = row.error is not None and row.error.reason == "internal"
        is_retry = row.sequencer == record.sequencer and has_failed
        same_trash = (row.deleted_at, row.purging) == (seen.deleted_at, seen.purging)
        return row.key == record.key and (is_newer or is_retry) and same_trash


class MemoryBucket(MediaBucket):
    """Objects in memory."""

    def __init__(self) -> None:
        self.name = "media-test"
        self.objects: dict[str, Original] = {}
        self.renditions: dict[str, bytes] = {}
        self.written_anew: list[str] = []
        self.fault: Exception | None = None

    def read_original(self, key: str, bytes_max: int) -> Original | None:
        if self.fault:
            raise self.fault
        original = self.objects.get(key)
        is_large = original is not None and original.size > bytes_max
        return replace(original, data=None) if original and is_large else original

    def write_rendition(
        self, key: str, data: bytes, content_type: str, *, is_doomed: bool = False
    ) -> None:
        assert content_type == "image/webp"
        self.renditions.setdefault(key, data)
        if is_doomed:
            self.written_anew.append(key)


@dataclass
class World:
    """A bucket, its table, and the history of one key."""

    table: MemoryTable = field(default_factory=MemoryTable)
    bucket: MemoryBucket = field(default_factory=MemoryBucket)
    steps: int = 0

    def __post_init__(self) -> None:
        limits = Limits(upload_bytes=10_000)
        life = timedelta(days=30)
        inspect = partial(inspect_image, limits=limits, specs=SPECS)
        is_current = partial(has_current_renditions, specs=SPECS)
        self.reconciler = Reconciler(
            self.table, self.bucket, limits, inspect, is_current, life, lambda: START
        )

    def put(self, data: bytes, key: str = KEY) -> ObjectChange:
        change = self._step(key)
        self.bucket.objects[key] = Original(data, len(data), f"v{self.steps}", change.occurred_at)
        return change

    def delete(self, key: str = KEY) -> ObjectChange:
        self.bucket.objects.pop(key, None)
        return self._step(key)

    def _step(self, key: str) -> ObjectChange:
        self.steps += 1
        sequencer = normalise_sequencer(f"{self.steps:x}")
        return ObjectChange(key, sequencer, START + timedelta(minutes=self.steps))

    @property
    def row(self) -> ImageRecord:
        return self.table.rows[IMAGE]

    @property
    def status(self) -> str:
        return self.row.status.value


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_file_becomes_a_ready_row_with_its_renditions(world: World) -> None:
    outcome = world.reconciler.reconcile(world.put(png(16)))
    assert (outcome.result, outcome.image_id, outcome.reason) == (Result.READY, IMAGE, None)
    row = world.row
    assert (row.status, row.owner, row.width, row.height) == (Status.READY, OWNER, 16, 4)
    thumb = row.renditions["thumb"]
    assert (thumb.width, thumb.height) == (8, 2)
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


def trashed(world: World, deleted_at: datetime, **others: Any) -> ImageRecord:  # noqa: ANN401 - fields
    row = ImageRecord(
        image_id=IMAGE,
        key=KEY,
        status=Status.TRASHED,
        owner=OWNER,
        uploaded_at=START,
        deleted_at=deleted_at,
        purge_at=deleted_at + timedelta(days=30),
        discarded=True,
        **others,
    )
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


def test_a_row_made_meanwhile_is_not_written_over(world: World) -> None:
    """A deletion that saw no row must not leave renditions behind without a row that ends them."""
    change = world.put(png(16))

    class Overtaken(MemoryBucket):
        def read_original(self, key: str, bytes_max: int) -> Original | None:
            assert bytes_max
            world.bucket.objects.pop(key, None)
            world.reconciler._bucket = gone
            trashed(world, START)
            return None

    gone, overtaken = MemoryBucket(), Overtaken()
    world.reconciler._bucket = overtaken
    world.reconciler.reconcile(change)
    assert world.row.purge_at is not None


@pytest.mark.parametrize("late", [-1, 0, 999])
def test_a_new_picture_under_a_dropped_key_comes_back_from_the_trash(
    world: World, late: int
) -> None:
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    row = world.table.rows[image_id]
    change = world.put(png(17), key)
    # In the same second, or begun before: the time that S3 tells does not decide.
    deleted_at = change.occurred_at + timedelta(milliseconds=late)
    world.table.rows[image_id] = replace(
        row, status=Status.TRASHED, deleted_at=deleted_at, discarded=True
    )
    assert world.reconciler.reconcile(change).result is Result.READY
    assert world.table.rows[image_id].status is Status.READY


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize("is_told_of_the_deletion", [False, True])
def test_an_older_version_that_shows_again_does_not_bring_its_image_back(
    world: World, *, is_told_of_the_deletion: bool, in_parts: bool
) -> None:
    """Newer ones were removed for good after the image had been thrown away."""
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    older = replace(world.bucket.objects[key], in_parts=in_parts)
    world.reconciler.reconcile(world.put(png(17), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    world.table.rows[image_id] = replace(
        world.table.rows[image_id],
        status=Status.TRASHED,
        deleted_at=START + timedelta(minutes=world.steps, seconds=1),
        discarded=True,
    )
    if is_told_of_the_deletion:
        world.reconciler.reconcile(world.delete(key))
    removed = world.delete(key)
    world.bucket.objects[key] = older
    world.reconciler.reconcile(removed)
    row = world.table.rows[image_id]
    # Of what was uploaded in parts S3 tells only when that was begun, so it may be a new picture.
    assert row.status is (Status.READY if in_parts else Status.TRASHED)
    assert (row.width, row.gone) == (16, False)
    if not in_parts:
        assert world.reconciler.reconcile(world.put(png(18), key)).result is Result.READY
        assert world.table.rows[image_id].status is Status.READY


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


def test_the_picture_that_was_thrown_away_stays_there_under_a_dropped_key(world: World) -> None:
    key = "uploads/camera/1.jpg"
    first = world.put(png(16), key)
    world.reconciler.reconcile(first)
    image_id = identify_upload(world.bucket.name, key).image_id
    row = world.table.rows[image_id]
    world.table.rows[image_id] = replace(
        row, status=Status.TRASHED, deleted_at=START, discarded=True
    )
    later = replace(first, sequencer=normalise_sequencer("FF"))
    assert world.reconciler.reconcile(later).result is Result.SUPERSEDED
    assert world.table.rows[image_id].status is Status.TRASHED


def test_a_dropped_picture_that_was_thrown_away_is_known_when_its_object_is_back(
    world: World,
) -> None:
    key = "uploads/camera/1.jpg"
    world.reconciler.reconcile(world.put(png(16), key))
    image_id = identify_upload(world.bucket.name, key).image_id
    dropped = world.bucket.objects[key]
    row = world.table.rows[image_id]
    world.table.rows[image_id] = replace(
        row, status=Status.TRASHED, deleted_at=START, discarded=True
    )
    world.reconciler.reconcile(world.delete(key))
    world.reconciler.reconcile(world.delete(key))
    back = world.delete(key)
    world.bucket.objects[key] = dropped
    assert world.reconciler.reconcile(back).result is Result.READY
    row = world.table.rows[image_id]
    assert (row.status, row.gone, row.discarded, row.width) == (Status.TRASHED, False, True, 16)
    assert world.reconciler.reconcile(world.put(png(17), key)).result is Result.READY
    assert world.table.rows[image_id].status is Status.READY


def test_an_old_version_that_expires_does_not_bring_a_trashed_image_back(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    world.table.rows[IMAGE] = replace(
        world.row, status=Status.TRASHED, deleted_at=START + timedelta(days=1), discarded=True
    )
    expiry = ObjectChange(KEY, normalise_sequencer("FF"), START + timedelta(days=90))
    assert world.reconciler.reconcile(expiry).result is Result.SUPERSEDED
    assert world.row.status is Status.TRASHED


def test_another_key_never_takes_over_an_image(world: World) -> None:
    world.reconciler.reconcile(world.put(png(16)))
    thief = "0a000000-0000-4000-8000-00000000000f"
    change = world.put(png(4), key=f"uploads/{thief}/{IMAGE}")
    with pytest.raises(KeyCollisionError, match="belongs to another key"):
        world.reconciler.reconcile(change)
    assert (world.row.owner, world.row.width) == (OWNER, 16)


def test_a_fault_of_ours_is_raised_recorded_and_healed_by_a_retry(world: World) -> None:
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
    told = replace(change, occurred_at=change.occurred_at + timedelta(seconds=1))
    for attempt in (told, replace(told, occurred_at=told.occurred_at + timedelta(hours=1))):
        world.bucket.fault = ConnectionError("S3 is away")
        with pytest.raises(ConnectionError):
            world.reconciler.reconcile(attempt)
        assert world.row.uploaded_at == told.occurred_at
    world.bucket.fault = None
    assert world.reconciler.reconcile(told).result is Result.READY
    assert world.row.uploaded_at == told.occurred_at


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


@settings(max_examples=60, deadline=None)
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
    # Whatever was made of the picture, something will end it.
    if world.bucket.renditions:
        assert world.status != "trashed" or world.row.purge_at
    assert world.status != "trashed" or world.row.purge_at


def test_a_direct_drop_is_nobodys(world: World) -> None:
    key = "uploads/camera/a b+c%25é.jpg"
    outcome = world.reconciler.reconcile(world.put(png(16), key=key))
    row = world.table.rows[outcome.image_id]
    assert (row.key, row.owner) == (key, None)
    assert row.image_id == identify_upload("media-test", key).image_id
