import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from media.aws import build_clients
from media.model.formats import ImageFormat
from media.model.images import ImageRecord, Status, StoredRendition
from media.urls.signing import Signer

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
RECORD = ImageRecord(
    image_id="0b8a5f6e-1111-4111-9111-00000000000b",
    key='uploads/nobody/a b+c";.html',
    status=Status.READY,
    format=ImageFormat.HEIF,
    version_id="v1",
)

pytestmark = pytest.mark.usefixtures("environment")


def make_signer() -> Signer:
    clients = build_clients(read_timeout_seconds=1, attempts=1)
    return Signer(clients.s3, clients.credentials, "media-test", timedelta(minutes=15), lambda: NOW)


@pytest.fixture
def signer() -> Signer:
    return make_signer()


def test_an_upload_fixes_all_that_was_announced(signer: Signer) -> None:
    upload = signer.upload("uploads/o/i", "image/png", 1234, "ab" * 32)
    parts = urlsplit(upload.url)
    assert parts.path == "/uploads/o/i"
    assert parse_qs(parts.query)["X-Amz-SignedHeaders"] == [
        "content-length;content-type;host;if-none-match;x-amz-checksum-sha256"
    ]
    assert upload.headers == {
        "Content-Type": "image/png",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex("ab" * 32)).decode(),
    }
    assert upload.expires_at == NOW + timedelta(minutes=15)


def test_an_upload_of_another_size_has_another_signature(signer: Signer) -> None:
    urls = {signer.upload("uploads/o/i", "image/png", size, None).url for size in (1, 1, 2)}
    assert len(urls) == 2


def test_urls_name_the_bucket_and_its_region(signer: Signer) -> None:
    host = "media-test.s3.eu-central-1.amazonaws.com"
    assert urlsplit(signer.upload("k", "image/png", 1, None).url).netloc == host
    assert urlsplit(signer.original(RECORD).url).netloc == host


def test_an_endpoint_of_the_runtime_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    signer = make_signer()
    assert signer.original(RECORD).url.startswith("http://127.0.0.1:9/media-test/uploads/")


def test_an_original_is_served_as_its_bytes_are_and_as_a_download(signer: Signer) -> None:
    query = parse_qs(urlsplit(signer.original(RECORD).url).query)
    assert query["response-content-type"] == ["image/heif"]
    assert query["response-content-disposition"] == [
        f'attachment; filename="{RECORD.image_id}.heic"'
    ]
    assert query["versionId"] == ["v1"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["900"]


def test_what_was_never_inspected_is_not_served(signer: Signer) -> None:
    unknown = ImageRecord(image_id="i", key="uploads/i", status=Status.PENDING)
    with pytest.raises(ValueError, match="format is known"):
        signer.original(unknown)


def test_a_rendition_url_names_its_key(signer: Signer) -> None:
    rendition = StoredRendition("renditions/i/d/thumb.webp", 1, 1, 1, "image/webp")
    assert urlsplit(signer.rendition(rendition).url).path == "/renditions/i/d/thumb.webp"


@pytest.mark.parametrize(
    ("stored_as", "served_as"),
    [
        ("image/webp", ("image/webp", "inline")),
        ("image/avif", ("image/avif", "inline")),
        ("text/html", ("application/octet-stream", "attachment")),
        ("image/svg+xml", ("application/octet-stream", "attachment")),
    ],
)
def test_a_rendition_is_served_as_a_image_or_as_bytes(
    signer: Signer, stored_as: str, served_as: tuple[str, str]
) -> None:
    rendition = StoredRendition("renditions/i/d/thumb.webp", 1, 1, 1, stored_as)
    query = parse_qs(urlsplit(signer.rendition(rendition).url).query)
    served = (*query["response-content-type"], *query["response-content-disposition"])
    assert served == served_as
