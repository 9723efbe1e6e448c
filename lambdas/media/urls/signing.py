"""Pre-signed requests: uploads of announced images, and URLs of stored objects."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from media.model.clock import Clock
from media.model.images import ImageRecord, StoredRendition
from media.objects.orphans import OrphanedOriginal
from media.urls.disposition import attachment
from media.urls.sigv4 import Presigned, locate_bucket, sign_url

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_s3 import S3Client

# An original that was never inspected is served as mere bytes.
_UNKNOWN_TYPE = "application/octet-stream"

# The types of renditions; the processor writes no others.
_RENDITION_TYPES = frozenset({"image/avif", "image/jpeg", "image/webp"})


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """A pre-signed PUT: send the file to `url` with these headers, once."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A pre-signed POST: send `fields` and then the file, as multipart form data, to `url`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL that grants access until it expires."""

    url: str
    expires_at: datetime


class Signer:
    """Signs requests to the media bucket with the process's own credentials.

    URLs are signed as of the start of a window that is half as long as their life. Within a window
    they stay the same, so that browsers can cache them, and remain valid for at least half their
    life.

    Parameters
    ----------
    client
        An S3 client that signs with SigV4.
    credentials
        The credentials of the client.
    bucket
        The media bucket's name.
    expiry
        How long a signature is valid: well below the life of the credentials, which also ends it.
    clock
        Returns the current time, aware.
    """

    def __init__(
        self,
        client: "S3Client",
        credentials: "Credentials",
        bucket: str,
        expiry: timedelta,
        clock: Clock,
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._address = locate_bucket(client, bucket)
        self.bucket = bucket
        self._expiry = expiry
        self._clock = clock

    def upload(self, key: str, content_type: str, size: int, sha256: str | None) -> SignedUpload:
        """Sign a request that uploads exactly what was announced, once.

        S3 refuses the upload if the key has an object: however often it is sent, one is stored.

        Parameters
        ----------
        key
            The only key it may write.
        content_type
            The only media type it may declare.
        size
            The only size in bytes it may have.
        sha256
            64 hexadecimal digits; if given, S3 refuses other bytes.
        """
        headers = {"Content-Type": content_type, "If-None-Match": "*", **_checksum(sha256)}
        # The length is signed too; every client sends it by itself.
        fixed = {**headers, "Content-Length": str(size)}
        signed_at = self._clock()
        request = Presigned("PUT", key, signed_at, self._expiry, headers=fixed)
        return SignedUpload(
            url=sign_url(self._address, self._credentials, request),
            headers=headers,
            expires_at=signed_at + self._expiry,
        )

    def form(self, key: str, content_type: str, size: int, sha256: str | None) -> UploadForm:
        """Sign a form for the same upload, which a page without scripts can send.

        S3 accepts it any number of times before it expires, and stores a version each time: S3
        forms cannot require that the key has no object.
        """
        fixed = {"Content-Type": content_type}
        if sha256 is not None:
            fixed |= {"x-amz-checksum-algorithm": "SHA256", **_checksum(sha256)}
        form = self._client.generate_presigned_post(
            self.bucket,
            key,
            Fields=dict(fixed),
            Conditions=[
                *({name: value} for name, value in fixed.items()),
                ["content-length-range", size, size],
            ],
            ExpiresIn=int(self._expiry.total_seconds()),
        )
        return UploadForm(url=form["url"], fields=form["fields"])

    @property
    def expiry(self) -> timedelta:
        """How long a signature is valid."""
        return self._expiry

    def window(self) -> int:
        """Return the number of the current window, within which URLs stay the same."""
        return int(self._clock().timestamp()) // self._window_seconds

    def original(self, record: ImageRecord) -> SignedUrl:
        """Sign a URL of the version that was processed, served with the type of its bytes.

        Raises
        ------
        ValueError
            If the image was never processed, so that its format is unknown.
        """
        if record.format is None:
            raise ValueError("only an image whose format is known can be served")
        overrides = {
            "response-content-type": record.format.content_type,
            "response-content-disposition": attachment(
                record.title, record.image_id, record.format
            ),
        }
        if record.version_id:
            overrides["versionId"] = record.version_id
        return self._sign(record.key, overrides)

    def orphan(self, original: OrphanedOriginal) -> SignedUrl:
        """Sign a URL of an orphaned original, served as an accepted type or as bytes."""
        return self._sign(
            original.key,
            {
                "response-content-type": original.content_type or _UNKNOWN_TYPE,
                "response-content-disposition": attachment(None, original.image_id, None),
            },
        )

    def rendition(self, rendition: StoredRendition) -> SignedUrl:
        """Sign a URL of a rendition, served as an image if its type is known."""
        known = rendition.content_type in _RENDITION_TYPES
        return self._sign(
            rendition.key,
            {
                "response-content-type": rendition.content_type if known else _UNKNOWN_TYPE,
                "response-content-disposition": "inline" if known else "attachment",
            },
        )

    @property
    def _window_seconds(self) -> int:
        return int(self._expiry.total_seconds()) // 2

    def _sign(self, key: str, overrides: dict[str, str]) -> SignedUrl:
        signed_at = datetime.fromtimestamp(self.window() * self._window_seconds, UTC)
        request = Presigned("GET", key, signed_at, self._expiry, overrides=overrides)
        url = sign_url(self._address, self._credentials, request)
        return SignedUrl(url=url, expires_at=signed_at + self._expiry)


def _checksum(sha256: str | None) -> dict[str, str]:
    if sha256 is None:
        return {}
    return {"x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode()}
