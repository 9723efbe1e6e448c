"""Our table of routes, answering constants: a process that measures itself."""

import time

BEGAN = time.process_time()

from http import HTTPStatus
from typing import Any

from functions.api.answer import Answer, answer_with
from functions.api.problems import ProblemError
from functions.api.request import Request
from functions.api.requests import AnnounceRequest, read_body
from functions.api.routes import find_route
from functions.api.views import HealthView
from tests.benchmarks.router.events import measure


def respond(event: dict[str, Any]) -> dict[str, Any]:
    """Find the route, read the body where there is one, and answer."""
    request = Request.from_event(event)
    try:
        route, _ = find_route(request.method, request.path)
        if route.body is AnnounceRequest:
            read_body(request, AnnounceRequest)
            return answer_with(HealthView(status="ok"), HTTPStatus.CREATED).document("id")
        return answer_with(HealthView(status="ok")).document("id")
    except ProblemError as problem:
        answer: Answer = problem.answer("id")
        return answer.document("id")


if __name__ == "__main__":
    measure(BEGAN, respond)
