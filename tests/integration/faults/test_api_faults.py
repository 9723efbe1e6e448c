"""Each AWS call of the API fails: once, and permanently."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from media.aws import build_clients
from media.model.images import ImageRecord, Status
from tests.integration.faults.conftest import READ_TIMEOUT_SECONDS
from tests.integration.faults.proxy import ALWAYS, Fault, FaultProxy, Spoiled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from media.reconciliation import Reconciler
    from tests.integration.faults.conftest import Store

EVENT = Path(__file__).resolve().parents[2] / "unit" / "lambdas" / "events" / "http-request.json"
ANNOUNCED = {"content_type": "image/jpeg", "bytes": 1000}
# Each request with its calls to AWS; the image is in the trash for the last one.
REQUESTS = {
    "POST /images": ["PutItem"],
    "GET /images": ["Query"],
    "GET /images/{id}": ["GetItem"],
    "PATCH /images/{id}": ["GetItem", "UpdateItem"],
    "DELETE /images/{id}": ["GetItem", "UpdateItem"],
    "POST /images/{id}/restore": ["GetItem", "UpdateItem"],
}
CALLS = [(request, call) for request, calls in REQUESTS.items() for call in calls]


@dataclass
class Api:
    """The API's handler, with every AWS call going through the proxy."""

    module: ModuleType
    store: Store
    proxy: FaultProxy

    def image(self, reconciler: Reconciler, request: str) -> ImageRecord:
        """Return a new ready image, in the trash where the request is to restore one."""
        self.proxy.watch()
        change = self.store.put()
        reconciler.reconcile(change)
        image = self.row(change.key)
        if request.endswith("/restore"):
            assert self.send("DELETE /images/{id}", image)[0] == 204
            image = self.row(change.key)
        self.proxy.watch()
        return image

    def row(self, key: str) -> ImageRecord:
        row = self.store.row_of(key.rpartition("/")[2])
        assert row
        return row

    def send(self, request: str, image: ImageRecord) -> tuple[int, dict[str, Any]]:
        """Send a request as the image's owner."""
        method, _, path = request.partition(" ")
        event = json.loads(EVENT.read_text(encoding="utf-8"))
        path = path.replace("{id}", image.image_id)
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = image.owner
        event["headers"]["if-match"] = f'"{image.revision}"'
        event["body"] = json.dumps({"title": "new"} if method == "PATCH" else ANNOUNCED)
        answer = self.module.handler(event, LambdaContext())
        return answer["statusCode"], json.loads(answer["body"] or "{}")


class LambdaContext:
    """What the Lambda runtime tells a function about itself."""

    function_name = "api"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:api:live"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"


@pytest.fixture(scope="module")
def api(store: Store, proxy: FaultProxy, variables: dict[str, str]) -> Iterator[Api]:
    settings = {
        "MEDIA_BUCKET": store.name,
        "MEDIA_TABLE": store.name,
        "MEDIA_MONTH_SHARDS": "1",
        "MEDIA_UPLOAD_BYTES_MAX": "1000000",
        "MEDIA_URL_EXPIRY_SECONDS": "900",
        "MEDIA_UPLOAD_FORM": "true",
        "MEDIA_TRASH_DAYS": "30",
        "MEDIA_CURSOR_KEY": "0123456789abcdef0123456789abcdef",
        "MEDIA_FIRST_MONTH": "2026-11",
        "POWERTOOLS_SERVICE_NAME": "api",
        "POWERTOOLS_METRICS_NAMESPACE": "faults",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**variables, **settings}.items():
            patch.setenv(name, value)
        patched = partial(_hasty_clients, [])
        patch.setattr("media.aws.build_clients", patched)
        module = importlib.reload(importlib.import_module("functions.api.handler"))
        yield Api(module, store, proxy)
        for clients in patched.args[0]:
            clients.s3.close()
            clients.dynamodb.close()


def _hasty_clients(made: list[Any], **settings: Any) -> Any:
    made.append(build_clients(**{**settings, "read_timeout_seconds": READ_TIMEOUT_SECONDS}))
    return made[-1]


@pytest.mark.parametrize("request_", REQUESTS)
def test_these_are_the_calls(api: Api, reconciler: Reconciler, request_: str) -> None:
    image = api.image(reconciler, request_)
    status, _ = api.send(request_, image)
    assert status < 300
    assert api.proxy.calls == REQUESTS[request_]


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.RESET])
@pytest.mark.parametrize(("request_", "operation"), CALLS)
def test_what_fails_once_is_tried_again(
    api: Api, reconciler: Reconciler, request_: str, operation: str, fault: Fault
) -> None:
    image = api.image(reconciler, request_)
    api.proxy.watch(Spoiled(operation, fault))
    status, _ = api.send(request_, image)
    assert status < 300


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SILENT, Fault.LOST])
@pytest.mark.parametrize(("request_", "operation"), CALLS)
def test_a_permanent_failure_is_reported_as_ours_and_harms_nothing(
    api: Api, reconciler: Reconciler, request_: str, operation: str, fault: Fault
) -> None:
    image = api.image(reconciler, request_)
    api.proxy.watch(Spoiled(operation, fault, times=ALWAYS))
    status, problem = api.send(request_, image)
    api.proxy.watch()
    assert status >= 500
    assert problem["type"]
    after = api.row(image.key)
    # A write whose answers are lost may have been made, once and whole.
    was_made = fault is Fault.LOST and operation == "UpdateItem"
    assert after.revision == image.revision + was_made
    assert after.renditions == image.renditions
    assert was_made or after == image
    assert after.status in {Status.READY, Status.TRASHED}
    status, _ = api.send(request_, after)
    # What is in the trash by now can't be thrown away again.
    assert status == 404 if was_made and request_.startswith("DELETE") else status < 300
