"""Processing an original: it is looked at, its renditions are stored, and its row is built."""

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
    """Looks at a file's bytes and makes its renditions."""

    def __call__(self, data: bytes, owner: str | None) -> InspectedImage:
        """Inspect a file of an owner; None where nobody knows whose it is."""


@dataclass(frozen=True, slots=True)
class OriginalProcessor:
    """Processes originals.

    Parameters
    ----------
    bucket
        Where renditions are stored.
    limits
        What a file may ask for.
    inspect
        Looks at a file's bytes and makes its renditions.
    clock
        Tells the present, aware.
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
            Which image it is, and the change that it is processed for.
        original
            The version that was read.
        seen
            The row as it was read before; None where there was none.

        Returns
        -------
        record, outcome
            The row, `ready` or `rejected`, still to be written, and what it says.
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
    """Tell which keys nobody is about to remove.

    The purge and the audit remove versions that they have seen and that no row is to keep, and no
    others. So what the row doesn't list, or a purge has begun on, is written as a new version.
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
    """Refuse bytes other than those announced; S3 itself refuses them where it can."""
    announced = seen.announced_sha256 if seen else None
    if announced and original.data and sha256(original.data).hexdigest() != announced:
        raise RejectedError(Flaw.NOT_AS_ANNOUNCED)
