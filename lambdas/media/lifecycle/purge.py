"""Purging: after its time in the trash nothing of an image is left, and its row ends last.

So a purge that fails half-way is found again and repeated, and no row ends before its object,
whose next event would bring the image back.

A row alone takes no original away: it says that an image is due, and what proves it is the owner's
decision, which the API alone may write, or the age of the marker that a deletion left in S3.
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
    """What became of one image that was due.

    `SPARED` is one that came back to life, was changed meanwhile or whose time is not over,
    `FORGOTTEN` the trace that the deletion of an object without a row had left.
    """

    PURGED = "purged"
    FORGOTTEN = "forgotten"
    SPARED = "spared"
    FAILED = "failed"


class RunEnd(StrEnum):
    """Why a run ended: nothing more is due, its time is over, or it has purged all that it may."""

    FINISHED = "finished"
    OUT_OF_TIME = "out_of_time"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class PurgeRules:
    """What bounds a purge.

    Parameters
    ----------
    trash_life
        How long what was deleted in S3 stays, counted from the marker that the deletion left.
    images_max
        How many images one run may purge.
    """

    trash_life: timedelta
    images_max: int


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
    rules
        What bounds a purge.
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
        """Purge all that is due by now, several images at once.

        Parameters
        ----------
        has_time
            Asked between pages of images whether there is time for another.
        report
            Told of each image.

        Returns
        -------
        RunEnd
            `FINISHED` where all that was due was looked at.
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
        except Exception as fault:  # noqa: BLE001 - one image that fails must not keep the others
            return PurgedImage(due.image_id, PurgeResult.FAILED, fault)
        return PurgedImage(due.image_id, result)

    def _remove(self, due: DueImage, now: datetime) -> PurgeResult:
        record = self._queue.read(due.image_id)
        if record is None:
            return PurgeResult.SPARED
        if not is_consistent(record, self._bucket):
            raise ForgedRowError(record.image_id)
        # What is written after this is of a new image. So it is listed before the claim, which
        # whoever writes later sees, and which fails where somebody was at work on the row before.
        originals = self._objects.of_key(record.key)
        renditions = self._objects.below(renditions_prefix(record.image_id))
        if self._is_to_stay(record, originals, now) or not self._queue.claim(due, record):
            return PurgeResult.SPARED
        if not record.trace:
            self._objects.remove(originals)
        self._objects.remove(renditions)
        if not self._queue.remove(record.image_id):
            return PurgeResult.SPARED
        # A trace has nothing but its row; what says so of a whole image counts as one.
        return PurgeResult.FORGOTTEN if record.trace and not renditions else PurgeResult.PURGED

    def _is_to_stay(
        self, record: ImageRecord, versions: list[ObjectVersion], now: datetime
    ) -> bool:
        """Return whether its object is back or its time not over, whatever its row says is due."""
        decision = record.decision
        if decision is not None and now < decision.until:
            return True
        # S3 lists the versions of a key from the newest on; what is older falls with it.
        newest = next((version for version in versions if not version.is_marker), None)
        if newest is None or self._is_decided(record, newest):
            return False
        if newest.current:
            return True
        return not record.trace and now < _deleted_at(versions, now) + self._rules.trash_life

    def _is_decided(self, record: ImageRecord, version: ObjectVersion) -> bool:
        """Return whether an object version is what its owner threw away."""
        return is_discarded(
            record,
            announced=identify_upload(self._bucket, record.key).announced,
            version_id=version.version_id,
            written_at=version.written_at,
            in_parts=version.in_parts,
        )


def _deleted_at(versions: list[ObjectVersion], default: datetime) -> datetime:
    """Return when a key's object was deleted last; `default` where no marker tells."""
    markers = (version.written_at for version in versions if version.is_marker)
    return max(markers, default=default)
