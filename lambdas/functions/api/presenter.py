"""Presents images, uploads and pages as views, with URLs that clients can fetch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from functions.api.views import (
    AnnouncedView,
    ImageView,
    LocationView,
    PageView,
    PutView,
    RenditionView,
    SignedUrlView,
    SummaryView,
    UploadView,
)
from media.lifecycle.announce import PendingUpload
from media.model.images import ImageRecord, Location, Status
from media.model.timestamps import format_timestamp
from media.objects.orphans import OrphanedOriginal
from media.urls.signing import SignedUrl, Signer


@dataclass(frozen=True, slots=True)
class Presenter:
    """Presents the domain's objects as views."""

    signer: Signer

    def upload(self, upload: PendingUpload) -> AnnouncedView:
        """Present an announced image, and how to upload it."""
        signed, form = upload.upload, upload.form
        put = PutView(url=signed.url, headers=signed.headers)
        expires_at = format_timestamp(signed.expires_at)
        if form:
            view = UploadView(put=put, expires_at=expires_at, url=form.url, fields=form.fields)
        else:
            view = UploadView(put=put, expires_at=expires_at)
        return AnnouncedView(image_id=upload.image_id, status="pending", upload=view)

    def image(self, record: ImageRecord, *, with_location: bool) -> ImageView:
        """Present an image in full, with URLs if it is ready; only its owner sees the location."""
        is_ready = record.status is Status.READY
        document = self._summary(record)
        document["exif"] = {name: _plain(value) for name, value in record.exif.items()}
        document["original"] = _signed(self.signer.original(record)) if is_ready else None
        if with_location:
            document["gps"] = record.gps and _location(record.gps)
        return ImageView(**document)

    def orphan(self, original: OrphanedOriginal) -> ImageView:
        """Present an orphaned original: its URL, and that nothing else is known."""
        bare = ImageRecord(
            image_id=original.image_id,
            key=original.key,
            status=Status.READY,
            owner=original.owner,
            content_type=original.content_type,
        )
        return ImageView(
            **{**self._summary(bare), "degraded": True},
            exif={},
            original=_signed(self.signer.orphan(original)),
            gps=None,
        )

    def page(self, records: Sequence[ImageRecord], next_cursor: str | None) -> PageView:
        """Present one page of a listing, without EXIF, locations and originals."""
        images = [SummaryView(**self._summary(record)) for record in records]
        return PageView(images=images, next_cursor=next_cursor)

    def _summary(self, record: ImageRecord) -> dict[str, Any]:
        return {
            "image_id": record.image_id,
            "status": record.status.value,
            "degraded": False,
            "owner": record.owner,
            "uploaded_at": record.uploaded_at and format_timestamp(record.uploaded_at),
            "title": record.title,
            "tags": list(record.tags),
            "format": record.format,
            "content_type": record.content_type,
            "bytes": record.bytes,
            "sha256": record.sha256,
            "width": record.width,
            "height": record.height,
            "frames": record.frames,
            "duration_ms": record.duration_ms,
            "placeholder": record.placeholder,
            "average_colour": record.average_colour,
            "error": record.error and asdict(record.error),
            "renditions": {
                name: RenditionView(
                    url=self.signer.rendition(rendition).url,
                    width=rendition.width,
                    height=rendition.height,
                    bytes=rendition.bytes,
                    content_type=rendition.content_type,
                )
                for name, rendition in record.renditions.items()
            },
        }


def _signed(signed: SignedUrl) -> SignedUrlView:
    return SignedUrlView(url=signed.url, expires_at=format_timestamp(signed.expires_at))


def _location(gps: Location) -> LocationView:
    return LocationView(
        latitude=float(gps.latitude),
        longitude=float(gps.longitude),
        altitude=None if gps.altitude is None else float(gps.altitude),
    )


def _plain(value: str | int | Decimal) -> str | int | float:
    return float(value) if isinstance(value, Decimal) else value
