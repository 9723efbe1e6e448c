"""Handles a tick of the schedule and returns what was purged."""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.log import build_logger
from functions.store import Store
from media.aws import build_clients
from media.lifecycle.purge import (
    PURGED_AT_ONCE,
    PurgedImage,
    Purger,
    PurgeResult,
    PurgeRules,
    RunEnd,
)
from media.model.clock import now
from media.objects.versions import VersionedObjects
from media.rows.due import PurgeQueue

# Enough to finish a page of images even if every call is slow.
_RESERVE_MILLISECONDS = 60_000
_METRICS = {
    PurgeResult.PURGED: "ImagesPurged",
    PurgeResult.FORGOTTEN: "TracesForgotten",
    PurgeResult.SPARED: "PurgesSpared",
    PurgeResult.FAILED: "PurgesFailed",
}

logger = build_logger()
metrics = Metrics()


class PurgeFailedError(Exception):
    """Some images could not be purged; they stay due, and the next run tries again."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} images could not be purged, and the next run tries again: "
            "the log lines above say why"
        )


def build_purger(store: Store, rules: PurgeRules) -> Purger:
    """Wire the domain to AWS."""
    clients = build_clients(read_timeout_seconds=10, attempts=3, connections=PURGED_AT_ONCE)
    return Purger(
        queue=PurgeQueue(clients.dynamodb, store.table, store.month_shards),
        objects=VersionedObjects(clients.s3, store.bucket),
        bucket=store.bucket,
        clock=now,
        rules=rules,
    )


def read_rules(environment: Mapping[str, str]) -> PurgeRules:
    """Read what bounds a purge; what is missing or wrong stops the function at its start."""
    return PurgeRules(
        trash_life=timedelta(days=int(environment["MEDIA_TRASH_DAYS"])),
        images_max=int(environment["MEDIA_PURGES_MAX"]),
    )


# At import, because Lambda gives a starting function more CPU than a running one may have.
purger = build_purger(Store.from_environment(os.environ), read_rules(os.environ))


def report(purged: PurgedImage) -> None:
    """Log the result for one image, without its key, which may be personal."""
    extra = {"image_id": purged.image_id, "result": purged.result.value}
    if purged.fault is None:
        logger.info("image handled", extra=extra)
    else:
        logger.error("image not purged", extra=extra, exc_info=purged.fault)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - a tick says nothing
    """Purge the due images.

    Raises
    ------
    PurgeFailedError
        If some could not be purged, to raise the alarm on failed runs.
    """
    results: Counter[PurgeResult] = Counter()

    def count(purged: PurgedImage) -> None:
        report(purged)
        results[purged.result] += 1

    end = purger.run(lambda: context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS, count)
    for result, name in _METRICS.items():
        metrics.add_metric(name, MetricUnit.Count, results[result])
    metrics.add_metric("PurgesHeldBack", MetricUnit.Count, int(end is RunEnd.HELD_BACK))
    if end is RunEnd.HELD_BACK:
        # The run must not fail: Lambda would retry it at once, and it would purge as many again.
        logger.error("more images are due than one run may purge: the rest waits for the next run")
    if results[PurgeResult.FAILED]:
        raise PurgeFailedError(results[PurgeResult.FAILED])
    counts = {result.value: results[result] for result in PurgeResult}
    return {**counts, "finished": end is RunEnd.FINISHED}
