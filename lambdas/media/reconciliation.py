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
    FAILURE_REASON,
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
from media.signing import Clock
from media.table import ImageTable
from media.trash import RowContentionError, is_discarded

_ATTEMPTS = 3
# A function that is at work on an object lives for minutes; the purger's next run, an hour after
# the one that left the trace, is to find it due.
_TRACE_LIFE = timedelta(minutes=30)
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
    trash_life
        How long what is left of a deleted object stays before it is purged.
    clock
        Tells the present, aware.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with, each of its own kind
        self,
        table: ImageTable,
        bucket: MediaBucket,
        limits: Limits,
        inspect: Callable[[bytes], InspectedImage],
        is_current: Callable[[ImageRecord], bool],
        trash_life: timedelta,
        clock: Clock,
    ) -> None:
        self._table = table
        self._bucket = bucket
        self._limits = limits
        self._inspect = inspect
        self._is_current = is_current
        self._trash_life = trash_life
        self._clock = clock

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
        raise RowContentionError(upload.image_id)

    def _attempt(self, upload: UploadIdentity, change: ObjectChange) -> Outcome | None:
        seen = self._look_up(upload)
        if seen is not None and _is_settled(seen, change):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        original = self._bucket.read_original(upload.key, self._limits.upload_bytes)
        if original is None:
            record, outcome = self._tombstone(upload, change, seen)
        elif seen is None or not _is_discarded(seen, upload, original):
            record, outcome = self._process(upload, change, original, seen)
        elif seen.purging or _is_processed(seen, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            # What arrives for the trash is recorded there, so that it can be restored whole.
            processed, outcome = self._process(upload, change, original, seen)
            record = _kept_in_the_trash(processed, seen)
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
            record, outcome = self._tombstone(upload, change, seen)
        elif seen and _is_discarded(seen, upload, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            record, outcome = self._process(upload, change, original, seen)
        return outcome if self._table.record_again(record, seen) else None

    def _look_up(self, upload: UploadIdentity) -> ImageRecord | None:
        seen = self._table.get(upload.image_id)
        if seen is not None and seen.key != upload.key:
            raise KeyCollisionError(upload.image_id)
        return seen

    def _tombstone(
        self, upload: UploadIdentity, change: ObjectChange, seen: ImageRecord | None
    ) -> tuple[ImageRecord, Outcome]:
        record = replace(
            _blank(upload, change, Status.TRASHED), gone=True, deleted_at=change.occurred_at
        )
        if seen is None:
            record = replace(
                record, owner=None, trace=True, purge_at=change.occurred_at + _TRACE_LIFE
            )
        elif seen.status is Status.TRASHED:
            # Its version tells, should the object come back, whether it is the one thrown away.
            record = replace(
                _kept_in_the_trash(record, seen), owner=seen.owner, version_id=seen.version_id
            )
        else:
            record = replace(record, purge_at=change.occurred_at + self._trash_life)
        return record, Outcome(Result.TOMBSTONED, upload.image_id)

    def _process(
        self,
        upload: UploadIdentity,
        change: ObjectChange,
        original: Original,
        seen: ImageRecord | None,
    ) -> tuple[ImageRecord, Outcome]:
        arrived = replace(
            _blank(upload, change, Status.READY),
            uploaded_at=_listed_since(seen) or original.uploaded_at,
            version_id=original.version_id,
            bytes=original.size,
            processed_at=self._clock(),
        )
        try:
            check_size(original.size, self._limits)
            _check_announced(original, seen)
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
        renditions = self._store_renditions(image, upload.image_id, _kept_renditions(seen))
        ready = replace(_ready(arrived, image), renditions=renditions)
        return ready, Outcome(Result.READY, upload.image_id, bytes_in=original.size)

    def _store_renditions(
        self, image: InspectedImage, image_id: str, kept: frozenset[str]
    ) -> dict[str, StoredRendition]:
        stored = {}
        for rendition in image.renditions:
            key = rendition_key(image_id, rendition.digest, rendition.filename)
            self._bucket.write_rendition(
                key, rendition.data, rendition.content_type, is_doomed=key not in kept
            )
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
            uploaded_at=_listed_since(seen) or change.occurred_at,
            error=ImageError(FAILURE_REASON, "processing failed on our side and is tried again"),
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


def _ready(arrived: ImageRecord, image: InspectedImage) -> ImageRecord:
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
    )


def _listed_since(seen: ImageRecord | None) -> datetime | None:
    """Tell the place in listings of what failed: it keeps it, so that no page misses it."""
    return seen.uploaded_at if seen and seen.status is Status.FAILED else None


def _kept_renditions(seen: ImageRecord | None) -> frozenset[str]:
    """Tell which keys nobody is about to remove.

    The purge and the audit remove versions that they have seen and that no row is to keep, and no
    others. So what the row doesn't list, or a purge has begun on, is written as a new version.
    """
    if seen is None or seen.purging:
        return frozenset()
    return frozenset(each.key for each in seen.renditions.values())


def _is_settled(seen: ImageRecord, change: ObjectChange) -> bool:
    if seen.sequencer is None or seen.sequencer < change.sequencer:
        return False
    return seen.sequencer > change.sequencer or seen.proven_status is not Status.FAILED


def _is_discarded(seen: ImageRecord, upload: UploadIdentity, original: Original) -> bool:
    return is_discarded(
        seen,
        announced=upload.announced,
        version_id=original.version_id,
        written_at=original.uploaded_at,
        in_parts=original.in_parts,
    )


def _is_processed(seen: ImageRecord, original: Original) -> bool:
    is_there = seen.version_id == original.version_id and not seen.gone
    return is_there and seen.proven_status is not Status.FAILED


def _kept_in_the_trash(record: ImageRecord, seen: ImageRecord) -> ImageRecord:
    return replace(
        record,
        status=Status.TRASHED,
        deleted_at=seen.deleted_at,
        purge_at=seen.purge_at,
        discarded=seen.discarded,
        trace=record.gone and seen.trace,
        purging=seen.purging,
        expires_at=seen.expires_at,
    )


def _check_announced(original: Original, seen: ImageRecord | None) -> None:
    """Refuse bytes other than those announced; S3 itself refuses them where it can."""
    announced = seen.announced_sha256 if seen else None
    if announced and original.data and sha256(original.data).hexdigest() != announced:
        raise RejectedError(
            RejectionReason.CORRUPT,
            "the file is not the one that was announced: its SHA-256 is another; "
            "announce it anew and upload it again",
        )
