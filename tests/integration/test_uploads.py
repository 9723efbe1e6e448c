"""Uploads signed by the API: one object per announcement, and only what was announced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from secrets import token_bytes
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.integration.user import User, unique_png
from tooling.http import send
from tooling.images.api_client import send_file

if TYPE_CHECKING:
    from tests.integration.conftest import Aws

ORIGIN = "https://app.example.com"  # tests/conftest.py allows it


def test_one_announcement_stores_one_object(aws: Aws, owner: User) -> None:
    """However often what was signed is sent, and by however many at once."""
    data = unique_png()
    announced = owner.announce(data)
    upload, key = announced["upload"], owner.key_of(announced["image_id"])
    request = upload["put"]
    others = [data[:-8] + token_bytes(8) for _ in range(30)]

    def put(body: bytes) -> int:
        return send("PUT", request["url"], headers=request["headers"], body=body).status

    try:
        with ThreadPoolExecutor(8) as clients:
            statuses = list(clients.map(put, [data, *others]))
        assert sorted(set(statuses)) in ([200, 412], [200, 409, 412])
        assert statuses.count(200) == 1
        # The answer to the first was lost, and the client sends it again: nothing has failed.
        send_file(upload, "again.png", data)
        aws.wait_for_row(key, lambda row: row["status"]["S"] in ("ready", "rejected"))
        found = aws.s3.list_object_versions(Bucket=aws.bucket, Prefix=key)
        assert len(found["Versions"]) == 1
    finally:
        owner.remove(announced["image_id"])


def test_an_upload_is_good_for_what_was_announced_and_nothing_else(aws: Aws, owner: User) -> None:
    data = unique_png()
    announced = owner.announce(data)
    url, headers = announced["upload"]["put"]["url"], announced["upload"]["put"]["headers"]
    attempts = [
        (url, headers, data + b"x"),
        (url, headers | {"Content-Type": "text/html"}, data),
        (url, {"Content-Type": "image/png"}, data),  # over what may be there
        (url, headers | {"If-None-Match": '"x"'}, data),
        (url.replace(announced["image_id"], str(uuid4())), headers, data),
    ]
    try:
        for where, sent, body in attempts:
            assert send("PUT", where, headers=sent, body=body).status == 403
        assert not aws.exists(owner.key_of(announced["image_id"]))
    finally:
        owner.remove(announced["image_id"])


def test_a_form_takes_what_was_announced_and_nothing_else(aws: Aws, owner: User) -> None:
    data = unique_png()
    announced = owner.announce(data)
    url, fields = announced["upload"]["url"], announced["upload"]["fields"]
    key = owner.key_of(announced["image_id"])

    def post(sent: dict[str, str], body: bytes) -> int:
        return send("POST", url, fields=[*sent.items(), ("file", ("x.png", body))]).status

    try:
        assert post(fields, data + b"x") in (400, 403)
        assert post(fields | {"Content-Type": "text/html"}, data) == 403
        assert post(fields | {"key": f"uploads/{owner.sub}/{uuid4()}"}, data) == 403
        assert not aws.exists(key)
        assert post(fields, data) == 204
        aws.wait_for_row(key, lambda row: row["status"]["S"] == "ready")
    finally:
        owner.remove(announced["image_id"])


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, True), ("https://evil.example", False)])
def test_a_page_of_an_allowed_origin_may_send_the_file(
    owner: User, origin: str, *, allowed: bool
) -> None:
    """A PUT with these headers is one that a browser asks S3 about first."""
    announced = owner.announce(unique_png())
    try:
        asked = {
            "access-control-request-method": "PUT",
            "access-control-request-headers": "content-type,if-none-match",
        }
        url = announced["upload"]["put"]["url"]
        headers = send("OPTIONS", url, headers={"origin": origin, **asked}).headers
        assert (headers.get("access-control-allow-origin") == origin) == allowed
        if allowed:
            assert "PUT" in headers["access-control-allow-methods"]
            assert "if-none-match" in headers["access-control-allow-headers"].lower()
    finally:
        owner.remove(announced["image_id"])
