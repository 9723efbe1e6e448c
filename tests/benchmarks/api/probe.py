"""Runs in a process of its own: the API's handler, warm, with every call to AWS timed apart.

Takes one JSON document a line on standard input and answers each with one on standard output, to
which the handler itself writes nothing here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from botocore.httpsession import URLLib3Session

from media import aws
from media.model.formats import ImageFormat
from media.model.images import ImageRecord, Status, StoredRendition
from media.rows.items import item_of

if TYPE_CHECKING:
    from collections.abc import Callable

NAMESPACE = UUID("8f7f6f0e-4d5e-4b8a-9d0f-2a5f7c1f0b11")
RENDITIONS = ("thumb", "small", "large")
BATCH_ITEMS = 25
BATCHES_AT_ONCE = 4
# The embedded DynamoDB searches a partition from one end to the other: 5 s for 100,000 rows.
PATIENCE_SECONDS = 60.0
build_clients = partial(aws.build_clients, read_timeout_seconds=PATIENCE_SECONDS, attempts=2)


@dataclass
class AwsCalls:
    """What is sent to AWS while it is watched."""

    milliseconds: list[float] = field(default_factory=list)

    def watch(self) -> None:
        """Time every HTTP request of botocore from now on."""
        send = URLLib3Session.send

        def timed(session: URLLib3Session, request: Any) -> Any:
            began = time.perf_counter()
            try:
                return send(session, request)
            finally:
                self.milliseconds.append((time.perf_counter() - began) * 1000)

        URLLib3Session.send = timed  # type: ignore[assignment,method-assign]


class Context:
    """What the runtime tells a function about itself."""

    function_name = "benchmark"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:benchmark:live"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """Return the same each time."""
        return 30_000


def image_id(owner: str, number: int) -> str:
    """Return the id of an owner's image; the same each time, so that it can be found again."""
    return str(uuid5(NAMESPACE, f"{owner}/{number}"))


def fill(table: str, owner: str, first: int, count: int, *, rendered: bool) -> dict[str, Any]:
    """Write an owner's images as rows, a second apart, the higher its number the newer."""
    dynamodb = build_clients().dynamodb
    began = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    def write(start: int) -> None:
        numbers = range(start, min(start + BATCH_ITEMS, first + count))
        rows = [item_of(_record(owner, n, began, rendered=rendered), 1) for n in numbers]
        left: Any = {table: [{"PutRequest": {"Item": row}} for row in rows]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(BATCHES_AT_ONCE) as pool:
        for _ in pool.map(write, range(first, first + count, BATCH_ITEMS)):
            pass
    return {"first_image": image_id(owner, first)}


def clear(table: str, owner: str, count: int) -> dict[str, Any]:
    """Remove the rows that `fill` wrote."""
    dynamodb = build_clients().dynamodb
    for number in range(count):
        dynamodb.delete_item(TableName=table, Key={"image_id": {"S": image_id(owner, number)}})
    return {"cleared": count}


def measure(
    case: dict[str, Any], owner: str, rounds: int, warm_up: int, *, admin: bool
) -> dict[str, Any]:
    """Send one request again and again; return milliseconds, calls to AWS and the statuses."""
    from functions.api.handler import handler  # noqa: PLC0415 - timed apart, and patched before

    walls, works, waits, calls, statuses, sizes = [], [], [], [], [], []
    for number in range(warm_up + rounds):
        event = _event(case, owner, number if case["fresh_images"] else 0, admin=admin)
        CALLS.milliseconds.clear()
        began, worked = time.perf_counter(), time.process_time()
        answer = handler(event, Context())  # type: ignore[arg-type]
        walls.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
        waits.append(sum(CALLS.milliseconds))
        calls.append(len(CALLS.milliseconds))
        statuses.append(answer["statusCode"])
        sizes.append(len(answer.get("body") or ""))
    return {
        "milliseconds": walls[warm_up:],
        "core_milliseconds": works[warm_up:],
        "aws_milliseconds": waits[warm_up:],
        "aws_calls": calls[warm_up:],
        "statuses": sorted(set(statuses)),
        "body_characters": max(sizes),
    }


def _record(owner: str, number: int, began: datetime, *, rendered: bool) -> ImageRecord:
    identity = image_id(owner, number)
    return ImageRecord(
        image_id=identity,
        key=f"uploads/{owner}/{identity}",
        status=Status.READY,
        owner=owner,
        uploaded_at=began + timedelta(seconds=number),
        version_id="0" * 32,
        sequencer="0" * 18,
        sha256="ab" * 32,
        bytes=161_713,
        format=ImageFormat.JPEG,
        content_type="image/jpeg",
        width=4000,
        height=3000,
        frames=1,
        placeholder="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        average_colour="#8a8f7c",
        title=f"DSCN{number:06}.jpg",
        renditions={
            name: StoredRendition(
                f"renditions/{identity}/{'ab' * 32}/{name}.webp", 640, 480, 9_000, "image/webp"
            )
            for name in (RENDITIONS if rendered else ())
        },
    )


def _event(case: dict[str, Any], owner: str, number: int, *, admin: bool) -> dict[str, Any]:
    method, _, path = case["route"].partition(" ")
    identity = image_id(owner, number)
    path = path.replace("{id}", identity)
    pairs = [pair.split("=", 1) for pair in case["query"].split("&") if pair]
    claims = {"sub": owner, **({"cognito:groups": "[admins]"} if admin else {})}
    content = {"content-type": "application/json"} if case["body"] else {}
    return {
        "version": "2.0",
        "routeKey": case["route"],
        "rawPath": path,
        "rawQueryString": case["query"],
        "queryStringParameters": dict(pairs) or None,
        "pathParameters": {"id": identity} if "{id}" in case["route"] else None,
        "headers": {"host": "benchmark", **content, **dict(case["headers"])},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "benchmark",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": case["route"],
            "stage": "$default",
            "timeEpoch": 1795410027000,
        },
        "body": case["body"],
        "isBase64Encoded": False,
    }


CALLS = AwsCalls()
COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "fill": fill,
    "clear": clear,
    "measure": measure,
}


def main() -> None:
    """Obey until standard input ends."""
    # The handler builds its clients when it is imported.
    vars(aws)["build_clients"] = lambda **settings: build_clients(
        **{**settings, "read_timeout_seconds": PATIENCE_SECONDS}
    )
    CALLS.watch()
    answers = sys.stdout
    with Path(os.devnull).open("w", encoding="utf-8") as sys.stdout:  # the handler's log
        for line in sys.stdin:
            order = json.loads(line)
            answers.write(json.dumps(COMMANDS[order.pop("do")](**order)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
