"""What a page in the developer's browser can send, in the words in which a browser sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import urllib3

from tests.integration.emulator.conftest import (
    ALLOWED_ORIGIN,
    BUCKET,
    KEY,
    SECRET_PICTURE,
    function_document,
)

if TYPE_CHECKING:
    from tests.integration.emulator.conftest import Fortress

EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
# On this machine, but nobody's who is named in an environment: perhaps another user's.
NEIGHBOUR = {**EVIL, "Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}
# A sandboxed frame, a file, a form behind a strict policy.
NOBODY = {**EVIL, "Origin": "null"}
IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
ALLOWED = {**EVIL, "Origin": ALLOWED_ORIGIN}
SIGN_IN = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
}


def allow_origin(answer: urllib3.BaseHTTPResponse) -> str | None:
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.fixture(scope="module")
def shared_bucket(fortress: Fortress) -> str:
    """A bucket that lets pages of the allowed origin, and of one more, read and upload."""
    s3 = fortress.client("s3")
    s3.create_bucket(
        Bucket="shared", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    rule = {"AllowedMethods": ["GET", "POST"], "AllowedHeaders": ["*"]}
    rule["AllowedOrigins"] = [ALLOWED_ORIGIN, EVIL["Origin"]]
    s3.put_bucket_cors(Bucket="shared", CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket="shared", Key="picture", Body=SECRET_PICTURE)
    return "shared"


@pytest.mark.parametrize("page", [EVIL, NEIGHBOUR, NOBODY], ids=["evil", "neighbour", "nobody"])
def test_a_page_makes_no_function_even_with_the_key(
    fortress: Fortress, function: dict[str, str], page: dict[str, str]
) -> None:
    """Plain text with a signature in the query: the browser sends it without asking first."""
    root = fortress.emulator.credentials
    document = function_document(function["role"])
    path = fortress.signed_path(
        "POST /2015-03-31/functions", "lambda", (root.key_id, root.secret), document
    )
    answer = fortress.send(f"POST {path}", page | {"Content-Type": "text/plain"}, document)
    assert answer.status == 403
    assert allow_origin(answer) is None
    assert "stolen" not in fortress.functions()


@pytest.mark.parametrize("page", [EVIL, NEIGHBOUR, NOBODY, ALLOWED], ids=lambda p: p["Origin"])
def test_a_page_empties_nothing(fortress: Fortress, page: dict[str, str]) -> None:
    assert fortress.send("POST /_ministack/reset", page).status == 403
    assert fortress.picture() == SECRET_PICTURE


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example:4566",
        "127.0.0.1.evil.example",
        "0.0.0.0:4566",
        "images.localhost:4566",
        "x.execute-api.localhost:4566",
        "",
    ],
)
def test_a_rebound_name_is_not_answered(fortress: Fortress, host: str) -> None:
    """To the browser it is one origin, so it sends neither preflight nor origin."""
    sent = {"Host": host, "Sec-Fetch-Site": "same-origin"}
    for path in ("/", "/health", f"/{BUCKET}/{KEY}", "/_aws/execute-api/x/images"):
        assert fortress.send(f"GET {path}", sent).status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:4566", "LOCALHOST", "[::1]:4566"])
def test_the_names_of_this_machine_are_answered(fortress: Fortress, host: str) -> None:
    assert fortress.send("GET /health", {"Host": host}).status == 200


def test_a_page_reads_nothing_of_what_it_may_not_call(fortress: Fortress) -> None:
    for page in (EVIL, NEIGHBOUR, NOBODY):
        for request in ("GET /health", "OPTIONS /", f"GET /{BUCKET}/{KEY}"):
            answer = fortress.send(request, page | {"Access-Control-Request-Method": "POST"})
            assert answer.status == 403
            assert allow_origin(answer) is None


def test_nobody_is_told_that_any_page_may_read(fortress: Fortress) -> None:
    answer = fortress.send("POST /", SIGN_IN, "{}")
    assert answer.status == 400
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_page_of_an_environments_origin_signs_in(fortress: Fortress) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-amz-target",
    }
    preflight = fortress.send("OPTIONS /", ALLOWED | asked)
    assert (preflight.status, allow_origin(preflight)) == (200, ALLOWED_ORIGIN)
    answer = fortress.send("POST /", ALLOWED | SIGN_IN, "{}")
    assert (answer.status, allow_origin(answer)) == (400, ALLOWED_ORIGIN)
    assert "Client" in answer.data.decode()  # from Cognito itself
    assert "Origin" in answer.headers["Vary"]


def test_a_page_of_an_environments_origin_uploads_and_reads(
    fortress: Fortress, shared_bucket: str
) -> None:
    s3 = fortress.client("s3")
    form = s3.generate_presigned_post(shared_bucket, "uploaded")
    fields = {**form["fields"], "file": ("x", SECRET_PICTURE)}
    for page, statuses, echoed in ((ALLOWED, (204, 200), ALLOWED_ORIGIN), (EVIL, (403, 403), None)):
        posted = urllib3.request("POST", form["url"], fields=fields, headers=page)
        url = s3.generate_presigned_url(
            "get_object", Params={"Bucket": shared_bucket, "Key": "uploaded"}
        )
        read = urllib3.request("GET", url, headers=page)
        assert (posted.status, read.status) == statuses
        assert [allow_origin(posted), allow_origin(read)] == [echoed, echoed]


@pytest.mark.parametrize("way", [IMAGE, LINK], ids=["image", "link"])
def test_a_page_shows_what_it_has_a_signed_url_for(fortress: Fortress, way: dict[str, str]) -> None:
    """An image and a link come without an origin; the page can't see what it gets."""
    url = fortress.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": KEY}
    )
    answer = urllib3.request("GET", url, headers=way)
    assert (answer.status, answer.data) == (200, SECRET_PICTURE)
    assert allow_origin(answer) is None
    assert urllib3.request("GET", url[:-4] + "0000", headers=way).status == 403
    assert urllib3.request("PUT", url, headers=way).status == 403
    assert fortress.send(f"GET /{BUCKET}/{KEY}", way).status == 403
    assert fortress.send("GET /health", way).status == 403


def test_what_is_typed_into_the_address_bar_is_answered(fortress: Fortress) -> None:
    assert fortress.send("GET /health", {"Sec-Fetch-Site": "none"}).status == 200


def test_origins_count_at_once_as_the_files_say(fortress: Fortress) -> None:
    try:
        fortress.emulator.admit([ALLOWED_ORIGIN, NEIGHBOUR["Origin"]])
        assert fortress.send("GET /health", NEIGHBOUR).status == 200
    finally:
        fortress.emulator.admit([ALLOWED_ORIGIN])
    assert fortress.send("GET /health", NEIGHBOUR).status == 403


def test_no_page_opens_a_socket(fortress: Fortress) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    for page in (EVIL, ALLOWED):
        answer = fortress.send("GET /_aws/execute-api/x/y", page | handshake)
        assert answer.status == 403
