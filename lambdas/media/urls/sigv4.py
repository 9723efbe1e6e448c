"""SigV4 for pre-signed S3 requests, made fast: a page of a listing holds hundreds of them.

botocore would resolve the endpoint and build a request for each URL. The URLs here are identical,
byte for byte, and use the address that botocore resolves once.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_s3 import S3Client

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """The address of a bucket.

    Parameters
    ----------
    origin
        Scheme and host, with the port if it is not the default.
    host
        The value of the Host header.
    path
        What precedes a key: a slash, or the bucket's name between slashes if the host lacks it.
    region
        The region of the signatures.
    """

    origin: str
    host: str
    path: str
    region: str


@dataclass(frozen=True, slots=True)
class Presigned:
    """The request that a pre-signed URL allows.

    Parameters
    ----------
    method
        ``GET`` or ``PUT``.
    key
        The object's key.
    signed_at
        The time, aware and in UTC, from which `expiry` counts.
    expiry
        How long the URL is valid.
    overrides
        Query parameters of GetObject, such as ``versionId`` and ``response-content-type``.
    headers
        Headers that the request must have, with exactly these values.
    """

    method: str
    key: str
    signed_at: datetime
    expiry: timedelta
    overrides: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def locate_bucket(client: "S3Client", bucket: str) -> BucketAddress:
    """Resolve the address of a bucket with botocore; no request is sent."""
    probe = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    parts = urlsplit(probe)
    return BucketAddress(
        origin=f"{parts.scheme}://{parts.netloc}",
        host=parts.netloc,
        path=parts.path.removesuffix("k"),
        region=client.meta.region_name,
    )


def sign_url(address: BucketAddress, credentials: "Credentials", request: Presigned) -> str:
    """Sign a request for one object with SigV4 in the query.

    Parameters
    ----------
    address
        The address of the bucket.
    credentials
        The credentials to sign with.
    request
        The request to sign.
    """
    frozen = credentials.get_frozen_credentials()
    moment = request.signed_at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{address.region}/s3/aws4_request"
    headers = {"host": address.host, **{n.lower(): v for n, v in request.headers.items()}}
    signed_headers = ";".join(sorted(headers))
    authorization = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{frozen.access_key}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(int(request.expiry.total_seconds())),
        "X-Amz-SignedHeaders": signed_headers,
    }
    if frozen.token:
        authorization["X-Amz-Security-Token"] = frozen.token
    parameters = {**request.overrides, **authorization}
    query = [f"{n}={quote(v, safe='-_.~')}" for n, v in parameters.items()]
    path = address.path + quote(request.key, safe="/-_.~")
    stated = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = (
        f"{request.method}\n{path}\n{'&'.join(sorted(query))}\n"
        f"{stated}\n{signed_headers}\nUNSIGNED-PAYLOAD"
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signing_key = _signing_key(frozen.secret_key, moment[:8], address.region)
    signature = _hmac(signing_key, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()
    return f"{address.origin}{path}?{'&'.join(query)}&X-Amz-Signature={signature}"


@lru_cache(maxsize=4)
def _signing_key(secret: str, date: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
