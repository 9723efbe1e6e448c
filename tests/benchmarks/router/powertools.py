"""The same routes declared with Powertools' resolver: a process that measures itself."""

import time

BEGAN = time.process_time()

from http import HTTPStatus  # noqa: E402 - what is imported is what is measured
from typing import Any  # noqa: E402

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver  # noqa: E402
from aws_lambda_powertools.utilities.typing import LambdaContext  # noqa: E402

from functions.api.bodies import AnnounceRequest, DescribeRequest  # noqa: E402
from functions.api.views import HealthView  # noqa: E402
from tests.benchmarks.router.events import measure  # noqa: E402

app = APIGatewayHttpResolver(enable_validation=True)
OK = HealthView(status="ok")


@app.post("/images")
def announce(request: AnnounceRequest) -> tuple[HealthView, int]:  # noqa: ARG001
    """Answer a valid announcement."""
    return OK, HTTPStatus.CREATED.value


@app.get("/images")
@app.get("/images/<image_id>")
@app.get("/images/<image_id>/content")
@app.delete("/images/<image_id>")
@app.post("/images/<image_id>/restore")
@app.get("/health")
def show(image_id: str = "") -> HealthView:  # noqa: ARG001
    """Answer any other route."""
    return OK


@app.patch("/images/<image_id>")
def describe(image_id: str, request: DescribeRequest) -> HealthView:  # noqa: ARG001
    """Answer a valid description."""
    return OK


def respond(event: dict[str, Any]) -> dict[str, Any]:
    """Let the resolver answer."""
    return app.resolve(event, LambdaContext())


if __name__ == "__main__":
    measure(BEGAN, respond)
