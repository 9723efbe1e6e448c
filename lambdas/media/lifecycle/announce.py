"""Announcing an upload: the first step of every image that comes through the front door."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from media.model.clock import Clock
from media.model.images import ImageRecord, Status
from media.model.keys import upload_key
from media.rows.table import ImageTable
from media.rows.verification import verified
from media.urls.signing import SignedUpload, Signer, UploadForm

# Rows of uploads that never come vanish by themselves; what was signed is long dead by then.
PENDING_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an owner says about a file before sending it; sizes in bytes."""

    owner: str
    content_type: str
    bytes: int
    sha256: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """An image that is waited for, the request to send it with, and the form where one is given."""

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
    """Make room for an image, or find that its owner has it already.

    Returns
    -------
    PendingUpload or ImageRecord
        The record where the same bytes are a ready image of the same owner.
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
    said = (key, announcement.content_type, announcement.bytes, announcement.sha256)
    return PendingUpload(
        image_id=image_id,
        upload=signer.upload(*said),
        form=signer.form(*said) if with_form else None,
    )
