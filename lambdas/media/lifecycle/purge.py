"""Purges images whose time in the trash is over: first their objects, then their rows.

Because the row goes last, an interrupted purge is found and repeated. An object that outlived its
row would bring the image back with its next event.

A row alone does not justify a purge. It says that an image is due; the proof is either the owner's
decision, which only the API may write, or the age of the delete marker in S3.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from media.lifecycle.trash import is_discarded
from media.model.clock import Clock
from media.model.images import ImageRecord
from media.model.keys import identify_upload, renditions_prefix
from media.objects.versions import ObjectVersion, VersionedObjects
from media.rows.due import DueImage, PurgeQueue
from media.rows.verification import ForgedRowError, is_consistent

PURGED_AT_ONCE = 8


class PurgeResult(StrEnum):
    """The result for one image that was due.

    `SPARED` means that it was restored or changed, or that its time is not over. `FORGOTTEN` is for
    a trace, the row left by the deletion of an object that had none.
    """

    PURGED = "purged"
    FORGOTTEN = "forgotten"
    SPARED = "spared"
    FAILED = "failed"


class RunEnd(StrEnum):
    """Why a run ended: nothing more was due, its time was up, or it reached its maximum."""

    FINISHED = "finished"
    OUT_OF_TIME = "out_of_time"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class PurgeRules:
    """The limits of a purge.

    Parameters
    ----------
    trash_life
        How long an image deleted in S3 is kept, counted from its delete marker.
    images_max
        The most images that one run may purge.
    """

    trash_life: timedelta
    images_max: int


@dataclass(frozen=True, slots=True)
class PurgedImage:
    """An image that was due, the result, and the error if it failed."""

    image_id: str
    result: PurgeResult
    fault: Exception | None = None


class Purger:
    """Purges the images whose time in the trash is over.

    Parameters
    ----------
    queue, objects
        The due rows, and the versions of their objects.
    bucket
        The name of the bucket; the ids of direct drops depend on it.
    clock
        Returns the current time, aware.
    rules
        The limits of a purge.
    """

    def __init__(
        self,
        queue: PurgeQueue,
        objects: VersionedObjects,
        bucket: str,
        clock: Clock,
        rules: PurgeRules,
    ) -> None:
        self._queue = queue
        self._objects = objects
        self._bucket = bucket
        self._clock = clock
        self._rules = rules

    def run(self, has_time: Callable[[], bool], report: Callable[[PurgedImage], None]) -> RunEnd:
        """Purge all due images, several at once.

        Parameters
        ----------
        has_time
            Called between pages of images: whether there is time for another.
        report
            Called for each image.

        Returns
        -------
        RunEnd
            `FINISHED` if all due images were handled.
        """
        now, left = self._clock(), self._rules.images_max
        with ThreadPoolExecutor(PURGED_AT_ONCE) as workers:
            for page in self._queue.due(now):
                rest = page
                while rest:
                    if left <= 0:
                        return RunEnd.HELD_BACK
                    some, rest = rest[:left], rest[left:]
                    for purged in workers.map(partial(self._purge, now=now), some):
                        left -= purged.result is PurgeResult.PURGED
                        report(purged)
                if not has_time():
                    return RunEnd.OUT_OF_TIME
        return RunEnd.FINISHED

    def _purge(self, due: DueImage, now: datetime) -> PurgedImage:
        try:
            result = self._remove(due, now)
        except Exception as fault:  # noqa: BLE001 - one failing image must not stop the others
            return PurgedImage(due.image_id, PurgeResult.FAILED, fault)
        return PurgedImage(due.image_id, result)

    def _remove(self, due: DueImage, now: datetime) -> PurgeResult:
        record = self._queue.read(due.image_id)
        if record is None:
            return PurgeResult.SPARED
        if not is_consistent(record, self._bucket):
            raise ForgedRowError(record.image_id)
        # Objects written after this belong to a new image, so they are listed before the claim.
        # Later writers see the claim; it fails if the row was written since it was read.
        originals = self._objects.of_key(record.key)
        renditions = self._objects.below(renditions_prefix(record.image_id))
        if self._is_to_stay(record, originals, now) or not self._queue.claim(due, record):
            return PurgeResult.SPARED
        if not record.trace:
            self._objects.remove(originals)
        self._objects.remove(renditions)
        if not self._queue.remove(record.image_id):
            return PurgeResult.SPARED
        # A trace has no renditions; a row that claims to be one and has some counts as an image.
        return PurgeResult.FORGOTTEN if record.trace and not renditions else PurgeResult.PURGED

    def _is_to_stay(
        self, record: ImageRecord, versions: list[ObjectVersion], now: datetime
    ) -> bool:
        """Return whether its object is back or its time is not over, whatever its row says."""
        decision = record.decision
        if decision is not None and now < decision.until:
            return True
        # S3 lists the newest version of a key first; the older ones share its fate.
        newest = next((version for version in versions if not version.is_marker), None)
        if newest is None or self._is_decided(record, newest):
            return False
        if newest.current:
            return True
        return not record.trace and now < _deleted_at(versions, now) + self._rules.trash_life

    def _is_decided(self, record: ImageRecord, version: ObjectVersion) -> bool:
        """Return whether an object version is what its owner trashed."""
        return is_discarded(
            record,
            announced=identify_upload(self._bucket, record.key).announced,
            version_id=version.version_id,
            written_at=version.written_at,
            in_parts=version.in_parts,
        )


def _deleted_at(versions: list[ObjectVersion], default: datetime) -> datetime:
    """Return when a key's object was last deleted; `default` if it has no delete marker."""
    markers = (version.written_at for version in versions if version.is_marker)
    return max(markers, default=default)
