"""The API over HTTP: through the gateway, with real tokens, rows and objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from media.model.images import ImageRecord, Status
from media.rows.items import item_of
from tests.integration.user import User, unique_png
from tooling.http import send
from tooling.images.api_client import ApiRefused, send_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws

ORIGIN = "https://app.example.com"  # tests/conftest.py allows it


@pytest.fixture(scope="module")
def image() -> bytes:
    return unique_png()


@pytest.fixture(scope="module")
def image_id(owner: User, image: bytes) -> Iterator[str]:
    image_id = owner.upload(image, title="Été.heic", sha256=sha256(image).hexdigest())
    yield image_id
    owner.remove(image_id)


def test_a_tag_guards_an_image_against_lost_changes(owner: User, image_id: str) -> None:
    shown = owner.call(f"GET /images/{image_id}")
    tag = shown.headers["etag"]
    assert shown.headers["cache-control"] == "private, no-cache"
    known = owner.call(f"GET /images/{image_id}", headers={"if-none-match": tag})
    assert (known.status, known.body) == (304, b"")
    changed = owner.call(f"PATCH /images/{image_id}", {"tags": ["a"]}, {"if-match": tag})
    assert (changed.status, changed.document["tags"]) == (200, ["a"])
    lost = owner.call(f"PATCH /images/{image_id}", {"tags": ["b"]}, {"if-match": tag})
    assert (lost.status, lost.document["current_etag"]) == (412, changed.headers["etag"])
    assert owner.call(f"PATCH /images/{image_id}", {"tags": []}).status == 428


def test_content_leads_to_what_was_uploaded_under_its_own_name(
    owner: User, image_id: str, image: bytes
) -> None:
    redirect = owner.call(f"GET /images/{image_id}/content")
    assert redirect.status == 307
    original = send("GET", redirect.headers["location"])
    assert (original.status, original.body) == (200, image)
    assert original.headers["content-type"] == "image/png"
    # The embedded AWS does not follow it where a version is asked for.
    query = parse_qs(urlsplit(redirect.headers["location"]).query)
    assert query["response-content-disposition"] == [
        "attachment; filename=\"_t_.png\"; filename*=UTF-8''%C3%89t%C3%A9.png"
    ]
    redirect = owner.call(f"GET /images/{image_id}/content?rendition=thumb")
    thumb = send("GET", redirect.headers["location"])
    assert (thumb.status, thumb.headers["content-type"]) == (200, "image/webp")
    assert owner.call(f"GET /images/{image_id}/content?rendition=x").status == 404


def test_the_same_bytes_are_not_taken_twice(owner: User, image_id: str, image: bytes) -> None:
    announced = {"content_type": "image/png", "bytes": len(image)}
    again = owner.call("POST /images", {**announced, "sha256": sha256(image).hexdigest()})
    assert (again.status, again.document["image_id"]) == (200, image_id)


def test_another_user_finds_it_nowhere(stranger: User, image_id: str) -> None:
    match = {"if-match": "*"}
    for route, body in (
        (f"GET /images/{image_id}", None),
        (f"GET /images/{image_id}/content", None),
        (f"PATCH /images/{image_id}", {"title": "mine"}),
        (f"DELETE /images/{image_id}", None),
        (f"POST /images/{image_id}/restore", None),
    ):
        assert stranger.call(route, body, match).status == 404


def test_trash_and_restore_give_the_image_back_whole(owner: User, image_id: str) -> None:
    before = owner.call(f"GET /images/{image_id}").document
    assert owner.call(f"DELETE /images/{image_id}").status == 204
    assert owner.call(f"GET /images/{image_id}").status == 404
    restored = owner.call(f"POST /images/{image_id}/restore")
    assert (restored.status, restored.document) == (200, before)
    assert owner.call(f"POST /images/{image_id}/restore").status == 200


def test_what_arrives_for_the_trash_can_be_restored(aws: Aws, owner: User) -> None:
    data = unique_png()
    announced = owner.announce(data, title="late")
    image_id, key = announced["image_id"], owner.key_of(announced["image_id"])
    try:
        assert owner.call(f"DELETE /images/{image_id}").status == 204
        send_file(announced["upload"], "x.png", data)
        row = aws.wait_for_row(key, lambda row: "renditions" in row)
        assert (row["status"]["S"], "listed_at" in row) == ("trashed", False)
        assert owner.call(f"GET /images/{image_id}").status == 404
        restored = owner.call(f"POST /images/{image_id}/restore").document
        assert (restored["status"], restored["title"]) == ("ready", "late")
        assert send("GET", restored["original"]["url"]).body == data
    finally:
        owner.remove(image_id)


def test_other_bytes_than_those_announced_are_rejected(aws: Aws, owner: User) -> None:
    """S3 itself refuses them; what came past it, the processor does."""
    data = unique_png()
    announced = owner.announce(data, sha256=sha256(b"another").hexdigest())
    image_id, key = announced["image_id"], owner.key_of(announced["image_id"])
    try:
        with pytest.raises(ApiRefused, match="status 400"):
            send_file(announced["upload"], "x.png", data)
        assert not aws.exists(key)
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=data)
        aws.wait_for_row(key, lambda row: row["status"]["S"] == "rejected")
        shown = owner.call(f"GET /images/{image_id}").document
        assert shown["error"]["reason"] == "corrupt"
        assert "SHA-256" in shown["error"]["message"]
        assert owner.call(f"GET /images/{image_id}/content").status == 409
    finally:
        owner.remove(image_id)


def test_an_image_whose_row_is_lost_is_still_served(aws: Aws, owner: User, stranger: User) -> None:
    data = unique_png()
    image_id = owner.upload(data)
    try:
        aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": {"S": image_id}})
        shown = owner.call(f"GET /images/{image_id}")
        assert (shown.status, shown.document["degraded"]) == (200, True)
        fetched = send("GET", shown.document["original"]["url"])
        assert (fetched.body, fetched.headers["content-type"]) == (data, "image/png")
        assert fetched.headers["content-disposition"] == f'attachment; filename="{image_id}"'
        assert owner.call(f"GET /images/{image_id}/content").status == 307
        assert stranger.call(f"GET /images/{image_id}").status == 404
    finally:
        aws.s3.delete_object(Bucket=aws.bucket, Key=owner.key_of(image_id))
        aws.wait_for_row(owner.key_of(image_id), lambda row: row["status"]["S"] == "trashed")
        owner.remove(image_id)
        aws.remove_versions(f"renditions/{image_id}/")


@pytest.fixture
def rows(aws: Aws) -> Iterator[dict[str, ImageRecord]]:
    """Twenty images of one owner, without objects; removed again with what a test adds."""
    owner = str(uuid4())
    now = datetime.now(UTC).replace(microsecond=0)
    rows = {}
    for number in range(20):
        image_id = str(uuid4())
        record = ImageRecord(
            image_id=image_id,
            key=f"uploads/{owner}/{image_id}",
            status=Status.READY,
            owner=owner,
            uploaded_at=now - timedelta(seconds=number // 2),
        )
        rows[record.image_id] = record
        put(aws, record)
    yield rows
    for image_id in rows:
        aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": {"S": image_id}})


def put(aws: Aws, record: ImageRecord) -> None:
    aws.dynamodb.put_item(TableName=aws.table, Item=item_of(record, 1))


@pytest.mark.parametrize("scope", ["owner", "all"])
def test_pages_hold_each_image_once_while_others_come_and_go(
    aws: Aws, admin: User, rows: dict[str, ImageRecord], scope: str
) -> None:
    first = next(iter(rows.values()))
    query = "all=true" if scope == "all" else f"owner={first.owner}"
    always, seen, cursor = set(rows), [], ""
    while True:
        page: dict[str, Any] = admin.call(f"GET /images?limit=3&{query}{cursor}").document
        seen += [shown["image_id"] for shown in page["images"] if shown["owner"] == first.owner]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        # One goes that is still to come, one comes that is newer than all of them.
        gone = next((image_id for image_id in rows if image_id not in seen), None)
        if gone in always:
            always.discard(gone)
            aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": {"S": str(gone)}})
        added = replace(first, image_id=str(uuid4()), uploaded_at=datetime.now(UTC))
        rows[added.image_id] = added
        put(aws, added)
        if len(rows) > 28:
            break_off = [shown for shown in seen if shown in always]
            assert len(break_off) == len(set(break_off))
    assert len(seen) == len(set(seen))
    assert always <= set(seen)


def test_administrators_alone_list_others(admin: User, stranger: User, owner: User) -> None:
    for query in ("all=true", f"owner={owner.sub}"):
        assert admin.call(f"GET /images?{query}").status == 200
        assert stranger.call(f"GET /images?{query}").status == 403


def test_unknown_routes_are_answered_by_the_function_and_to_users_only(
    aws: Aws, owner: User
) -> None:
    assert owner.call("GET /nothing").document["type"].endswith("route-not-found")
    wrong = owner.call("PUT /images")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, POST")
    assert send("GET", aws.outputs["api_url"] + "/nothing").status == 401


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, True), ("https://evil.example", False)])
def test_a_browser_asks_first_and_only_allowed_origins_may(
    aws: Aws, owner: User, origin: str, *, allowed: bool
) -> None:
    asked = {"access-control-request-method": "PATCH", "access-control-request-headers": "if-match"}
    url = aws.outputs["api_url"] + "/images"
    preflight = send("OPTIONS", url, headers={"origin": origin, **asked})
    answer = owner.call("GET /images", headers={"origin": origin})
    for headers in (preflight.headers, answer.headers):
        assert (headers.get("access-control-allow-origin") == origin) == allowed
    if allowed:
        assert preflight.status in {200, 204}
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        assert "if-match" in preflight.headers["access-control-allow-headers"]
        assert "etag" in answer.headers["access-control-expose-headers"]
