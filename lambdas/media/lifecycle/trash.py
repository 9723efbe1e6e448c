"""The trash: out of sight at once, restorable for a while, and then to be purged."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from media.lifecycle.announce import PENDING_LIFE
from media.model.clock import Clock
from media.model.images import ImageRecord, Status
from media.rows.table import ImageTable, RowContentionError

_ATTEMPTS = 3


class NotRestorableError(Exception):
    """An image in the trash of which there is nothing whole left to restore."""


@dataclass(frozen=True, slots=True)
class Trash:
    """Throws images away and brings them back.

    Parameters
    ----------
    table
        Where their rows are.
    life
        How long an image stays restorable.
    clock
        Tells the present, aware.
    """

    table: ImageTable
    life: timedelta
    clock: Clock

    def discard(self, record: ImageRecord) -> bool:
        """Throw an image away; False where it is in the trash already, or gone.

        Raises
        ------
        RowContentionError
            If others changed the row at each attempt.
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
        """Bring an image back in the state that its attributes prove.

        Returns
        -------
        ImageRecord
            The image as it is now; as it was where it is not in the trash.

        Raises
        ------
        NotRestorableError
            If its object is gone, or its purge has begun.
        RowContentionError
            If others changed the row at each attempt.
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
        # What never arrived may still arrive, but is not waited for for ever.
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
    """Return whether an owner's decision to throw an image away outlasts an object.

    Where an object that was deleted is back, its image comes back too, unless its owner had thrown
    it away, before its object went. An announced image is one upload, so what arrives after its
    end changes nothing. A drop under any other key is a new image where it is another version
    than the one thrown away, and not an older one that shows again because newer ones were removed
    for good: what was written before the decision fell under it.

    Parameters
    ----------
    record
        The image's row.
    announced
        Whether its key was given out by the API.
    version_id, written_at
        The object's version, and when it was written, in whole seconds as S3 tells it.
    in_parts
        Whether it was uploaded in parts. S3 dates such an object by the beginning of its upload,
        which tells nothing, so that another version is always a new image.
    """
    decision = record.decision
    if decision is None or decision.key not in (None, record.key):
        # Whoever may write keys could else have his own decision fall on another's object.
        return False
    if announced:
        return True
    if decision.version_id is None:
        return written_at <= decision.at
    if version_id == decision.version_id:
        return True
    return not in_parts and written_at < decision.at.replace(microsecond=0)
