"""AWS crashes during a burst: every upload that it had accepted still becomes an image."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.integration.faults.conftest import sample_image
from tests.integration.uploads import status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

UPLOADS, KILLED_AFTER, CLIENTS = 24, 8, 4


@pytest.fixture
def keys(aws: Aws) -> Iterator[list[str]]:
    keys = [f"uploads/{uuid4()}/{uuid4()}" for _ in range(UPLOADS)]
    yield keys
    # What was being worked on stays hidden in the queue for minutes; it has been accounted for.
    aws.sqs.purge_queue(QueueUrl=aws.outputs["queue_url"])
    for key in keys:
        aws.remove(key)


def test_no_accepted_upload_is_lost_when_aws_dies(dev: Checkout, aws: Aws, keys: list[str]) -> None:
    dev.run("emulator", "stop")  # all that is deployed is saved
    dev.run("emulator", "start")
    accepted = upload_until_killed(dev, aws, keys)
    assert KILLED_AFTER <= len(accepted) < UPLOADS
    dev.run("emulator", "start")

    dev.document("audit", "dev", "--grace", "0", "--afresh", "--repair")
    for key in accepted:
        aws.wait_for_row(key, lambda row: status(row) == "ready")
    for key in set(keys) - accepted:
        # Cut off before the answer: whether it was written or not, there is no half of it.
        found = aws.s3.list_objects_v2(Bucket=aws.bucket, Prefix=key)["KeyCount"]
        assert found == len(aws.rows_of(key))
    assert dev.document("audit", "dev", "--grace", "0", "--afresh")["differences"] == {}


def upload_until_killed(dev: Checkout, aws: Aws, keys: list[str]) -> set[str]:
    """Upload from several clients, kill AWS meanwhile, and return what it had accepted."""
    process = int((dev.state / "emulator" / "state" / "lock").read_text(encoding="ascii"))
    once = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    s3 = aws.session.client("s3", endpoint_url=aws.endpoint, config=once)
    accepted: set[str] = set()
    is_enough = Event()

    def upload(key: str) -> None:
        try:
            s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
        except (BotoCoreError, ClientError):
            return
        accepted.add(key)
        if len(accepted) >= KILLED_AFTER:
            is_enough.set()

    with ThreadPoolExecutor(CLIENTS) as pool:
        under_way = [pool.submit(upload, key) for key in keys]
        assert is_enough.wait(60)
        os.killpg(process, signal.SIGKILL)  # with the functions that run in it
        for each in under_way:
            each.result()
    s3.close()
    return accepted
