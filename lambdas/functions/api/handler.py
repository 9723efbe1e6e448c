"""Handles an HTTP request and returns the response."""

import os
import time
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.dispatch import Dispatcher
from functions.api.images import ImageRoutes
from functions.api.listing import ListingRoute
from functions.api.problems import ProblemError, internal_error
from functions.api.request import Request
from functions.api.response import Response
from functions.api.routes import find_route
from functions.api.settings import Settings
from functions.api.trashing import TrashRoutes
from functions.log import build_logger
from media.aws import build_clients
from media.lifecycle.trash import Trash
from media.model.clock import now
from media.objects.orphans import OrphanFinder
from media.rows.listings import ImageListings
from media.rows.table import ImageTable
from media.urls.signing import Signer

_NO_ROUTE, _PREFLIGHT = "none", "OPTIONS"

logger = build_logger()


def build_dispatcher(settings: Settings) -> Dispatcher:
    """Connect the routes to the domain, and the domain to AWS."""
    # Two attempts fit into the ten seconds of the function.
    clients = build_clients(read_timeout_seconds=3, attempts=2)
    store = settings.store
    table = ImageTable(clients.dynamodb, store.table, store.month_shards)
    signer = Signer(clients.s3, clients.credentials, store.bucket, settings.url_expiry, now)
    images = ImageRoutes(
        table=table,
        orphans=OrphanFinder(clients.s3, store.bucket),
        signer=signer,
        clock=now,
        upload_bytes_max=settings.upload_bytes_max,
        gives_forms=settings.gives_forms,
    )
    listing = ListingRoute(
        listings=ImageListings(clients.dynamodb, store.table, store.month_shards),
        signer=signer,
        clock=now,
        cursor_key=settings.cursor_key,
        first_month=settings.first_month,
    )
    trash = TrashRoutes(trash=Trash(table, settings.trash_life, now), images=images)
    return Dispatcher(images=images, listing=listing, trash=trash)


# At import, because Lambda gives a starting function more CPU than a running one may have.
dispatcher = build_dispatcher(Settings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's contract
    """Answer a request, and log and count it by route, never by path or query."""
    started = time.perf_counter()
    request_id = event["requestContext"]["requestId"]
    route, answer = answer_event(event, request_id)
    milliseconds = (time.perf_counter() - started) * 1000
    status = str(answer.status.value)
    logger.info(
        "request answered",
        extra={
            "request_id": request_id,
            "route": route,
            "status": status,
            "milliseconds": round(milliseconds, 1),
        },
    )
    with single_metric(name="Requests", unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="route", value=route)
        metric.add_dimension(name="status", value=status)
    return answer.document(request_id)


def answer_event(event: dict[str, Any], request_id: str) -> tuple[str, Response]:
    """Answer an event, even if it fails, and return the name of its route."""
    name = _NO_ROUTE
    try:
        request = Request.from_event(event)
        if request.method == _PREFLIGHT:
            # The gateway adds the CORS headers.
            return _PREFLIGHT, Response(HTTPStatus.NO_CONTENT)
        route, values = find_route(request.method, request.path)
        name = route.key
        return name, dispatcher.answer(route, values, request)
    except ProblemError as problem:
        return name, problem.answer(request_id)
    except Exception:
        # The log gets the reason, and the caller the request id.
        logger.exception("request failed")
        return name, internal_error().answer(request_id)
