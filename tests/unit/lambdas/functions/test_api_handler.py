import importlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from media.formats import ImageFormat
from media.images import ImageError, ImageRecord, Location, Status, StoredRendition
from media.items import listing_position
from media.table import ImageTable

ReadEvent = Callable[[str], dict[str, Any]]
OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
OTHER = "6f1c2d3e-0000-4000-8000-00000000000b"
IMAGE = "0b8a5f6e-1111-4111-9111-00000000000b"
LAMBDAS = Path(__file__).resolve().parents[4] / "lambdas"
READY = ImageRecord(
    image_id=IMAGE,
    key=f"uploads/{OWNER}/{IMAGE}",
    status=Status.READY,
    owner=OWNER,
    uploaded_at=datetime(2026, 11, 23, 6, 0, 27, tzinfo=UTC),
    version_id="v1",
    sha256="ab" * 32,
    bytes=161_713,
    format=ImageFormat.JPEG,
    content_type="image/jpeg",
    width=640,
    height=480,
    frames=3,
    duration_ms=210,
    exif={"iso": 64, "f_number": Decimal("5.9")},
    gps=Location(Decimal("43.467448"), Decimal("11.885127")),
    renditions={"thumb": StoredRendition("renditions/i/d/t.webp", 256, 192, 9, "image/webp")},
)


class MemoryTable(ImageTable):
    """Rows in memory, listed in the order of the real index."""

    def __init__(self, *records: ImageRecord) -> None:
        self.rows = {record.image_id: record for record in records}

    def get(self, image_id: str) -> ImageRecord | None:
        return self.rows.get(image_id)

    def announce(self, record: ImageRecord) -> None:
        assert record.image_id not in self.rows
        self.rows[record.image_id] = record

    def find_duplicate(self, owner: str, sha256: str) -> ImageRecord | None:
        same = (r for r in self.rows.values() if (r.owner, r.sha256) == (owner, sha256))
        return next(same, None)

    def trash(self, image_id: str, deleted_at: datetime, expires_at: datetime) -> bool:
        assert expires_at - deleted_at == timedelta(days=30)
        self.rows[image_id] = replace(self.rows[image_id], status=Status.TRASHED)
        return True

    def list_by_owner(self, owner: str, limit: int, after: str | None = None) -> list[ImageRecord]:
        own = [r for r in self.rows.values() if r.owner == owner and r.status is Status.READY]
        own.sort(key=_position, reverse=True)
        return [r for r in own if after is None or _position(r) < after][:limit]


def _position(record: ImageRecord) -> str:
    assert record.uploaded_at
    return listing_position(record.uploaded_at, record.image_id)


class Api:
    """The API as a client sees it, with a table in memory."""

    def __init__(self, module: ModuleType, event: dict[str, Any], context: object) -> None:
        self._module, self._event, self._context = module, event, context

    def logging_to(self, stream: io.StringIO) -> None:
        self._module.logger.registered_handler.setStream(stream)

    def holding(self, *records: ImageRecord) -> MemoryTable:
        table = MemoryTable(*records)
        routes = replace(self._module.images, table=table)
        vars(self._module)["images"] = routes
        return table

    def __call__(
        self,
        route: str,
        body: object = None,
        *,
        sub: str | None = OWNER,
        groups: str | None = None,
        **query: str,
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        method, _, path = route.partition(" ")
        event = json.loads(json.dumps(self._event))
        event |= {"rawPath": path, "queryStringParameters": query or None}
        event |= {"body": body if body is None or isinstance(body, str) else json.dumps(body)}
        request = event["requestContext"]
        request["http"] |= {"method": method, "path": path}
        claims = {"sub": sub, "email": "someone@example.com", "cognito:groups": groups}
        request["authorizer"] = {"jwt": {"claims": claims}} if sub else None
        answer = self._module.handler(event, self._context)
        document = json.loads(answer["body"]) if answer["body"] else {}
        return answer["statusCode"], document, answer["headers"]


@pytest.fixture(scope="module")
def api_module(environment: None) -> ModuleType:  # noqa: ARG001 - sets what the import reads
    return importlib.reload(importlib.import_module("functions.api.handler"))


@pytest.fixture
def api(api_module: ModuleType, read_event: ReadEvent, lambda_context: object) -> Api:
    return Api(api_module, read_event("http-request"), lambda_context)


def test_health_is_open_and_says_nothing_else(api: Api) -> None:
    status, body, headers = api("GET /health", sub=None)
    assert (status, body) == (200, {"status": "ok"})
    assert headers["X-Request-Id"] == "JKJaXmPLvHcESHA="


def test_an_announced_upload_is_pending_and_has_its_form(api: Api) -> None:
    table = api.holding()
    announced = {"content_type": "image/png", "bytes": 12, "title": " T ", "tags": ["a", "b", "a"]}
    status, body, headers = api("POST /images", announced)
    record = table.rows[body["image_id"]]
    assert status == 201
    assert headers["Location"] == f"/images/{record.image_id}"
    assert body["status"] == "pending"
    assert body["upload"]["fields"]["key"] == record.key == f"uploads/{OWNER}/{record.image_id}"
    assert body["upload"]["expires_at"].endswith("Z")
    assert (record.status, record.title, record.tags) == (Status.PENDING, "T", ("a", "b"))


def test_known_bytes_answer_with_the_image_that_is_there(api: Api) -> None:
    api.holding(READY)
    announced = {"content_type": "image/jpeg", "bytes": 12, "sha256": "AB" * 32}
    status, body, _ = api("POST /images", announced)
    assert (status, body["image_id"], body["status"]) == (200, IMAGE, "ready")
    assert api("POST /images", announced, sub=OTHER)[0] == 201


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"bytes": 1}, 422, {"content_type"}),
        ({"content_type": "text/html", "bytes": 1}, 422, {"content_type"}),
        ({"content_type": "image/png", "bytes": 0}, 422, {"bytes"}),
        ({"content_type": "image/png", "bytes": 1_000_001}, 422, {"bytes"}),
        ({"content_type": "image/png", "bytes": "1"}, 422, {"bytes"}),
        ({"content_type": "image/png", "bytes": True}, 422, {"bytes"}),
        ({"content_type": "image/png", "bytes": 1, "owner": "me"}, 422, {"owner"}),
        ({"content_type": "image/png", "bytes": 1, "sha256": "zz"}, 422, {"sha256"}),
        ({"content_type": "image/png", "bytes": 1, "title": "a\nb"}, 422, {"title"}),
        ({"content_type": "image/png", "bytes": 1, "title": "x" * 201}, 422, {"title"}),
        ({"content_type": "image/png", "bytes": 1, "tags": ["", 1]}, 422, {"tags.0", "tags.1"}),
        ({"content_type": "image/png", "bytes": 1, "tags": ["t"] * 21}, 422, {"tags"}),
        ("[]", 422, {"body"}),
        ("{", 400, set()),
        (None, 400, set()),
        ("x" * 20_000, 413, set()),
    ],
)
def test_a_wrong_body_is_answered_with_its_fields(
    api: Api, body: object, status: int, fields: set[str]
) -> None:
    table = api.holding()
    got, problem, headers = api("POST /images", body)
    assert got == problem["status"] == status
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["type"].startswith("urn:media:problem:")
    assert problem["request_id"] == "JKJaXmPLvHcESHA="
    assert {error["field"] for error in problem.get("errors", [])} == fields
    assert not table.rows


def test_an_image_is_shown_whole_to_its_owner(api: Api) -> None:
    api.holding(READY)
    status, body, headers = api(f"GET /images/{IMAGE}")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert body["gps"] == {"latitude": 43.467448, "longitude": 11.885127, "altitude": None}
    assert body["exif"] == {"iso": 64, "f_number": 5.9}
    assert body["uploaded_at"] == "2026-11-23T06:00:27.000Z"
    assert (body["frames"], body["duration_ms"]) == (3, 210)
    assert "versionId=v1" in body["original"]["url"]
    thumb = body["renditions"]["thumb"]
    assert "/renditions/i/d/t.webp?" in thumb.pop("url")
    assert thumb == {"width": 256, "height": 192, "bytes": 9, "content_type": "image/webp"}


def test_another_owner_sees_nothing_and_an_administrator_all_but_the_location(api: Api) -> None:
    api.holding(READY)
    assert api(f"GET /images/{IMAGE}", sub=OTHER)[0] == 404
    assert api(f"GET /images/{IMAGE}", sub=OTHER, groups="[editors]")[0] == 404
    assert api(f"DELETE /images/{IMAGE}", sub=OTHER)[0] == 404
    status, body, _ = api(f"GET /images/{IMAGE}", sub=OTHER, groups="[editors admins]")
    assert (status, "gps" in body) == (200, False)


@pytest.mark.parametrize("image_id", [OTHER, "x", IMAGE.upper(), "..", "%2e%2e"])
def test_an_unknown_image_is_not_found(api: Api, image_id: str) -> None:
    api.holding(READY)
    assert api(f"GET /images/{image_id}")[1]["type"] == "urn:media:problem:image-not-found"


def test_what_is_not_ready_is_told_so_without_urls(api: Api) -> None:
    error = ImageError("corrupt", "send it again")
    rejected = replace(READY, status=Status.REJECTED, error=error, renditions={}, format=None)
    api.holding(rejected)
    _, body, _ = api(f"GET /images/{IMAGE}")
    assert body["status"] == "rejected"
    assert body["error"] == {"reason": "corrupt", "message": "send it again"}
    assert (body["original"], body["renditions"]) == (None, {})


def test_a_trashed_image_is_gone_at_once(api: Api) -> None:
    api.holding(READY)
    assert api(f"DELETE /images/{IMAGE}")[:2] == (204, {})
    assert api(f"DELETE /images/{IMAGE}")[0] == 404
    assert api(f"GET /images/{IMAGE}")[0] == 404


def test_pages_hold_every_image_once_newest_first(api: Api) -> None:
    assert READY.uploaded_at
    records = [
        replace(
            READY,
            image_id=f"0b8a5f6e-1111-4111-9111-{number:012x}",
            uploaded_at=READY.uploaded_at + timedelta(seconds=number // 2),
        )
        for number in range(7)
    ]
    api.holding(*records)
    seen: list[str] = []
    query = {"limit": "3"}
    for expected in (3, 3, 1):
        _, page, _ = api("GET /images", **query)
        assert len(page["images"]) == expected
        seen += [image["image_id"] for image in page["images"]]
        assert not {"gps", "exif", "original"} & page["images"][0].keys()
        query["cursor"] = page["next_cursor"] or ""
    assert seen == [record.image_id for record in reversed(records)]
    assert page["next_cursor"] is None


def test_a_full_last_page_has_no_next(api: Api) -> None:
    api.holding(READY)
    assert api("GET /images", limit="1")[1]["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"cursor": "x"},
        {"cursor": ""},
        {"all": "1"},
    ],
)
def test_a_wrong_query_is_named(api: Api, query: dict[str, str]) -> None:
    api.holding(READY)
    status, problem, _ = api("GET /images", **query)
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == list(query)


@pytest.mark.parametrize("sub", [None, "nobody", OWNER.upper()])
def test_without_an_identity_there_is_no_answer(api: Api, sub: str | None) -> None:
    api.holding(READY)
    assert api("GET /images", sub=sub)[0] == 401


def test_an_unknown_route_is_a_problem_too(api: Api) -> None:
    status, problem, headers = api("GET /nothing")
    assert (status, problem["type"]) == (404, "urn:media:problem:route-not-found")
    assert headers["X-Request-Id"]


def test_our_own_fault_says_nothing_of_its_cause(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    table, log = api.holding(), io.StringIO()
    api.logging_to(log)

    def fail(image_id: str) -> None:
        message = f"the table is away, {len(image_id)}"
        raise ConnectionError(message)

    monkeypatch.setattr(table, "get", fail)
    status, problem, _ = api(f"GET /images/{IMAGE}")
    assert (status, problem["type"]) == (500, "urn:media:problem:internal")
    assert "away" not in json.dumps(problem)
    assert "the table is away" in log.getvalue()


def test_logs_count_requests_and_tell_no_secrets(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.holding(READY)
    log = io.StringIO()
    api.logging_to(log)
    api(f"GET /images/{IMAGE}", token="s3cr3t")  # noqa: S106 - a query parameter to look for
    api("GET /images")
    counted = capsys.readouterr().out
    assert [json.loads(line)["message"] for line in log.getvalue().splitlines()] == [
        "request answered",
        "request answered",
    ]
    for secret in ("secret.token", "someone@", "X-Amz-Signature", "43.467", "s3cr3t"):
        assert secret not in counted + log.getvalue()
    metrics = [json.loads(line) for line in counted.splitlines()]
    assert [(m["Requests"], m["status"]) for m in metrics] == [([1.0], "200")] * 2


@pytest.mark.usefixtures("environment")
def test_the_api_starts_without_a_decoder() -> None:
    code = "import sys, functions.api.handler; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=LAMBDAS, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"
