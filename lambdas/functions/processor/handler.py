"""Handles a batch of queue messages and returns those that failed."""

import os
import time
from functools import partial
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.log import build_logger
from functions.processor.event import parse_message
from functions.processor.settings import Settings
from media.aws import build_clients
from media.inspection import Inspector, Measure
from media.model.clock import now
from media.model.keys import is_folder_marker
from media.objects.bucket import MediaBucket
from media.reconciliation import (
    OriginalProcessor,
    Outcome,
    Reconciler,
    ReprocessRequest,
    Result,
)
from media.rendering.freshness import has_current_renditions
from media.rows.table import ImageTable

_METRICS = {
    Result.READY: "ImagesReady",
    Result.REJECTED: "ImagesRejected",
    Result.TOMBSTONED: "ImagesTombstoned",
    Result.SUPERSEDED: "EventsSuperseded",
    Result.CURRENT: "ImagesCurrent",
}

logger = build_logger()
metrics = Metrics()
batch = BatchProcessor(event_type=EventType.SQS)


class BatchFailedError(Exception):
    """Every message of a batch failed; all return to the queue."""

    def __init__(self) -> None:
        super().__init__("every message of the batch failed: the log lines above say why")


def build_inspector(settings: Settings) -> Inspector:
    """Start the inspector, while the rest of the function starts."""
    inspector = Inspector(
        settings.limits,
        settings.renditions,
        settings.file_seconds_max,
        settings.memory_bytes,
        on_refused=warn_of_refused,
    )
    inspector.start()
    return inspector


def warn_of_refused(refused: frozenset[Measure]) -> None:
    """Log once which confinement measures this system refuses; work continues."""
    logger.warning("decoder not fully confined", extra={"refused": sorted(refused)})


def build_reconciler(settings: Settings, inspector: Inspector) -> Reconciler:
    """Connect the domain to AWS."""
    # All attempts of one call together stay well below the timeout of the function.
    clients = build_clients(read_timeout_seconds=10, attempts=3)
    bucket = MediaBucket(clients.s3, settings.store.bucket)
    return Reconciler(
        table=ImageTable(clients.dynamodb, settings.store.table, settings.store.month_shards),
        bucket=bucket,
        processor=OriginalProcessor(bucket, settings.limits, inspector.inspect, now),
        is_current=partial(has_current_renditions, specs=settings.renditions),
        trash_life=settings.trash_life,
    )


# At import, because Lambda gives a starting function more CPU than a running one may have.
settings = Settings.from_environment(os.environ)
inspector = build_inspector(settings)
reconciler = build_reconciler(settings, inspector)


def handle_record(record: SQSRecord) -> None:
    """Handle one message; an exception returns only this message to the queue."""
    started = time.perf_counter()
    # `redrive` finds the lines of a message by its id.
    fields = {"message_id": record.message_id}
    try:
        message = parse_message(record.body, settings.store.bucket)
        if is_folder_marker(message.key):
            metrics.add_metric("FolderMarkers", MetricUnit.Count, 1)
            logger.info("folder marker passed over", extra=fields | {"result": "folder_marker"})
            return
        if isinstance(message, ReprocessRequest):
            outcome = reconciler.reprocess(message)
        else:
            outcome = reconciler.reconcile(message)
    except Exception:
        metrics.add_metric("EventsFailed", MetricUnit.Count, 1)
        logger.exception("event failed", extra=fields)
        raise
    report(outcome, (time.perf_counter() - started) * 1000, fields)


def report(outcome: Outcome, milliseconds: float, fields: dict[str, str]) -> None:
    """Log and count the outcome of an event, without the key, which may be personal."""
    logger.info(
        "event handled",
        extra=fields
        | {
            "image_id": outcome.image_id,
            "result": outcome.result.value,
            "reason": outcome.reason and outcome.reason.value,
            "bytes_in": outcome.bytes_in,
            "milliseconds": round(milliseconds, 1),
        },
    )
    metrics.add_metric(_METRICS[outcome.result], MetricUnit.Count, 1)
    if outcome.result in (Result.READY, Result.REJECTED):
        metrics.add_metric("ProcessingMilliseconds", MetricUnit.Milliseconds, milliseconds)
        metrics.add_metric("BytesIn", MetricUnit.Bytes, outcome.bytes_in)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Reconcile the images of a batch of events.

    Raises
    ------
    BatchFailedError
        If the whole batch failed, to raise the alarm on failed runs.
    """
    try:
        return process_partial_response(
            event=event, record_handler=handle_record, processor=batch, context=context
        )
    except BatchProcessingError:
        # It contains the error of each message, with keys, and Lambda would log it unfiltered.
        raise BatchFailedError from None
