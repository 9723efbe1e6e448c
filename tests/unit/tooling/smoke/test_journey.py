"""Any error in a step of the smoke test is reported as that step's failure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from tests.unit.tooling.web_server import WebServer, serving
from tooling import smoke
from tooling.aws.target import Target
from tooling.console import Screen
from tooling.errors import Interrupted
from tooling.images.api_client import MediaClient
from tooling.smoke import SmokeTest, SmokeTestFailed
from tooling.terraform.outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tooling.environments import Environment


@pytest.fixture
def server() -> Iterator[WebServer]:
    """An API that is well up to the announcement of an upload."""
    with serving() as server:
        server.answer("GET /health", {})
        server.answer("GET /images", status=401)
        upload = {"put": {"url": f"{server.url}/uploads/o/1", "headers": {}}}
        server.answer("POST /images", {"image_id": "1", "upload": upload}, status=201)
        # As S3 answers a second upload, which is none to the client.
        server.answer("PUT /uploads/o/1", status=412)
        yield server


def reason_of(server: WebServer, dev: Environment) -> str:
    test = SmokeTest(server.url, dev.renditions)
    client = MediaClient(server.url, lambda: "a.b.c")
    with pytest.raises(SmokeTestFailed) as caught, test.steps.errors_as_failures():
        test.run_journey(client, client)
    return caught.value.reason


def test_an_announcement_without_an_upload(server: WebServer, dev: Environment) -> None:
    server.answer("POST /images", {"image_id": "1"}, status=201)
    assert "KeyError: 'upload'" in reason_of(server, dev)


def test_an_upload_that_is_refused(server: WebServer, dev: Environment) -> None:
    server.answer("PUT /uploads/o/1", status=403)
    assert "At 'upload by pre-signed request': " in reason_of(server, dev)


def test_a_picture_that_can_not_be_asked_for(server: WebServer, dev: Environment) -> None:
    server.answer("GET /images/1", {"title": "Internal"}, status=500)
    assert "At 'processed': ApiRefused: " in reason_of(server, dev)


def test_a_picture_without_a_state(server: WebServer, dev: Environment) -> None:
    server.answer("GET /images/1", {})
    assert reason_of(server, dev) == "At 'processed': KeyError: 'status'"


def test_a_rendition_that_is_no_picture(server: WebServer) -> None:
    served = {"url": f"{server.url}/file", "content_type": "image/jpeg"}
    server.answer("GET /file", b"no image", Content_Type="image/jpeg")
    test = SmokeTest(server.url, [])
    with pytest.raises(SmokeTestFailed) as caught, test.steps.errors_as_failures():
        test.checks.require_rendition({**served, "width": 1, "height": 1, "bytes": 10}, (1, 1))
    assert "UnidentifiedImageError" in caught.value.reason


class NoCognito:
    """Of all AWS, a user pool that refuses."""

    def __getattr__(self, name: str) -> Any:
        raise ClientError({"Error": {"Code": "TooManyRequests", "Message": "later"}}, name)


def test_a_user_pool_that_refuses(dev: Environment) -> None:
    session = SimpleNamespace(client=lambda *_, **__: NoCognito())
    target = Target(dev, None, cast("Any", session))
    values = dict.fromkeys(("api_url", "user_pool_id", "user_pool_client_id"), "")
    with pytest.raises(SmokeTestFailed) as caught:
        smoke.run(target, Outputs("dev", values), Screen())
    assert caught.value.reason.startswith("At 'preparation': ClientError: ")


def test_an_operator_who_stops_it_is_no_failure(dev: Environment) -> None:
    def stop() -> None:
        with SmokeTest("", dev.renditions).steps.errors_as_failures():
            raise Interrupted

    with pytest.raises(Interrupted):
        stop()
