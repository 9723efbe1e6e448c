"""Originals without a row, lost with a table or not recorded yet: they are served all the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from media.model.formats import ANNOUNCED_CONTENT_TYPES
from media.model.keys import upload_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = frozenset({"404", "NotFound", "NoSuchKey"})


@dataclass(frozen=True, slots=True)
class OrphanedOriginal:
    """An original that is there without a row.

    Parameters
    ----------
    image_id, owner, key
        Which image, whose, and where.
    content_type
        The media type it was uploaded as, where it is one that the store accepts.
    """

    image_id: str
    owner: str
    key: str
    content_type: str | None


class OrphanFinder:
    """Looks for originals in the bucket itself.

    Parameters
    ----------
    client
        An S3 client.
    bucket
        The media bucket's name.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def find(self, owner: str, image_id: str) -> OrphanedOriginal | None:
        """Find an owner's original under the key that its announcement would have given it."""
        key = upload_key(owner, image_id)
        # HeadObject alone answers 403 for what is gone, unless all of the bucket may be listed.
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        if not any(entry["Key"] == key for entry in listed.get("Contents", [])):
            return None
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        declared = head.get("ContentType")
        content_type = declared if declared in ANNOUNCED_CONTENT_TYPES else None
        return OrphanedOriginal(image_id, owner, key, content_type)
