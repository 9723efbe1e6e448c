"""Pre-signed requests: a form to upload one announced image, URLs to fetch what is stored."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from media.images import ImageRecord, StoredRendition

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A pre-signed POST: send `fields` and then the file, as multipart form data, to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL that needs no other permission until it expires."""

    url: str
    expires_at: datetime


class Signer:
    """Signs requests to the media bucket with the process's own credentials.

    Parameters
    ----------
    client
        An S3 client that signs with SigV4.
    bucket
        The media bucket's name.
    expiry
        How long a signature holds; well under the life of the credentials, since it dies with
        them.
    clock
        Tells the present, aware.
    """

    def __init__(self, client: "S3Client", bucket: str, expiry: timedelta, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._expiry = expiry
        self._clock = clock

    def upload(self, key: str, content_type: str, size: int, sha256: str | None) -> UploadForm:
        """Sign a form that uploads exactly what was announced and nothing else.

        Parameters
        ----------
        key
            The only key it may write.
        content_type
            The only media type it may declare.
        size
            The only size in bytes it may have.
        sha256
            64 hexadecimal digits; where given, S3 refuses other bytes.
        """
        fixed = {"Content-Type": content_type}
        if sha256 is not None:
            fixed["x-amz-checksum-algorithm"] = "SHA256"
            fixed["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
        expires_at = self._clock() + self._expiry
        form = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fixed),
            Conditions=[
                *({name: value} for name, value in fixed.items()),
                ["content-length-range", size, size],
            ],
            ExpiresIn=int(self._expiry.total_seconds()),
        )
        return UploadForm(url=form["url"], fields=form["fields"], expires_at=expires_at)

    def original(self, record: ImageRecord) -> SignedUrl:
        """Sign a URL of the very version that was processed, served as what its bytes are.

        Raises
        ------
        ValueError
            If the image was never processed, so that its format is not known.
        """
        if record.format is None:
            raise ValueError("only an image whose format is known can be served")
        parameters = {
            "Bucket": self._bucket,
            "Key": record.key,
            "ResponseContentType": record.format.content_type,
            "ResponseContentDisposition": (
                f'attachment; filename="{record.image_id}.{record.format.extension}"'
            ),
        }
        if record.version_id:
            parameters["VersionId"] = record.version_id
        return self._sign(parameters)

    def rendition(self, rendition: StoredRendition) -> SignedUrl:
        """Sign a URL of a rendition."""
        return self._sign({"Bucket": self._bucket, "Key": rendition.key})

    def _sign(self, parameters: dict[str, str]) -> SignedUrl:
        expires_at = self._clock() + self._expiry
        url = self._client.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=int(self._expiry.total_seconds())
        )
        return SignedUrl(url=url, expires_at=expires_at)
