import base64
import json

import pytest

from media.model.images import Status
from tests.unit.lambdas.functions.api.client import IMAGE, OTHER, OWNER, READY, Api

PNG = {"content_type": "image/png", "bytes": 1}
LONE_SURROGATE = "\ud800"


def test_an_announced_upload_is_pending_and_has_its_request(api: Api) -> None:
    announced = {**PNG, "title": " T ", "tags": ["a", "b", "a"], "sha256": "AB" * 32}
    status, body, headers = api("POST /images", announced)
    record = api.table.rows[body["image_id"]]
    assert status == 201
    assert headers["location"] == f"/images/{record.image_id}"
    assert headers["cache-control"] == "no-store"
    assert body["status"] == "pending"
    assert record.key == f"uploads/{OWNER}/{record.image_id}"
    put = body["upload"]["put"]
    assert put["url"].partition("?")[0].endswith(f"/{record.key}")
    assert put["headers"]["If-None-Match"] == "*"
    assert body["upload"]["fields"]["key"] == record.key
    assert body["upload"]["fields"]["x-amz-checksum-sha256"]
    assert body["upload"]["expires_at"].endswith("Z")
    assert (record.status, record.title, record.tags) == (Status.PENDING, "T", ("a", "b"))
    assert (record.announced_sha256, record.sha256) == ("ab" * 32, None)
    assert record.revision == 1


def test_known_bytes_answer_with_the_image_that_is_there(api: Api) -> None:
    api.holding(READY)
    announced = {"content_type": "image/jpeg", "bytes": 12, "sha256": "AB" * 32}
    status, body, headers = api("POST /images", announced)
    assert (status, body["image_id"], body["status"]) == (200, IMAGE, "ready")
    assert headers["etag"].startswith('"3-')
    assert headers["cache-control"] == "no-store"
    assert api("POST /images", announced, sub=OTHER)[0] == 201


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"bytes": 1}, 422, {"content_type"}),
        ({"content_type": "text/html", "bytes": 1}, 422, {"content_type"}),
        ({**PNG, "bytes": 0}, 422, {"bytes"}),
        ({**PNG, "bytes": 1_000_001}, 422, {"bytes"}),
        ({**PNG, "bytes": 10**400}, 422, {"bytes"}),
        ({**PNG, "bytes": "1"}, 422, {"bytes"}),
        ({**PNG, "bytes": 1.5}, 422, {"bytes"}),
        ({**PNG, "bytes": True}, 422, {"bytes"}),
        ({**PNG, "owner": "me"}, 422, {"owner"}),
        ({**PNG, "sha256": "zz"}, 422, {"sha256"}),
        ({**PNG, "title": "a\nb"}, 422, {"title"}),
        ({**PNG, "title": " "}, 422, {"title"}),
        ({**PNG, "title": LONE_SURROGATE}, 422, {"title"}),
        ({**PNG, "title": "\u202egnp.exe"}, 422, {"title"}),
        ({**PNG, "title": "x" * 201}, 422, {"title"}),
        ({**PNG, "title": "\u0958" * 150}, 422, {"title"}),
        ({**PNG, "tags": ["", 1]}, 422, {"tags.0", "tags.1"}),
        ({**PNG, "tags": ["t"] * 21}, 422, {"tags"}),
        ({**PNG, "tags": "a"}, 422, {"tags"}),
        ({**PNG, LONE_SURROGATE: 1}, 400, set()),
        ("[]", 422, {"body"}),
        ("1", 422, {"body"}),
        ("{", 400, set()),
        ("{'a': 1}", 400, set()),
        ('{"bytes": NaN}', 400, set()),
        ('{"bytes": 1, "bytes": 1}', 400, set()),
        ('{"title": {"a": 1, "a": 1}}', 400, set()),
        ("[" * 16_000, 400, set()),
        ("9" * 5_000, 400, set()),
        ("", 400, set()),
        (None, 400, set()),
        ("x" * 20_000, 413, set()),
        ('"' + "é" * 9_000 + '"', 413, set()),
    ],
)
def test_a_wrong_body_is_answered_with_its_fields(
    api: Api, body: object, status: int, fields: set[str]
) -> None:
    got, problem, headers = api("POST /images", body)
    assert got == problem["status"] == status, problem
    assert headers["content-type"] == "application/problem+json"
    assert problem["type"].startswith("urn:media:problem:")
    assert problem["request_id"] == "JKJaXmPLvHcESHA="
    assert {error["field"] for error in problem.get("errors", [])} == fields
    assert not api.table.rows


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("Application/JSON;charset=UTF-8", 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json, text/html", 415),
        ("\u00e9", 415),
        ("", 415),
    ],
)
def test_a_body_is_taken_as_json_in_utf8_alone(api: Api, content_type: str, status: int) -> None:
    got, problem, _ = api("POST /images", PNG, headers={"Content-Type": content_type})
    assert got == status
    if status == 415:
        assert problem["type"] == "urn:media:problem:unsupported-media-type"


def test_a_body_that_the_gateway_encoded_is_decoded(api: Api) -> None:
    api.event["isBase64Encoded"] = True
    body = base64.b64encode(json.dumps({**PNG, "title": "é"}).encode()).decode()
    assert api("POST /images", body)[0] == 201
    assert api("POST /images", base64.b64encode(b'{"title": "\xff"}').decode())[0] == 400


def test_text_is_kept_in_its_composed_form(api: Api) -> None:
    _, body, _ = api("POST /images", {**PNG, "title": "e\u0301", "tags": ["e\u0301", "\u00e9"]})
    record = api.table.rows[body["image_id"]]
    assert (record.title, record.tags) == ("\u00e9", ("\u00e9",))
