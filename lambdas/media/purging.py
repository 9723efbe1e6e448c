"""Purging: after its time in the trash nothing of an image is left, and its row ends last.

So a purge that fails half-way is found again and repeated, and no row ends before its object,
whose next event would bring the image back.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from media.clock import Clock
from media.images import ImageRecord
from media.keys import identify_upload, renditions_prefix
from media.purge_queue import DueImage, PurgeQueue
from media.trash import is_discarded
from media.versions import ObjectVersion, VersionedObjects

PURGED_AT_ONCE = 8


class PurgeResult(StrEnum):
    """What became of one image that was due.

    `SPARED` is one that came back to life or was changed meanwhile, `FORGOTTEN` the trace that the
    deletion of an object without a row had left.
    """

    PURGED = "purged"
    FORGOTTEN = "forgotten"
    SPARED = "spared"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PurgedImage:
    """An image that was due, what became of it, and what failed."""

    image_id: str
    result: PurgeResult
    fault: Exception | None = None


class Purger:
    """Removes what has been in the trash long enough.

    Parameters
    ----------
    queue, objects
        The rows that are due, and the versions of their objects.
    bucket
        Name of the bucket; the identity of direct drops depends on it.
    clock
        Tells the present, aware.
    """

    def __init__(
        self, queue: PurgeQueue, objects: VersionedObjects, bucket: str, clock: Clock
    ) -> None:
        self._queue = queue
        self._objects = objects
        self._bucket = bucket
        self._clock = clock

    def run(self, has_time: Callable[[], bool], report: Callable[[PurgedImage], None]) -> bool:
        """Purge all that is due by now, several images at once.

        Parameters
        ----------
        has_time
            Asked between pages of images whether there is time for another.
        report
            Told of each image.

        Returns
        -------
        bool
            Whether all that was due was looked at; False where the time ran out before.
        """
        with ThreadPoolExecutor(PURGED_AT_ONCE) as workers:
            for page in self._queue.due(self._clock()):
                for purged in workers.map(self._purge, page):
                    report(purged)
                if not has_time():
                    return False
        return True

    def _purge(self, due: DueImage) -> PurgedImage:
        try:
            result = self._remove(due)
        except Exception as fault:  # noqa: BLE001 - one image that fails must not keep the others
            return PurgedImage(due.image_id, PurgeResult.FAILED, fault)
        return PurgedImage(due.image_id, result)

    def _remove(self, due: DueImage) -> PurgeResult:
        record = self._queue.read(due.image_id)
        if record is None:
            return PurgeResult.SPARED
        # What is written after this is of a new picture. So it is listed before the claim, which
        # whoever writes later sees, and which fails where somebody was at work on the row before.
        originals = self._objects.of_key(record.key)
        renditions = self._objects.below(renditions_prefix(record.image_id))
        if self._is_back(record, originals) or not self._queue.claim(due, record):
            return PurgeResult.SPARED
        if not record.trace:
            self._objects.remove(originals)
        self._objects.remove(renditions)
        if not self._queue.remove(record.image_id):
            return PurgeResult.SPARED
        return PurgeResult.FORGOTTEN if record.trace else PurgeResult.PURGED

    def _is_back(self, record: ImageRecord, versions: list[ObjectVersion]) -> bool:
        """Tell whether the object is there again, so that its event will revive the image."""
        current = next((version for version in versions if version.current), None)
        if current is None:
            return False
        return not is_discarded(
            record,
            announced=identify_upload(self._bucket, record.key).announced,
            version_id=current.version_id,
            written_at=current.written_at,
            in_parts=current.in_parts,
        )
