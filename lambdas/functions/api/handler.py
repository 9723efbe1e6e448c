"""An HTTP request in, an HTTP answer out."""

import os
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.caller import Caller, read_caller
from functions.api.images import ImageRoutes
from functions.api.problems import ProblemError, internal_error, route_not_found
from functions.api.requests import decode_body
from functions.api.responses import respond, respond_problem
from functions.api.settings import Settings
from media.aws import build_clients
from media.signing import Signer
from media.table import ImageTable

logger = Logger()
app = APIGatewayHttpResolver()


def now() -> datetime:
    """Tell the present."""
    return datetime.now(UTC)


def build_routes(settings: Settings) -> ImageRoutes:
    """Wire the domain to AWS."""
    # Two tries at most within the ten seconds that the function has.
    clients = build_clients(read_timeout_seconds=3, attempts=2)
    return ImageRoutes(
        table=ImageTable(clients.dynamodb, settings.table, settings.month_shards),
        signer=Signer(clients.s3, settings.bucket, settings.url_expiry, now),
        clock=now,
        upload_bytes_max=settings.upload_bytes_max,
    )


# At import, because a starting function has a whole processor to itself and a running one may not.
images = build_routes(Settings.from_environment(os.environ))


@app.post("/images")
def announce_image() -> Response[str]:
    """Announce an upload."""
    return images.announce(_caller(), decode_body(app.current_event.raw_event))


@app.get("/images")
def list_images() -> Response[str]:
    """List the caller's images."""
    return images.list_own(_caller(), app.current_event.query_string_parameters)


@app.get("/images/<image_id>")
def show_image(image_id: str) -> Response[str]:
    """Show one image."""
    return images.show(_caller(), image_id)


@app.delete("/images/<image_id>")
def trash_image(image_id: str) -> Response[str]:
    """Throw one image away."""
    return images.trash(_caller(), image_id)


@app.get("/health")
def health() -> Response[str]:
    """Say that the function runs; open to all, so it says nothing else."""
    return respond(HTTPStatus.OK, {"status": "ok"})


@app.exception_handler(ProblemError)  # type: ignore[untyped-decorator]
def answer_problem(problem: ProblemError) -> Response[str]:
    """Answer a request that can't be served."""
    return respond_problem(problem, _request_id())


@app.not_found
def answer_unknown_route(_error: NotFoundError) -> Response[str]:
    """Answer a request of no route."""
    return respond_problem(route_not_found(), _request_id())


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def answer_fault(error: Exception) -> Response[str]:
    """Answer where we failed; the log has the reason, the caller the request id."""
    logger.error("request failed", exc_info=error)
    return respond_problem(internal_error(), _request_id())


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, and log and count it by its route, never by its path or query."""
    started = time.perf_counter()
    answer = app.resolve(event, context)
    answer.setdefault("headers", {})["X-Request-Id"] = event["requestContext"]["requestId"]
    route, status = event.get("routeKey", "none"), str(answer["statusCode"])
    milliseconds = (time.perf_counter() - started) * 1000
    logger.info(
        "request answered",
        extra={
            "request_id": event["requestContext"]["requestId"],
            "route": route,
            "status": status,
            "milliseconds": round(milliseconds, 1),
        },
    )
    with single_metric(name="Requests", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="route", value=route)
        metric.add_dimension(name="status", value=status)
    return answer


def _caller() -> Caller:
    return read_caller(app.current_event.raw_event)


def _request_id() -> str:
    return app.current_event.request_context.request_id
