"""Bringing a row to what its object is: the one answer to every S3 event.

An event says only that something about a key changed. What the object is now is read from S3, and
written in one step that is conditional on the event's place in the key's history, so that events
may come late, twice, or in any order and end in the same row.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from botocore.exceptions import BotoCoreError, ClientError

from media.bucket import MediaBucket, Original
from media.images import (
    SETTLED_STATUSES,
    ImageError,
    ImageRecord,
    RejectionReason,
    Status,
    StoredRendition,
)
from media.inspection import (
    InspectedImage,
    RejectedError,
    check_size,
)
from media.keys import UploadIdentity, identify_upload, rendition_key
from media.limits import Limits
from media.sequencers import EARLIEST
from media.table import ImageTable

_ATTEMPTS = 3
# An image that is served already goes on being served while its overwrite is tried again.
_MAY_FAIL = frozenset({Status.PENDING, Status.FAILED})
_WITHOUT_ORIGINAL = frozenset({Status.PENDING, Status.TRASHED})


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """Something about an object changed.

    Parameters
    ----------
    key
        The object's key, raw.
    sequencer
        The change's place in the key's history, as `normalise_sequencer` gives it.
    occurred_at
        When it happened.
    """

    key: str
    sequencer: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReprocessRequest:
    """An operator asks that an image be brought to what its object is; no event stands behind it.

    Parameters
    ----------
    key
        The object's key, raw.
    requested_at
        When it was asked.
    unless_current
        Leave the image alone where its renditions are those that would be made today.
    """

    key: str
    requested_at: datetime
    unless_current: bool = False


class Result(StrEnum):
    """What became of a change or a request."""

    READY = "ready"
    REJECTED = "rejected"
    TOMBSTONED = "tombstoned"
    SUPERSEDED = "superseded"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change to which image; `reason` for a rejected one, sizes in bytes."""

    result: Result
    image_id: str
    reason: RejectionReason | None = None
    bytes_in: int = 0


class RowContentionError(Exception):
    """Others kept changing the row, so that the change could not be recorded this time."""


class KeyCollisionError(Exception):
    """Two keys claim the same image: the first keeps it."""

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"image {image_id} belongs to another key: upload this object under a key of its own"
        )


class Reconciler:
    """Reconciles the rows of one bucket's uploads with its objects.

    Parameters
    ----------
    table, bucket
        Where rows and objects are.
    limits
        What a file may ask for.
    inspect
        Looks at a file's bytes and makes its renditions.
    is_current
        Tells whether an image has the renditions that `inspect` would make of it.
    tombstone_life
        How long the row of a deleted object stays, so that late events find it.
    """

    def __init__(
        self,
        table: ImageTable,
        bucket: MediaBucket,
        limits: Limits,
        inspect: Callable[[bytes], InspectedImage],
        is_current: Callable[[ImageRecord], bool],
        tombstone_life: timedelta,
    ) -> None:
        self._table = table
        self._bucket = bucket
        self._limits = limits
        self._inspect = inspect
        self._is_current = is_current
        self._tombstone_life = tombstone_life

    def reconcile(self, change: ObjectChange) -> Outcome:
        """Bring the row of a changed object to what the object is now.

        Returns
        -------
        Outcome
            `SUPERSEDED` where the row already knows this change or a later one.

        Raises
        ------
        ForeignKeyError
            If the key is no upload's.
        KeyCollisionError
            If the image is another key's.
        RowContentionError
            If others changed the row at each attempt.
        botocore.exceptions.ClientError
            If AWS fails; the row says `failed` where that could still be written.
        """
        upload = identify_upload(self._bucket.name, change.key)
        return self._persist(upload, change, lambda: self._attempt(upload, change))

    def reprocess(self, request: ReprocessRequest) -> Outcome:
        """Process an image again, although no event says that its object has changed.

        The row keeps its place in the key's history, and is written only if it is still as it was
        read: an event that is handled meanwhile wins. Nothing comes back that its owner threw
        away, and what is only announced goes on being waited for.

        Returns
        -------
        Outcome
            `CURRENT` where there was nothing to do, `SUPERSEDED` where there is nothing to process.

        Raises
        ------
        Exception
            As `reconcile` does.
        """
        upload = identify_upload(self._bucket.name, request.key)
        change = ObjectChange(request.key, EARLIEST, request.requested_at)
        return self._persist(upload, change, lambda: self._attempt_again(upload, request))

    def _persist(
        self, upload: UploadIdentity, change: ObjectChange, attempt: Callable[[], Outcome | None]
    ) -> Outcome:
        try:
            for _ in range(_ATTEMPTS):
                outcome = attempt()
                if outcome is not None:
                    return outcome
        except KeyCollisionError:
            raise
        except Exception:
            with suppress(ClientError, BotoCoreError):
                self._record_failure(upload, change)
            raise
        message = f"image {upload.image_id} kept changing while it was processed: try again"
        raise RowContentionError(message)

    def _attempt(self, upload: UploadIdentity, change: ObjectChange) -> Outcome | None:
        seen = self._look_up(upload)
        if seen is not None and _is_settled(seen, change):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        original = self._bucket.read_original(upload.key, self._limits.upload_bytes)
        if original is None:
            record, outcome = self._tombstone(upload, change)
        elif seen is not None and _stays_trashed(seen, upload, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            record, outcome = self._process(upload, change, original)
        return outcome if self._table.record_outcome(record, seen) else None

    def _attempt_again(self, upload: UploadIdentity, request: ReprocessRequest) -> Outcome | None:
        seen = self._look_up(upload)
        if request.unless_current and seen and self._is_current(seen):
            return Outcome(Result.CURRENT, upload.image_id)
        sequencer = (seen and seen.sequencer) or EARLIEST
        change = ObjectChange(upload.key, sequencer, request.requested_at)
        original = self._bucket.read_original(upload.key, self._limits.upload_bytes)
        if original is None:
            if seen is None or seen.status in _WITHOUT_ORIGINAL:
                return Outcome(Result.SUPERSEDED, upload.image_id)
            record, outcome = self._tombstone(upload, change)
        elif seen is not None and _stays_trashed(seen, upload, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            record, outcome = self._process(upload, change, original)
        return outcome if self._table.record_again(record, seen) else None

    def _look_up(self, upload: UploadIdentity) -> ImageRecord | None:
        seen = self._table.get(upload.image_id)
        if seen is not None and seen.key != upload.key:
            raise KeyCollisionError(upload.image_id)
        return seen

    def _tombstone(
        self, upload: UploadIdentity, change: ObjectChange
    ) -> tuple[ImageRecord, Outcome]:
        record = replace(
            _blank(upload, change, Status.TRASHED),
            deleted_at=change.occurred_at,
            expires_at=change.occurred_at + self._tombstone_life,
        )
        return record, Outcome(Result.TOMBSTONED, upload.image_id)

    def _process(
        self, upload: UploadIdentity, change: ObjectChange, original: Original
    ) -> tuple[ImageRecord, Outcome]:
        arrived = replace(
            _blank(upload, change, Status.READY),
            uploaded_at=original.uploaded_at,
            version_id=original.version_id,
            bytes=original.size,
        )
        try:
            check_size(original.size, self._limits)
            image = self._inspect(original.data or b"")
        except RejectedError as rejection:
            rejected = replace(
                arrived,
                status=Status.REJECTED,
                sha256=sha256(original.data).hexdigest() if original.data else None,
                error=ImageError(rejection.reason.value, rejection.message),
            )
            return rejected, Outcome(
                Result.REJECTED, upload.image_id, rejection.reason, original.size
            )
        ready = self._ready(arrived, image)
        return ready, Outcome(Result.READY, upload.image_id, bytes_in=original.size)

    def _ready(self, arrived: ImageRecord, image: InspectedImage) -> ImageRecord:
        return replace(
            arrived,
            sha256=image.sha256,
            format=image.format,
            content_type=image.format.content_type,
            width=image.width,
            height=image.height,
            frames=image.frames,
            duration_ms=image.duration_ms,
            exif=image.exif,
            gps=image.gps,
            placeholder=image.placeholder,
            average_colour=image.average_colour,
            renditions=self._store_renditions(arrived.image_id, image),
        )

    def _store_renditions(self, image_id: str, image: InspectedImage) -> dict[str, StoredRendition]:
        stored = {}
        for rendition in image.renditions:
            key = rendition_key(image_id, rendition.digest, rendition.filename)
            self._bucket.write_rendition(key, rendition.data, rendition.content_type)
            stored[rendition.name] = StoredRendition(
                key=key,
                width=rendition.width,
                height=rendition.height,
                bytes=len(rendition.data),
                content_type=rendition.content_type,
            )
        return stored

    def _record_failure(self, upload: UploadIdentity, change: ObjectChange) -> None:
        seen = self._table.get(upload.image_id)
        if seen is not None and (seen.key != upload.key or seen.status not in _MAY_FAIL):
            return
        failed = replace(
            _blank(upload, change, Status.FAILED),
            uploaded_at=change.occurred_at,
            error=ImageError("internal", "processing failed on our side and is tried again"),
        )
        self._table.record_outcome(failed, seen)


def _blank(upload: UploadIdentity, change: ObjectChange, status: Status) -> ImageRecord:
    return ImageRecord(
        image_id=upload.image_id,
        key=upload.key,
        owner=upload.owner,
        status=status,
        sequencer=change.sequencer,
    )


def _is_settled(seen: ImageRecord, change: ObjectChange) -> bool:
    if seen.sequencer is None or seen.sequencer < change.sequencer:
        return False
    return seen.sequencer > change.sequencer or seen.status in SETTLED_STATUSES


def _stays_trashed(seen: ImageRecord, upload: UploadIdentity, original: Original) -> bool:
    """Tell whether an owner's decision to throw an image away outlasts this object.

    The tombstone of a deleted object, unlike a row that its owner threw away, expires: where such
    an object is back, its row comes back too. An announced image is one upload, so what arrives
    after its end changes nothing; a drop under any other key may be a new picture.
    """
    if seen.status is not Status.TRASHED or seen.expires_at or seen.deleted_at is None:
        return False
    return upload.announced or original.uploaded_at <= seen.deleted_at
