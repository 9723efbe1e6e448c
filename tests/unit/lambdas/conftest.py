"""What the tests of the functions and their domain share."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

EVENTS = Path(__file__).parent / "events"
CORPUS = Path(__file__).resolve().parents[3] / ".." / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not (CORPUS / "manifest.json").is_file():
        pytest.skip("the corpus is not beside the checkout, at ../shared/corpus")
    return CORPUS


@pytest.fixture(scope="session")
def read_event() -> Callable[[str], dict[str, Any]]:
    """Give a reader of the event files; each call reads anew, so a test may change what it got."""

    def read(name: str) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
        return event

    return read


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """Set what a deployment sets, with credentials that open nothing."""
    values = {
        "MEDIA_BUCKET": "media-test",
        "MEDIA_TABLE": "media-test-images",
        "MEDIA_UPLOAD_BYTES_MAX": "1000000",
        "MEDIA_MONTH_SHARDS": "1",
        "MEDIA_TRASH_DAYS": "30",
        "MEDIA_PURGES_MAX": "1000",
        "MEDIA_RENDITIONS": '[{"name": "thumb", "longest_side": 256}]',
        "MEDIA_PIXELS_MAX": "80000000",
        "MEDIA_FRAMES_MAX": "1000",
        "MEDIA_FILE_SECONDS_MAX": "20",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2304",
        "MEDIA_URL_EXPIRY_SECONDS": "900",
        "MEDIA_UPLOAD_FORM": "true",
        "MEDIA_CURSOR_KEY": "a-key-that-signs-cursors-in-tests-only",
        "MEDIA_FIRST_MONTH": "2026-01",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "media-test",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        yield


class FakeContext:
    """What the Lambda runtime tells a function about itself."""

    function_name = "media-test"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:media-test:live"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@pytest.fixture
def lambda_context() -> FakeContext:
    return FakeContext()
