"""A model of the bucket and the table that follows their semantics, and the history of one key."""

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from PIL import Image

from media.inspection import InspectedImage, RenditionSpec, inspect_image
from media.model.images import ImageRecord, Status
from media.model.limits import Limits
from media.model.sequencers import normalise_sequencer
from media.objects.bucket import MediaBucket, Original
from media.reconciliation import ObjectChange, OriginalProcessor, Reconciler
from media.rendering.freshness import has_current_renditions
from media.rows.table import ImageTable

OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
KEY = f"uploads/{OWNER}/{IMAGE}"
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
SPECS = (RenditionSpec("thumb", 16),)


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
        self, key: str, data: bytes, content_type: str, *, overwrite: bool = False
    ) -> None:
        assert content_type == "image/webp"
        self.renditions.setdefault(key, data)
        if overwrite:
            self.written_anew.append(key)


@dataclass
class World:
    """A bucket, its table, and the history of one key."""

    table: MemoryTable = field(default_factory=MemoryTable)
    bucket: MemoryBucket = field(default_factory=MemoryBucket)
    steps: int = 0

    def __post_init__(self) -> None:
        limits = Limits(upload_bytes=10_000)

        def inspect(data: bytes, owner: str | None) -> InspectedImage:  # noqa: ARG001 - as called
            return inspect_image(data, limits, SPECS)

        self.reconciler = Reconciler(
            self.table,
            self.bucket,
            OriginalProcessor(self.bucket, limits, inspect, lambda: START),
            partial(has_current_renditions, specs=SPECS),
            trash_life=timedelta(days=30),
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
