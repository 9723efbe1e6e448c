"""Announces an upload, the first step of every image that is uploaded through the API."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from media.model.clock import Clock
from media.model.images import ImageRecord, Status
from media.model.keys import upload_key
from media.rows.table import ImageTable
from media.rows.verification import verified
from media.urls.signing import SignedUpload, Signer, UploadForm

# DynamoDB deletes rows of uploads that never arrive, long after the signatures have expired.
PENDING_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an owner states about a file before uploading it; sizes in bytes."""

    owner: str
    content_type: str
    bytes: int
    sha256: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """An announced image, the request that uploads it, and the form if forms are enabled."""

    image_id: str
    upload: SignedUpload
    form: UploadForm | None


def announce_upload(
    announcement: Announcement,
    table: ImageTable,
    signer: Signer,
    clock: Clock,
    *,
    with_form: bool,
) -> PendingUpload | ImageRecord:
    """Announce an upload, or find that its owner has the image already.

    Returns
    -------
    PendingUpload or ImageRecord
        The record, if the same bytes are already a ready image of this owner.
    """
    if announcement.sha256 is not None:
        found = table.find_duplicate(announcement.owner, announcement.sha256)
        duplicate = verified(found, signer.bucket)
        if duplicate is not None and duplicate.owner == announcement.owner:
            return duplicate
    image_id = str(uuid4())
    key = upload_key(announcement.owner, image_id)
    now = clock()
    table.announce(
        ImageRecord(
            image_id=image_id,
            key=key,
            status=Status.PENDING,
            owner=announcement.owner,
            uploaded_at=now,
            expires_at=now + PENDING_LIFE,
            title=announcement.title,
            tags=announcement.tags,
            announced_sha256=announcement.sha256,
            revision=1,
        )
    )
    announced = (key, announcement.content_type, announcement.bytes, announcement.sha256)
    return PendingUpload(
        image_id=image_id,
        upload=signer.upload(*announced),
        form=signer.form(*announced) if with_form else None,
    )
