"""Our table of routes, answering constants: a process that measures itself."""

import time

BEGAN = time.process_time()

from http import HTTPStatus
from typing import Any

from functions.api.bodies import AnnounceRequest, read_body
from functions.api.problems import ProblemError
from functions.api.request import Request
from functions.api.response import Response, respond
from functions.api.routes import find_route
from functions.api.views import HealthView
from tests.benchmarks.router.events import measure


def serve(event: dict[str, Any]) -> dict[str, Any]:
    """Find the route, read the body where there is one, and answer."""
    request = Request.from_event(event)
    try:
        route, _ = find_route(request.method, request.path)
        if route.body is AnnounceRequest:
            read_body(request, AnnounceRequest)
            return respond(HealthView(status="ok"), HTTPStatus.CREATED).document("id")
        return respond(HealthView(status="ok")).document("id")
    except ProblemError as problem:
        answer: Response = problem.answer("id")
        return answer.document("id")


if __name__ == "__main__":
    measure(BEGAN, serve)
