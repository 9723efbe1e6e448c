"""The requests that both routers answer, and how long they take for them."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS = 2000
IMAGE_ID = "3f0f6d0e-8c1d-4f7e-9b5e-0c3f6a1d2b4c"
BODY = json.dumps({"content_type": "image/jpeg", "bytes": 1234, "title": "Quay", "tags": ["sea"]})


def event(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    """Return an event of payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": body,
        "isBase64Encoded": False,
    }


EVENTS = (event("GET", f"/images/{IMAGE_ID}"), event("POST", "/images", BODY))


def measure(began: float, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Print the processor's milliseconds up to the first answer, and microseconds a later one.

    Parameters
    ----------
    began : float
        The process time before anything was imported.
    answer : callable
        From an event to what the gateway is handed.
    """
    statuses = [answer(each)["statusCode"] for each in EVENTS]
    first = (time.process_time() - began) * 1000
    started = time.process_time()
    for _ in range(REQUESTS):
        for each in EVENTS:
            answer(each)
    later = (time.process_time() - started) * 1_000_000 / REQUESTS / len(EVENTS)
    sys.stdout.write(json.dumps({"statuses": statuses, "first_ms": first, "later_us": later}))
