"""The same routes declared with Powertools' resolver: a process that measures itself."""

import time

BEGAN = time.process_time()

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.bodies import AnnounceRequest, DescribeRequest
from functions.api.views import HealthView
from tests.benchmarks.router.events import measure

app = APIGatewayHttpResolver(enable_validation=True)
OK = HealthView(status="ok")


@app.post("/images")
def announce(request: AnnounceRequest) -> tuple[HealthView, int]:
    """Answer a valid announcement."""
    return OK, HTTPStatus.CREATED.value


@app.get("/images")
@app.get("/images/<image_id>")
@app.get("/images/<image_id>/content")
@app.delete("/images/<image_id>")
@app.post("/images/<image_id>/restore")
@app.get("/health")
def show(image_id: str = "") -> HealthView:
    """Answer any other route."""
    return OK


@app.patch("/images/<image_id>")
def describe(image_id: str, request: DescribeRequest) -> HealthView:
    """Answer a valid description."""
    return OK


def respond(event: dict[str, Any]) -> dict[str, Any]:
    """Let the resolver answer."""
    return app.resolve(event, LambdaContext())


if __name__ == "__main__":
    measure(BEGAN, respond)
