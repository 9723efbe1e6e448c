"""The steps from a change to a written row, and again where the row has moved on meanwhile."""

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
# An image that is served already goes on being served while its overwrite is tried again.
_MAY_FAIL = frozenset({Status.PENDING, Status.FAILED})
_WITHOUT_ORIGINAL = frozenset({Status.PENDING, Status.TRASHED})


class KeyCollisionError(Exception):
    """Two keys claim the same image: the first keeps it."""

    def __init__(self, image_id: str) -> None:
        super().__init__(
            f"image {image_id} belongs to another key: upload this object under a key of its own"
        )


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Reconciles the rows of one bucket's uploads with its objects.

    Parameters
    ----------
    table, bucket
        Where rows and objects are.
    processor
        Looks at originals and makes their renditions.
    is_current
        Tells whether an image has the renditions that would be made of it today.
    trash_life
        How long what is left of a deleted object stays before it is purged.
    """

    table: ImageTable
    bucket: MediaBucket
    processor: OriginalProcessor
    is_current: Callable[[ImageRecord], bool]
    trash_life: timedelta

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
        upload = identify_upload(self.bucket.name, change.key)
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
            # What arrives for the trash is recorded there, so that it can be restored whole.
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
    """Return where a row stands among the events of its key; before all where it doesn't say."""
    return (seen and seen.sequencer) or EARLIEST
