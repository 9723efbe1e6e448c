from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PIL import Image

from media.aws import build_clients
from media.model.images import Status
from media.model.sequencers import normalise_sequencer
from media.reconciliation import ObjectChange
from media.rows.table import ImageTable
from tests.integration.faults.proxy import FaultProxy
from tests.integration.faults.worker import SPECS, build_reconciler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from media.model.images import ImageRecord
    from media.reconciliation import Reconciler
    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

# A call that is never answered is given up after the first, one that is late is not.
READ_TIMEOUT_SECONDS, SLOW_SECONDS = 0.6, 0.2
ATTEMPTS = 3
NUMBERS = count(1)


@dataclass(frozen=True)
class Store:
    """A bucket and a table of the test's own, which no deployed function works on.

    Parameters
    ----------
    aws
        The AWS itself.
    name
        Of both.
    """

    aws: Aws
    name: str

    def put(self) -> ObjectChange:
        """Write a new original; return what S3 would tell of it."""
        key = f"uploads/{uuid4()}/{uuid4()}"
        self.aws.s3.put_object(Bucket=self.name, Key=key, Body=sample_image())
        return self.change(key)

    def change(self, key: str) -> ObjectChange:
        sequencer = normalise_sequencer(f"{next(NUMBERS):x}")
        return ObjectChange(key, sequencer, datetime.now(UTC))

    def row(self, change: ObjectChange) -> ImageRecord | None:
        """Return the row of a changed image."""
        return self.row_of(change.key.rpartition("/")[2])

    def require_ready(self, change: ObjectChange) -> None:
        """Require that an image is ready with all its renditions."""
        row = self.row(change)
        assert row
        assert row.status is Status.READY
        assert set(row.renditions) == {spec.name for spec in SPECS}

    def row_of(self, image_id: str) -> ImageRecord | None:
        """Return the row of an image, required to list nothing that is not there."""
        row = ImageTable(self.aws.dynamodb, self.name, month_shards=1).get(image_id)
        for rendition in row.renditions.values() if row else ():
            self.aws.s3.head_object(Bucket=self.name, Key=rendition.key)
        return row


def sample_image() -> bytes:
    target = io.BytesIO()
    Image.effect_noise((200, 150), 60).save(target, "JPEG")
    return target.getvalue()


@pytest.fixture(scope="module")
def store(aws: Aws) -> Iterator[Store]:
    name = f"faults-{uuid4().hex[:8]}"
    aws.s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "image_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("image_id", "owner", "listed_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_owner",
                "KeySchema": [
                    {"AttributeName": "owner", "KeyType": "HASH"},
                    {"AttributeName": "listed_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Store(aws, name)
    aws.dynamodb.delete_table(TableName=name)
    for page in aws.s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", []):
            aws.s3.delete_object(Bucket=name, Key=entry["Key"])
    aws.s3.delete_bucket(Bucket=name)


@pytest.fixture(scope="module")
def proxy(aws: Aws) -> Iterator[FaultProxy]:
    with FaultProxy(aws.endpoint, SLOW_SECONDS).running() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def variables(proxy: FaultProxy, dev: Checkout) -> dict[str, str]:
    """What a function finds in its environment, with all its calls going through the proxy."""
    return {
        "AWS_ENDPOINT_URL": proxy.url,
        **dev.emulator.credentials.variables,
        "AWS_DEFAULT_REGION": "eu-central-1",
    }


class _NoPause:
    """Time without waiting between tries."""

    @staticmethod
    def sleep(_: float) -> None:
        pass


@pytest.fixture(scope="module")
def reconciler(store: Store, variables: dict[str, str]) -> Iterator[Reconciler]:
    """The processor's domain, with every AWS call going through the proxy."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr("botocore.endpoint.time", _NoPause)
        patch.setattr("media.objects.bucket.time", _NoPause)
        clients = build_clients(read_timeout_seconds=READ_TIMEOUT_SECONDS, attempts=ATTEMPTS)
        yield build_reconciler(clients, store.name)
        clients.s3.close()
        clients.dynamodb.close()
