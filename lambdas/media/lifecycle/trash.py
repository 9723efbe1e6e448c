"""The trash: images leave the listings at once, and can be restored until they are purged."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from media.lifecycle.announce import PENDING_LIFE
from media.model.clock import Clock
from media.model.images import ImageRecord, Status
from media.rows.table import ImageTable, RowContentionError

_ATTEMPTS = 3


class NotRestorableError(Exception):
    """A trashed image that can no longer be restored."""


@dataclass(frozen=True, slots=True)
class Trash:
    """Trashes and restores images.

    Parameters
    ----------
    table
        The table of the images.
    life
        How long an image can be restored.
    clock
        Returns the current time, aware.
    """

    table: ImageTable
    life: timedelta
    clock: Clock

    def discard(self, record: ImageRecord) -> bool:
        """Trash an image; False if it is in the trash already, or gone.

        Raises
        ------
        RowContentionError
            If concurrent changes to the row made every attempt fail.
        """
        seen: ImageRecord | None = record
        for _ in range(_ATTEMPTS):
            if seen is None or seen.status is Status.TRASHED:
                return False
            now = self.clock()
            if self.table.trash(seen, now, now + self.life):
                return True
            seen = self.table.get(record.image_id)
        raise RowContentionError(record.image_id)

    def restore(self, record: ImageRecord) -> ImageRecord:
        """Restore an image to the state that follows from its attributes.

        Returns
        -------
        ImageRecord
            The current image; unchanged if it is not in the trash.

        Raises
        ------
        NotRestorableError
            If its object is gone, or its purge has begun.
        RowContentionError
            If concurrent changes to the row made every attempt fail.
        """
        seen: ImageRecord | None = record
        for _ in range(_ATTEMPTS):
            if seen is None or seen.gone or seen.purging:
                raise NotRestorableError
            if seen.status is not Status.TRASHED:
                return seen
            restored = self.table.restore(self._restored(seen), seen)
            if restored is not None:
                return restored
            seen = self.table.get(record.image_id)
        raise RowContentionError(record.image_id)

    def _restored(self, record: ImageRecord) -> ImageRecord:
        status = record.proven_status
        # An upload that has not arrived may still do so, until its row expires again.
        expires_at = self.clock() + PENDING_LIFE if status is Status.PENDING else None
        return replace(
            record,
            status=status,
            deleted_at=None,
            purge_at=None,
            discarded=None,
            expires_at=expires_at,
        )


def is_discarded(
    record: ImageRecord,
    *,
    announced: bool,
    version_id: str | None,
    written_at: datetime,
    in_parts: bool,
) -> bool:
    """Return whether an owner's decision to trash an image applies to an object.

    When a deleted object comes back, so does its image, unless its owner had trashed the image
    first. The key of an announced image is good for one upload, so the decision applies to whatever
    arrives there later. Under any other key, a version other than the trashed one is a new image,
    unless it was written before the decision: such a version reappears when newer ones are removed
    permanently.

    Parameters
    ----------
    record
        The image's row.
    announced
        Whether the API issued its key.
    version_id, written_at
        The object's version, and when it was written, in whole seconds as S3 reports it.
    in_parts
        Whether it was a multipart upload. S3 dates these by the start of the upload, so their time
        is no evidence, and another version always counts as a new image.
    """
    decision = record.decision
    if decision is None or decision.key not in (None, record.key):
        # Otherwise whoever can write keys could apply a decision to another owner's object.
        return False
    if announced:
        return True
    if decision.version_id is None:
        return written_at <= decision.at
    if version_id == decision.version_id:
        return True
    return not in_parts and written_at < decision.at.replace(microsecond=0)
