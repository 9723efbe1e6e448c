"""``python -m tests.integration.faults.worker BUCKET KEY``: the processor's domain on one image."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from media.aws import build_clients
from media.inspection import InspectedImage, RenditionSpec, inspect_image
from media.model.limits import Limits
from media.model.sequencers import normalise_sequencer
from media.objects.bucket import MediaBucket
from media.reconciliation import ObjectChange, OriginalProcessor, Reconciler
from media.rendering.freshness import has_current_renditions
from media.rows.table import ImageTable

if TYPE_CHECKING:
    from media.aws import Clients

SPECS = (RenditionSpec("thumb", 64), RenditionSpec("small", 128))
LIMITS = Limits(upload_bytes=1_000_000)


def inspect(data: bytes, owner: str | None) -> InspectedImage:  # noqa: ARG001 - as called
    """Inspect in this very process, which is the one to be killed."""
    return inspect_image(data, LIMITS, SPECS)


def build_reconciler(clients: Clients, name: str) -> Reconciler:
    """Wire the domain to a bucket and a table of the same name."""
    bucket = MediaBucket(clients.s3, name)
    return Reconciler(
        ImageTable(clients.dynamodb, name, month_shards=1),
        bucket,
        OriginalProcessor(bucket, LIMITS, inspect, lambda: datetime.now(UTC)),
        partial(has_current_renditions, specs=SPECS),
        trash_life=timedelta(days=1),
    )


if __name__ == "__main__":
    _, bucket_and_table, key = sys.argv
    reconciler = build_reconciler(
        build_clients(read_timeout_seconds=10, attempts=1), bucket_and_table
    )
    reconciler.reconcile(ObjectChange(key, normalise_sequencer("1"), datetime.now(UTC)))
