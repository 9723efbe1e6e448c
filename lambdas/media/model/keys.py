"""What an object key says: whose image it is, which image, and where its renditions lie."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

UPLOADS_PREFIX = "uploads/"
RENDITIONS_PREFIX = "renditions/"

# Fixed for ever: a direct drop's image id is derived from it, so changing it would orphan rows.
_DIRECT_DROP_NAMESPACE = UUID("5b0f0a52-6f0c-5c0b-9a57-3f5d8f2c7e11")
_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ForeignKeyError(ValueError):
    """A key that lies outside the uploads, so no image can be told from it."""


@dataclass(frozen=True, slots=True)
class UploadIdentity:
    """Which image an uploaded object is, and whose.

    Parameters
    ----------
    key
        The object key exactly as S3 knows it.
    image_id
        The UUID of the image.
    owner
        The UUID of its owner; None where the key names none, and only admins see it.
    announced
        Whether the key is one that the API gives out, for one upload and no more.
    """

    key: str
    image_id: str
    owner: str | None
    announced: bool = False


def is_canonical_uuid(text: str) -> bool:
    """Return whether a text is a UUID in its one canonical form, lower case with hyphens."""
    return _CANONICAL_UUID.fullmatch(text) is not None


def identify_upload(bucket: str, key: str) -> UploadIdentity:
    """Tell the image and its owner from the key of an uploaded object.

    Parameters
    ----------
    bucket
        The bucket the object is in; part of the id of a direct drop.
    key
        The raw key, neither unquoted nor normalised: two spellings are two objects.

    Returns
    -------
    UploadIdentity
        The same for the same bucket and key, always.

    Raises
    ------
    ForeignKeyError
        If the key is not below ``uploads/``.
    """
    if not key.startswith(UPLOADS_PREFIX) or key == UPLOADS_PREFIX:
        raise ForeignKeyError("the key is not below uploads/: only uploads become images")
    owner, announced = owner_of_original(key), announced_image(key)
    if announced:
        return UploadIdentity(key=key, image_id=announced, owner=owner, announced=True)
    derived = uuid5(_DIRECT_DROP_NAMESPACE, f"{bucket}/{key}")
    return UploadIdentity(key=key, image_id=str(derived), owner=owner)


def owner_of_original(key: str) -> str | None:
    """Return the owner that an original's key names; None where it is nobody's."""
    owner, slash, _ = _below(UPLOADS_PREFIX, key).partition("/")
    return owner if slash and is_canonical_uuid(owner) else None


def announced_image(key: str) -> str | None:
    """Return the image id that the API put into an original's key; None for a direct drop."""
    _, _, image_id = _below(UPLOADS_PREFIX, key).partition("/")
    return image_id if owner_of_original(key) and is_canonical_uuid(image_id) else None


def image_of_rendition(key: str) -> str | None:
    """Return the id of the image that a rendition was made of; None for a stray object."""
    image_id, _, rest = _below(RENDITIONS_PREFIX, key).partition("/")
    return image_id if rest and is_canonical_uuid(image_id) else None


def is_folder_marker(key: str) -> bool:
    """Return whether a key is what consoles make to show an empty folder, and no file."""
    return key.endswith("/")


def upload_key(owner: str, image_id: str) -> str:
    """Build the key under which an announced original is uploaded."""
    return f"{UPLOADS_PREFIX}{owner}/{image_id}"


def renditions_prefix(image_id: str) -> str:
    """Build the prefix of all renditions of an image, of whatever digest."""
    return f"{RENDITIONS_PREFIX}{image_id}/"


def rendition_key(image_id: str, digest: str, filename: str) -> str:
    """Build the key of a rendition; the digest keeps a key from ever changing its meaning."""
    return f"{renditions_prefix(image_id)}{digest}/{filename}"


def _below(prefix: str, key: str) -> str:
    return key.removeprefix(prefix) if key.startswith(prefix) else ""
