"""The processor's domain over a bucket and a table in memory, and one image in them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from PIL import Image

from media.inspection import InspectedImage, RenditionSpec, inspect_image
from media.lifecycle.purge import PurgedImage, Purger, PurgeResult, PurgeRules, RunEnd
from media.lifecycle.trash import NotRestorableError, Trash
from media.model.images import ImageRecord, Status
from media.model.limits import Limits
from media.model.sequencers import normalise_sequencer
from media.objects.bucket import MediaBucket
from media.objects.versions import VersionedObjects
from media.reconciliation import (
    ObjectChange,
    OriginalProcessor,
    Outcome,
    Reconciler,
    ReprocessRequest,
)
from media.rendering.freshness import has_current_renditions
from media.rows.due import PurgeQueue
from media.rows.table import ImageTable
from tests.unit.lambdas.memory.dynamodb import MemoryDynamoDB
from tests.unit.lambdas.memory.s3 import Event, MemoryS3

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"
SPECS = (RenditionSpec("thumb", 16),)
LIFE = timedelta(days=30)


def png(width: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, 4), "teal").save(output, "PNG")
    return output.getvalue()


# Three versions of a key, one of them no image.
BODIES = {"first": png(16), "second": png(24), "no image": b"<html>"}
STEPS = (*BODIES, "delete", "restore")


@dataclass
class Store:
    """One image's bucket, table and processor."""

    s3: MemoryS3 = field(default_factory=MemoryS3)
    dynamodb: MemoryDynamoDB = field(default_factory=MemoryDynamoDB)
    specs: tuple[RenditionSpec, ...] = SPECS
    was_discarded: bool = False
    is_discarded: bool = False
    was_purged: bool = False

    def __post_init__(self) -> None:
        self.table = ImageTable(cast("Any", self.dynamodb), "images", month_shards=1)
        bucket = MediaBucket(cast("Any", self.s3), "media-test")
        limits = Limits(upload_bytes=10_000)

        def inspect(data: bytes, owner: str | None) -> InspectedImage:  # noqa: ARG001 - as called
            return inspect_image(data, limits, self.specs)

        self.reconciler = Reconciler(
            self.table,
            bucket,
            OriginalProcessor(bucket, limits, inspect, lambda: self.now),
            partial(has_current_renditions, specs=self.specs),
            trash_life=LIFE,
        )
        self.trash = Trash(self.table, LIFE, lambda: self.now)

    @property
    def now(self) -> datetime:
        return self.s3.now

    @property
    def row(self) -> ImageRecord | None:
        return self.table.get(IMAGE)

    def act(self, step: str) -> None:
        """Do something to the object."""
        if step in BODIES:
            self.s3.put(KEY, BODIES[step])
        elif step == "delete":
            self.s3.put(KEY, None)
        elif self.s3.versions.get(KEY):
            self.s3.remove_latest(KEY)

    def deliver(self, event: Event) -> Outcome:
        """Tell the processor of a change."""
        sequencer = normalise_sequencer(f"{event.number:x}")
        return self.reconciler.reconcile(ObjectChange(event.key, sequencer, event.occurred_at))

    def reprocess(self, *, unless_current: bool = False) -> Outcome:
        """Ask for the image to be processed again."""
        return self.reconciler.reprocess(ReprocessRequest(KEY, self.now, unless_current))

    def discard(self) -> None:
        """Do what an owner does who throws the image away."""
        row = self.row
        if row:
            self.is_discarded |= self.trash.discard(row)
            self.was_discarded |= self.is_discarded

    def restore(self) -> bool:
        """Do what an owner does who wants it back; return whether that was possible."""
        row = self.row
        try:
            is_back = bool(row and self.trash.restore(row))
        except NotRestorableError:
            return False
        self.is_discarded &= not is_back
        return is_back

    def purge(self) -> None:
        """Purge what is in the trash, long after its time."""
        objects = VersionedObjects(cast("Any", self.s3), "media-test")
        queue = PurgeQueue(cast("Any", self.dynamodb), "images", shards=1)
        rules = PurgeRules(LIFE, images_max=100)
        purger = Purger(queue, objects, "media-test", lambda: self.now + 9 * LIFE, rules)
        reports: list[PurgedImage] = []
        assert purger.run(lambda: True, reports.append) is RunEnd.FINISHED
        for each in reports:
            if each.fault:
                raise each.fault
            is_purged = each.result is PurgeResult.PURGED
            self.is_discarded &= not is_purged
            self.was_purged |= each.result in {PurgeResult.PURGED, PurgeResult.FORGOTTEN}

    def require_whole(self) -> None:
        """Never does a row list a rendition that is not there."""
        row = self.row
        if row:
            assert {each.key for each in row.renditions.values()} <= self.s3.objects("renditions/")

    def require_decided(self) -> None:
        """What its owner threw away stays away, whatever becomes of its object."""
        row = self.row
        assert not self.is_discarded or (row and row.status is Status.TRASHED)

    def require_settled(self) -> None:
        """The row is the one that the last event alone makes, and what it lists is there."""
        self.require_whole()
        versions = {key: [*versions] for key, versions in self.s3.versions.items()}
        straight = Store(MemoryS3(versions, ticks=self.s3.ticks))
        straight.deliver(self.s3.events[-1])
        row, expected = self.row, straight.row
        if row is None:  # purged
            assert not self.s3.objects()
            return
        assert expected
        # In the trash the second event of a version that is recorded already is not written down,
        # and where a row was purged, whichever event comes then leaves a tombstone.
        is_any = self.was_discarded or (self.was_purged and row.gone)
        place = row.sequencer if is_any else expected.sequencer
        assert _settled(row) == replace(_settled(expected), sequencer=place)
        assert (self.s3.latest(KEY) is None) == row.gone


def _settled(row: ImageRecord) -> ImageRecord:
    """Leave out what tells of the way, and whether the owner has thrown the image away."""
    return replace(
        row,
        status=Status.TRASHED if row.gone else row.proven_status,
        owner=None if row.gone else row.owner,
        version_id=None if row.gone else row.version_id,
        trace=False,
        discarded=None,
        processed_at=None,
        revision=0,
        expires_at=None,
        purge_at=None,
        deleted_at=None,
    )
