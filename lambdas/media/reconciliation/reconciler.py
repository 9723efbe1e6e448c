"""Turns a change into a written row, and tries again if the row has changed meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from media.model.images import ImageRecord, Status
from media.model.keys import UploadIdentity, identify_upload
from media.model.sequencers import EARLIEST
from media.objects.bucket import MediaBucket, Original
from media.reconciliation.changes import ObjectChange, ReprocessRequest
from media.reconciliation.outcomes import Outcome, Result
from media.reconciliation.precedence import is_discarded_upload, is_processed, is_settled
from media.reconciliation.processing import OriginalProcessor
from media.reconciliation.rows import failed, keep_in_trash, tombstone
from media.rows.table import ImageTable, RowContentionError

_ATTEMPTS = 3
# An image that is served stays available while processing its overwrite is retried.
_MAY_FAIL = frozenset({Status.PENDING, Status.FAILED})
_WITHOUT_ORIGINAL = frozenset({Status.PENDING, Status.TRASHED})


class KeyCollisionError(Exception):
    """Two keys claim the same image; the first keeps it."""

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"image {image_id} already belongs to another key: upload this object under a new key"
        )


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Reconciles the rows of one bucket's uploads with its objects.

    Parameters
    ----------
    table, bucket
        Where rows and objects are stored.
    processor
        Inspects originals and stores their renditions.
    is_current
        Returns whether an image has the renditions that would be made today.
    trash_life
        How long the image of a deleted object is kept before it is purged.
    """

    table: ImageTable
    bucket: MediaBucket
    processor: OriginalProcessor
    is_current: Callable[[ImageRecord], bool]
    trash_life: timedelta

    def reconcile(self, change: ObjectChange) -> Outcome:
        """Make the row of a changed object agree with the current object.

        Returns
        -------
        Outcome
            `SUPERSEDED` if the row already records this change or a later one.

        Raises
        ------
        ForeignKeyError
            If the key does not begin with ``uploads/``.
        KeyCollisionError
            If the image belongs to another key.
        RowContentionError
            If concurrent changes to the row made every attempt fail.
        botocore.exceptions.ClientError
            If AWS fails; the row becomes `failed` if that can still be written.
        """
        upload = identify_upload(self.bucket.name, change.key)
        return self._persist(upload, change, lambda: self._attempt(upload, change))

    def reprocess(self, request: ReprocessRequest) -> Outcome:
        """Process an image again, without an event for its object.

        The row keeps its place in the history of the key, and is written only if it is unchanged
        since it was read: an event that is handled meanwhile wins. Trashed images stay in the
        trash, and pending uploads stay pending.

        Returns
        -------
        Outcome
            `CURRENT` if the renditions are up to date, `SUPERSEDED` if there is nothing to process.

        Raises
        ------
        Exception
            As `reconcile` does.
        """
        upload = identify_upload(self.bucket.name, request.key)
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
        if seen is not None and is_settled(seen, change):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        original = self._read(upload)
        if original is None:
            record, outcome = self._record_deletion(upload, change, seen)
        elif seen is None or not is_discarded_upload(seen, upload, original):
            record, outcome = self.processor.process(upload, change, original, seen)
        elif seen.purging or is_processed(seen, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            # An upload for a trashed image is recorded in the trash, so that it can be restored.
            processed, outcome = self.processor.process(upload, change, original, seen)
            record = keep_in_trash(processed, seen)
        return outcome if self.table.record_outcome(record, seen) else None

    def _attempt_again(self, upload: UploadIdentity, request: ReprocessRequest) -> Outcome | None:
        seen = self._look_up(upload)
        if request.unless_current and seen and self.is_current(seen):
            return Outcome(Result.CURRENT, upload.image_id)
        change = ObjectChange(upload.key, _sequencer_of(seen), request.requested_at)
        original = self._read(upload)
        if original is None:
            if seen is None or seen.status in _WITHOUT_ORIGINAL:
                return Outcome(Result.SUPERSEDED, upload.image_id)
            record, outcome = self._record_deletion(upload, change, seen)
        elif seen and is_discarded_upload(seen, upload, original):
            return Outcome(Result.SUPERSEDED, upload.image_id)
        else:
            record, outcome = self.processor.process(upload, change, original, seen)
        return outcome if self.table.record_again(record, seen) else None

    def _look_up(self, upload: UploadIdentity) -> ImageRecord | None:
        seen = self.table.get(upload.image_id)
        if seen is not None and seen.key != upload.key:
            raise KeyCollisionError(upload.image_id)
        return seen

    def _read(self, upload: UploadIdentity) -> Original | None:
        return self.bucket.read_original(upload.key, self.processor.limits.upload_bytes)

    def _record_deletion(
        self, upload: UploadIdentity, change: ObjectChange, seen: ImageRecord | None
    ) -> tuple[ImageRecord, Outcome]:
        record = tombstone(upload, change, seen, self.trash_life)
        return record, Outcome(Result.TOMBSTONED, upload.image_id)

    def _record_failure(self, upload: UploadIdentity, change: ObjectChange) -> None:
        seen = self.table.get(upload.image_id)
        if seen is not None and (seen.key != upload.key or seen.status not in _MAY_FAIL):
            return
        self.table.record_outcome(failed(upload, change, seen), seen)


def _sequencer_of(seen: ImageRecord | None) -> str:
    """Return the sequencer of a row; the earliest of all if it has none."""
    return (seen and seen.sequencer) or EARLIEST
