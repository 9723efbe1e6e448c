"""Orphaned originals, whose row was lost or not written yet; they are served all the same."""

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
    """An original without a row.

    Parameters
    ----------
    image_id, owner, key
        The image, its owner, and the object key.
    content_type
        The media type it was uploaded with, if the store accepts that.
    """

    image_id: str
    owner: str
    key: str
    content_type: str | None


class OrphanFinder:
    """Finds originals in the bucket itself.

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
        """Find an owner's original under the key that an announcement issues."""
        key = upload_key(owner, image_id)
        # HeadObject returns 403 for a missing key, unless the role may list the whole bucket.
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
