"""``python -m tests.integration.faults.worker BUCKET KEY``: the processor's domain on one image."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from media.aws import build_clients
from media.bucket import MediaBucket
from media.inspection import RenditionSpec
from media.limits import Limits
from media.reconciliation import ObjectChange, Reconciler
from media.sequencers import normalise_sequencer
from media.table import ImageTable


def main(name: str, key: str) -> None:
    """Reconcile one image of a bucket and a table of the same name."""
    clients = build_clients(read_timeout_seconds=10, attempts=1)
    table = ImageTable(clients.dynamodb, name, month_shards=1)
    bucket = MediaBucket(clients.s3, name)
    specs = (RenditionSpec("thumb", 64), RenditionSpec("small", 128))
    limits = Limits(upload_bytes=1_000_000)
    reconciler = Reconciler(table, bucket, limits, specs, timedelta(days=1))
    reconciler.reconcile(ObjectChange(key, normalise_sequencer("1"), datetime.now(UTC)))


if __name__ == "__main__":
    main(*sys.argv[1:])
