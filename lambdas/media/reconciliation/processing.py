"""Processes originals: inspects them, stores their renditions, and builds their rows."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from media.inspection import Flaw, InspectedImage, RejectedError, check_size
from media.model.clock import Clock
from media.model.images import ImageError, ImageRecord, Status, StoredRendition
from media.model.keys import UploadIdentity, rendition_key
from media.model.limits import Limits
from media.objects.bucket import MediaBucket, Original
from media.reconciliation.changes import ObjectChange
from media.reconciliation.outcomes import Outcome, Result
from media.reconciliation.rows import blank, listed_since


class Inspect(Protocol):
    """Inspects a file's bytes and makes its renditions."""

    def __call__(self, data: bytes, owner: str | None) -> InspectedImage:
        """Inspect a file of an owner; None if the owner is unknown."""


@dataclass(frozen=True, slots=True)
class OriginalProcessor:
    """Processes originals.

    Parameters
    ----------
    bucket
        Where renditions are stored.
    limits
        What a file may require.
    inspect
        Inspects a file's bytes and makes its renditions.
    clock
        Returns the current time, aware.
    """

    bucket: MediaBucket
    limits: Limits
    inspect: Inspect
    clock: Clock

    def process(
        self,
        upload: UploadIdentity,
        change: ObjectChange,
        original: Original,
        seen: ImageRecord | None,
    ) -> tuple[ImageRecord, Outcome]:
        """Process an original.

        Parameters
        ----------
        upload, change
            The image, and the change that triggered the processing.
        original
            The version that was read.
        seen
            The row as it was read before; None if there was none.

        Returns
        -------
        record, outcome
            The row, `ready` or `rejected` and not yet written, and its outcome.
        """
        arrived = replace(
            blank(upload, change, Status.READY),
            uploaded_at=listed_since(seen) or original.uploaded_at,
            version_id=original.version_id,
            bytes=original.size,
            processed_at=self.clock(),
        )
        try:
            check_size(original.size, self.limits)
            _check_announced(original, seen)
            image = self.inspect(original.data or b"", upload.owner)
        except RejectedError as rejection:
            return _rejected(arrived, original, rejection), Outcome(
                Result.REJECTED, upload.image_id, rejection.reason, original.size
            )
        renditions = self._store(image, upload.image_id, _kept_renditions(seen))
        ready = replace(_ready(arrived, image), renditions=renditions)
        return ready, Outcome(Result.READY, upload.image_id, bytes_in=original.size)

    def _store(
        self, image: InspectedImage, image_id: str, kept: frozenset[str]
    ) -> dict[str, StoredRendition]:
        stored = {}
        for rendition in image.renditions:
            key = rendition_key(image_id, rendition.digest, rendition.filename)
            self.bucket.write_rendition(
                key, rendition.data, rendition.content_type, overwrite=key not in kept
            )
            stored[rendition.name] = StoredRendition(
                key=key,
                width=rendition.width,
                height=rendition.height,
                bytes=len(rendition.data),
                content_type=rendition.content_type,
            )
        return stored


def _kept_renditions(seen: ImageRecord | None) -> frozenset[str]:
    """Return the keys that neither the purge nor the audit may remove.

    Both remove only versions that they have listed and that no row keeps. So a rendition that the
    row does not list, or whose purge has begun, is written as a new version.
    """
    if seen is None or seen.purging:
        return frozenset()
    return frozenset(each.key for each in seen.renditions.values())


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


def _rejected(arrived: ImageRecord, original: Original, rejection: RejectedError) -> ImageRecord:
    return replace(
        arrived,
        status=Status.REJECTED,
        sha256=sha256(original.data).hexdigest() if original.data else None,
        error=ImageError(rejection.reason.value, rejection.message),
    )


def _check_announced(original: Original, seen: ImageRecord | None) -> None:
    """Reject bytes other than those announced; S3 itself refuses them if it can."""
    announced = seen.announced_sha256 if seen else None
    if announced and original.data and sha256(original.data).hexdigest() != announced:
        raise RejectedError(Flaw.NOT_AS_ANNOUNCED)
