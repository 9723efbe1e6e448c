"""Which requests the embedded AWS listens to, rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tooling.emulator.admission import Request, why_refused
from tooling.emulator.origins import read_origins, write_origins
from tooling.environments import EnvironmentFiles

ENVIRONMENTS = Path(__file__).resolve().parents[4] / "environments"
ORIGINS = frozenset({"https://app.example.com"})
SIGNED = "X-Amz-Signature=0"


def why(request: str, *headers: tuple[str, str], host: str = "127.0.0.1:4566") -> str | None:
    method, _, target = request.partition(" ")
    path, _, query = target.partition("?")
    return why_refused(Request(method, path, query, (("host", host), *headers)), ORIGINS)


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /_ministack/health",
        "HEAD /health",
        "POST /_aws/execute-api/abc/images",
        "GET /pool/.well-known/jwks.json",
        "POST /2015-03-31/functions",
        "GET /v2/apis/abc",
        "GET /v2/tags/arn",
        "PUT /bucket/_ministack/reset",
    ],
)
def test_what_the_project_uses_is_open(request_line: str) -> None:
    assert why(request_line) is None


@pytest.mark.parametrize(
    "request_line",
    [
        "POST /_ministack/reset",
        "POST /_ministack/health",
        "GET /_localstack/health",
        "GET /_aws/lambda-url/x/",
        "GET /_alb/x",
        "GET /v2",
        "GET /v2/",
        "PUT /v2/apis/blobs/uploads/x",
        "GET /v2/x/tags/list",
        f"PUT /v20180820/tags/arn?{SIGNED}",
    ],
)
def test_what_ministack_does_for_whoever_asks_is_closed(request_line: str) -> None:
    assert "closed" in (why(request_line) or "") or "not checked" in (why(request_line) or "")


def test_nothing_is_added_to_a_signed_url() -> None:
    url = f"PUT /bucket/key?X-Amz-SignedHeaders=host%3Bx-amz-checksum-sha256&{SIGNED}"
    checksum, copied = ("x-amz-checksum-sha256", "x"), ("x-amz-copy-source", "bucket/another's")
    assert why(url, checksum, ("content-type", "image/png")) is None
    assert "x-amz-copy-source is not signed" in (why(url, checksum, copied) or "")
    assert why("PUT /bucket/key", copied) is None  # ministack checks the header's own signature


def test_a_bucket_may_stand_before_the_name_in_a_signed_request() -> None:
    signature = ("authorization", "AWS4-HMAC-SHA256 Credential=x")
    assert why("GET /key", signature, host="bucket.localhost:4566") is None
    assert why(f"GET /key?{SIGNED}", host="bucket.localhost:4566") is None
    assert why("GET /key", host="bucket.localhost:4566") is not None
    assert why("GET /key", signature, host="bucket.localhost.evil.example") is not None


@pytest.mark.parametrize("name", ["host", "origin", "authorization", "sec-fetch-site"])
def test_a_header_that_decides_is_sent_once(name: str) -> None:
    twice = [(name, "https://app.example.com")] * 2
    assert "more than once" in (why("GET /", *twice) or "")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something new"])
def test_a_page_that_does_not_say_which_it_is_may_only_show_signed_urls(site: str) -> None:
    sent = ("sec-fetch-site", site)
    assert why("GET /bucket/key", sent) is not None
    assert why(f"GET /bucket/key?{SIGNED}", sent) is None
    assert why(f"POST /bucket/key?{SIGNED}", sent) is not None


def test_an_origin_is_compared_whole() -> None:
    for origin in ("https://app.example.com.evil", "http://app.example.com", "null", ""):
        assert why("GET /", ("origin", origin)) is not None
    assert why("GET /", ("origin", "https://app.example.com")) is None


def test_the_origins_are_those_of_all_environments_that_live_here(tmp_path: Path) -> None:
    example = (ENVIRONMENTS / "dev.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "environments"
    folder.mkdir()
    for name, account, origin in (
        ("one", "", "https://one.example"),
        ("two", "", "https://two.example"),
        ("real", "111122223333", "https://real.example"),
    ):
        text = example.replace('account_id: ""', f'account_id: "{account}"')
        text = text.replace("cors_origins: []", f'cors_origins: ["{origin}"]')
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "broken.yaml").write_text("project: [", encoding="utf-8")
    origins = EnvironmentFiles(folder).embedded_origins()
    assert origins == {"https://one.example", "https://two.example"}


def test_the_file_of_origins_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "origins.json"
    assert read_origins(path) == frozenset()
    write_origins(path, ["b", "a"])
    assert read_origins(path) == {"a", "b"}
    write_origins(path, [])
    assert read_origins(path) == frozenset()
