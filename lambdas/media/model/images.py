"""The image as the store knows it: its states, its metadata, its renditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from media.model.formats import ImageFormat

ExifValue = str | int | Decimal


class Status(StrEnum):
    """The state of an image; there are no others."""

    PENDING = "pending"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    TRASHED = "trashed"


# States that a listing may show: neither pending uploads nor trashed images.
LISTED_STATUSES = frozenset({Status.READY, Status.REJECTED, Status.FAILED})


# The only reason of a failed image; those of a rejected one follow.
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
    """An owner's decision to trash an image; only the API may write it.

    Parameters
    ----------
    at
        When the image was trashed.
    until
        How long it can be restored.
    version_id
        The object version that was trashed; None if none had been processed.
    key
        The key of the object that was trashed; None in rows from before keys were recorded.
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
        The image, its owner (None: no owner, only admins see it), and its object key.
    status
        Its state; `error` says why where the state is `rejected` or `failed`.
    uploaded_at
        When the upload was announced or, once it arrived, when the object was written.
        None only on the tombstone of a deleted object.
    version_id, sequencer, sha256, bytes
        The object version that was processed, the sequencer of its event, and the
        checksum (64 hexadecimal digits) and size of its bytes.
    format, content_type, width, height, frames
        What the bytes contain; the size in pixels is the one after orientation.
    duration_ms
        How long one loop of an animation plays, in milliseconds; None for a still image.
    exif, gps
        Allow-listed metadata, and separately the location, which only the owner sees.
    placeholder, average_colour
        A ThumbHash in base64 and ``#rrggbb``, to show until the image has loaded.
    renditions
        By name.
    processed_at
        When the renditions were made.
    title, tags
        What the owner said about it.
    announced_sha256
        The checksum that was announced with the upload; other bytes are rejected.
    deleted_at, purge_at
        Of a trashed image: when it was trashed, and when its purge is due.
    discarded
        The owner's last decision to trash it, which may no longer apply: see `decision`.
    gone
        Whether its object is gone, so that it cannot be restored.
    trace
        Whether its object was deleted before it had a row. The trace stops functions that still
        process the object; its purge removes nothing of the original.
    purging
        Whether its purge has begun, so that it cannot be restored.
    expires_at
        When DynamoDB deletes the row of an upload that never arrived.
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
        """The owner's decision to trash it, if that is why it is in the trash.

        A new upload under the key of a direct drop restores the image. The processor may not write
        decisions, so the old one stays in the row.
        """
        stands = self.discarded is not None and self.discarded.at == self.deleted_at
        return self.discarded if stands else None

    @property
    def proven_status(self) -> Status:
        """The state that follows from the attributes, whether or not the image is in the trash."""
        if self.error is not None:
            return Status.FAILED if self.error.reason == FAILURE_REASON else Status.REJECTED
        return Status.PENDING if self.format is None else Status.READY
