"""Uploaded originals and their renditions in the bucket: the processor's reads and writes."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The content of a rendition's key never changes, so caches may keep it for ever.
_FOREVER = "private, max-age=31536000, immutable"
_GONE = frozenset({"NoSuchKey", "404", "NotFound"})
_WRITTEN_BEFORE = frozenset({"PreconditionFailed", "412"})
# Another request is writing the same key.
_BEING_WRITTEN = frozenset({"ConditionalRequestConflict", "409"})
_WRITE_ATTEMPTS = 4
_WRITE_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Original:
    """One version of an uploaded object.

    Parameters
    ----------
    data
        Its bytes; None if it is larger than was asked for.
    size
        Its size in bytes.
    version_id
        The version that was read.
    uploaded_at
        When S3 wrote it; for a multipart upload, when that began.
    in_parts
        Whether it was a multipart upload.
    """

    data: bytes | None
    size: int
    version_id: str | None
    uploaded_at: datetime
    in_parts: bool = False


def is_multipart(etag: str) -> bool:
    """Return whether an ETag is that of a multipart upload, which ends in a part count."""
    return "-" in etag


class MediaBucket:
    """The bucket of originals and renditions.

    Parameters
    ----------
    client
        An S3 client.
    name
        The bucket's name.
    """

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self.name = name

    def read_original(self, key: str, bytes_max: int) -> Original | None:
        """Read the current version of an original in one request.

        Parameters
        ----------
        key
            The object's key.
        bytes_max
            The body of a larger object is not read.

        Returns
        -------
        Original or None
            None if the object is gone, which is not an error.
        """
        try:
            answer = self._client.get_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        with answer["Body"] as body:
            size = answer["ContentLength"]
            return Original(
                data=body.read() if size <= bytes_max else None,
                size=size,
                version_id=answer.get("VersionId"),
                uploaded_at=answer["LastModified"],
                in_parts=is_multipart(answer["ETag"]),
            )

    def write_rendition(
        self, key: str, data: bytes, content_type: str, *, overwrite: bool = False
    ) -> None:
        """Write a rendition, unless its key exists, which then holds the same image.

        Parameters
        ----------
        key, data, content_type
            The object key, the bytes, and their media type.
        overwrite
            Write a new version even if the key exists, because a purge may remove that one.
        """
        condition: dict[str, Any] = {} if overwrite else {"IfNoneMatch": "*"}
        for attempt in range(1, _WRITE_ATTEMPTS + 1):
            try:
                self._put(key, data, content_type, condition)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in _BEING_WRITTEN or attempt == _WRITE_ATTEMPTS:
                    raise
                time.sleep(_WRITE_PAUSE_SECONDS * attempt)
            else:
                return

    def _put(self, key: str, data: bytes, content_type: str, condition: dict[str, Any]) -> None:
        try:
            self._client.put_object(
                Bucket=self.name,
                Key=key,
                Body=data,
                ContentType=content_type,
                CacheControl=_FOREVER,
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _WRITTEN_BEFORE:
                raise
