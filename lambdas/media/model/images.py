"""The image as the store knows it: its states, its metadata, its renditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from media.model.formats import ImageFormat

ExifValue = str | int | Decimal


class Status(StrEnum):
    """Where an image is in its life; there are no other states."""

    PENDING = "pending"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    TRASHED = "trashed"


# States that a listing may show: neither what has not arrived nor what was thrown away.
LISTED_STATUSES = frozenset({Status.READY, Status.REJECTED, Status.FAILED})


# The one reason of a failed image; what a rejected one may have instead follows.
FAILURE_REASON = "internal"


class RejectionReason(StrEnum):
    """Why a file itself is at fault."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class ImageError:
    """What is wrong with an image, for a program (`reason`) and for a person (`message`)."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where an image was taken: degrees north and east, metres above the sea."""

    latitude: Decimal
    longitude: Decimal
    altitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StoredRendition:
    """A rendition in the bucket: key, size in pixels and bytes, media type."""

    key: str
    width: int
    height: int
    bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Discard:
    """An owner's decision to throw an image away; the API alone may write it.

    Parameters
    ----------
    at
        When it was made.
    until
        How long it may be taken back.
    version_id
        The object version that it was made about; None where none had been processed.
    key
        The key of the object that it was made about; None where nobody wrote it down yet.
    """

    at: datetime
    until: datetime
    version_id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """One image's row.

    Parameters
    ----------
    image_id, owner, key
        Which image, whose (None: nobody's, only admins see it), and its object key.
    status
        Its state; `error` says why where the state is `rejected` or `failed`.
    uploaded_at
        When the announcement was made or, once it arrived, when the object was written.
        None only on the tombstone of a deleted object.
    version_id, sequencer, sha256, bytes
        The very object version that was processed, the event it was processed for, and the
        checksum (64 hexadecimal digits) and size of its bytes.
    format, content_type, width, height, frames
        What the bytes are; the size in pixels is the one after orientation.
    duration_ms
        How long one pass of an animation plays, in milliseconds; None of a still image.
    exif, gps
        Allow-listed metadata, and the location apart from it, for the owner's eyes only.
    placeholder, average_colour
        A ThumbHash in base64 and ``#rrggbb``, to show before the image is there.
    renditions
        By name.
    processed_at
        Since when the row lists them.
    title, tags
        What the owner said about it.
    announced_sha256
        The checksum that the upload was announced with; bytes with another are not this image.
    deleted_at, purge_at
        Set on a trashed image: since when, and when all that is left of it is removed.
    discarded
        Its owner's last decision to throw it away, which may be outlived: see `decision`.
    gone
        Whether its object is gone, so that nothing can be restored.
    trace
        Whether there was no row when its object went: it holds off whoever is still at work on the
        object, and nothing of the original is removed with it.
    purging
        Whether its removal has begun, so that nothing whole can be restored any more.
    expires_at
        When DynamoDB removes the row by itself: of an upload that never came.
    revision
        Counts the writes to the row.
    """

    image_id: str
    key: str
    status: Status
    owner: str | None = None
    uploaded_at: datetime | None = None
    version_id: str | None = None
    sequencer: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    format: ImageFormat | None = None
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    duration_ms: int | None = None
    exif: Mapping[str, ExifValue] = field(default_factory=dict)
    gps: Location | None = None
    placeholder: str | None = None
    average_colour: str | None = None
    renditions: Mapping[str, StoredRendition] = field(default_factory=dict)
    processed_at: datetime | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    error: ImageError | None = None
    announced_sha256: str | None = None
    deleted_at: datetime | None = None
    purge_at: datetime | None = None
    discarded: Discard | None = None
    gone: bool = False
    trace: bool = False
    purging: bool = False
    expires_at: datetime | None = None
    revision: int = 0

    @property
    def decision(self) -> Discard | None:
        """Its owner's decision to throw it away, where that is why it is in the trash.

        A new image under the key of a direct drop brings the image back, and the processor, which
        may not write decisions, leaves the old one standing.
        """
        stands = self.discarded is not None and self.discarded.at == self.deleted_at
        return self.discarded if stands else None

    @property
    def proven_status(self) -> Status:
        """The state that the attributes prove, whether or not the image is in the trash."""
        if self.error is not None:
            return Status.FAILED if self.error.reason == FAILURE_REASON else Status.REJECTED
        return Status.PENDING if self.format is None else Status.READY
