"""Builds the rows that changes lead to; nothing here reads or writes."""

from dataclasses import replace
from datetime import datetime, timedelta

from media.model.images import FAILURE_REASON, ImageError, ImageRecord, Status
from media.model.keys import UploadIdentity
from media.reconciliation.changes import ObjectChange

# Longer than the minutes that a function may work on an object, and due by the purger's next
# hourly run.
_TRACE_LIFE = timedelta(minutes=30)


def blank(upload: UploadIdentity, change: ObjectChange, status: Status) -> ImageRecord:
    """Build the row of an image of which only the key is known, as of a change."""
    return ImageRecord(
        image_id=upload.image_id,
        key=upload.key,
        owner=upload.owner,
        status=status,
        sequencer=change.sequencer,
    )


def tombstone(
    upload: UploadIdentity, change: ObjectChange, seen: ImageRecord | None, trash_life: timedelta
) -> ImageRecord:
    """Build the row of an image whose object is gone; a short-lived trace if it had no row."""
    record = replace(
        blank(upload, change, Status.TRASHED), gone=True, deleted_at=change.occurred_at
    )
    if seen is None:
        return replace(record, owner=None, trace=True, purge_at=change.occurred_at + _TRACE_LIFE)
    if seen.status is Status.TRASHED:
        # If the object comes back, its version shows whether it is the one that was trashed.
        return replace(keep_in_trash(record, seen), owner=seen.owner, version_id=seen.version_id)
    return replace(record, purge_at=change.occurred_at + trash_life)


def failed(upload: UploadIdentity, change: ObjectChange, seen: ImageRecord | None) -> ImageRecord:
    """Build the row of an image whose processing failed, through no fault of the file."""
    return replace(
        blank(upload, change, Status.FAILED),
        uploaded_at=listed_since(seen) or change.occurred_at,
        error=ImageError(FAILURE_REASON, "processing failed on our side and will be tried again"),
    )


def listed_since(seen: ImageRecord | None) -> datetime | None:
    """Return the listing time of a failed image, which it keeps so that no page misses it."""
    return seen.uploaded_at if seen and seen.status is Status.FAILED else None


def keep_in_trash(record: ImageRecord, seen: ImageRecord) -> ImageRecord:
    """Keep a new state of a trashed image in the trash, until the same time."""
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
