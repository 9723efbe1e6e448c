"""Object keys: the owner and the image that they name, and where renditions are stored."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

UPLOADS_PREFIX = "uploads/"
RENDITIONS_PREFIX = "renditions/"

# Never change this: the image ids of direct drops are derived from it.
_DIRECT_DROP_NAMESPACE = UUID("5b0f0a52-6f0c-5c0b-9a57-3f5d8f2c7e11")
_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ForeignKeyError(ValueError):
    """A key outside ``uploads/``, which identifies no image."""


@dataclass(frozen=True, slots=True)
class UploadIdentity:
    """The image that an uploaded object belongs to, and its owner.

    Parameters
    ----------
    key
        The object key exactly as S3 knows it.
    image_id
        The UUID of the image.
    owner
        The UUID of its owner; None if the key names none, and then only admins see the image.
    announced
        Whether the API issued the key, which is good for one upload.
    """

    key: str
    image_id: str
    owner: str | None
    announced: bool = False


def is_canonical_uuid(text: str) -> bool:
    """Return whether text is a UUID in canonical form, lower case with hyphens."""
    return _CANONICAL_UUID.fullmatch(text) is not None


def identify_upload(bucket: str, key: str) -> UploadIdentity:
    """Derive the image and its owner from the key of an uploaded object.

    Parameters
    ----------
    bucket
        The bucket of the object; the id of a direct drop depends on it.
    key
        The raw key, neither unquoted nor normalised: two spellings are two objects.

    Returns
    -------
    UploadIdentity
        Always the same for the same bucket and key.

    Raises
    ------
    ForeignKeyError
        If the key does not begin with ``uploads/``.
    """
    if not key.startswith(UPLOADS_PREFIX) or key == UPLOADS_PREFIX:
        raise ForeignKeyError("the key does not begin with uploads/: only uploads become images")
    owner, announced = owner_of_original(key), announced_image(key)
    if announced:
        return UploadIdentity(key=key, image_id=announced, owner=owner, announced=True)
    derived = uuid5(_DIRECT_DROP_NAMESPACE, f"{bucket}/{key}")
    return UploadIdentity(key=key, image_id=str(derived), owner=owner)


def owner_of_original(key: str) -> str | None:
    """Return the owner that an original's key names; None if it names none."""
    owner, slash, _ = _below(UPLOADS_PREFIX, key).partition("/")
    return owner if slash and is_canonical_uuid(owner) else None


def announced_image(key: str) -> str | None:
    """Return the image id that the API put into an original's key; None for a direct drop."""
    _, _, image_id = _below(UPLOADS_PREFIX, key).partition("/")
    return image_id if owner_of_original(key) and is_canonical_uuid(image_id) else None


def image_of_rendition(key: str) -> str | None:
    """Return the image id in a rendition's key; None if the key has none."""
    image_id, _, rest = _below(RENDITIONS_PREFIX, key).partition("/")
    return image_id if rest and is_canonical_uuid(image_id) else None


def is_folder_marker(key: str) -> bool:
    """Return whether a key is a marker that consoles create for an empty folder."""
    return key.endswith("/")


def upload_key(owner: str, image_id: str) -> str:
    """Build the key of an announced original."""
    return f"{UPLOADS_PREFIX}{owner}/{image_id}"


def renditions_prefix(image_id: str) -> str:
    """Build the common prefix of all renditions of an image."""
    return f"{RENDITIONS_PREFIX}{image_id}/"


def rendition_key(image_id: str, digest: str, filename: str) -> str:
    """Build the key of a rendition; because of the digest, its content never changes."""
    return f"{renditions_prefix(image_id)}{digest}/{filename}"


def _below(prefix: str, key: str) -> str:
    return key.removeprefix(prefix) if key.startswith(prefix) else ""
