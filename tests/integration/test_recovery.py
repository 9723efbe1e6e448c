"""The restore drill of docs/recover.md: deleted data is restored unchanged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.integration.uploads import sample_image, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

IMAGES = 6


@pytest.fixture
def images(aws: Aws) -> Iterator[list[dict[str, Any]]]:
    """Ready images of one user, with titles."""
    owner = uuid4()
    keys = [f"uploads/{owner}/{uuid4()}" for _ in range(IMAGES)]
    for number, key in enumerate(keys):
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image(200 + number, 100))
    for key in keys:
        row = aws.wait_for_row(key, lambda row: status(row) == "ready")
        aws.dynamodb.put_item(TableName=aws.table, Item=row | {"title": {"S": f"Title of {key}"}})
    aws.wait_for_empty_queue()
    yield [aws.rows_of(key)[0] for key in keys]
    for key in keys:
        aws.remove(key)


@pytest.fixture
def restored(aws: Aws, images: list[dict[str, Any]]) -> Iterator[str]:
    """The copy; taken before the loss, since the embedded AWS knows no other moment."""
    name = f"{aws.table}-restored"
    assert images
    aws.dynamodb.restore_table_to_point_in_time(
        SourceTableName=aws.table, TargetTableName=name, UseLatestRestorableTime=True
    )
    aws.dynamodb.get_waiter("table_exists").wait(TableName=name)
    yield name
    aws.dynamodb.delete_table(TableName=name)


def objects(aws: Aws, image: dict[str, Any]) -> dict[str, str]:
    """Return what an image is made of: the key and the checksum of each object."""
    renditions = [entry["M"]["key"]["S"] for entry in image["renditions"]["M"].values()]
    return {
        key: aws.s3.head_object(Bucket=aws.bucket, Key=key)["ETag"]
        for key in (image["key"]["S"], *renditions)
    }


def test_what_was_deleted_comes_back_as_it_was(
    dev: Checkout, aws: Aws, images: list[dict[str, Any]], restored: str
) -> None:
    before = [objects(aws, image) for image in images]
    began = datetime.now(UTC) - timedelta(seconds=2)  # S3 tells whole seconds
    # Some lose their rows, some their originals, some both; some renditions go as well.
    for number, image in enumerate(images):
        if number % 3 != 1:
            aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": image["image_id"]})
        if number % 3 != 0:
            aws.s3.delete_object(Bucket=aws.bucket, Key=image["key"]["S"])
        aws.s3.delete_object(
            Bucket=aws.bucket, Key=next(iter(before[number].keys() - {image["key"]["S"]}))
        )
    aws.wait_for_empty_queue()

    moment = began.isoformat()
    asked = ("--rows-from", restored, "--deleted-since", moment)
    planned = dev.document("recover", "dev", *asked, "--dry-run")
    done = dev.document("recover", "dev", *asked)
    assert planned | {"dry_run": False} == done
    assert done["originals"] == 4
    for image in images:
        aws.wait_for_row(image["key"]["S"], lambda row: status(row) == "ready")
    aws.wait_for_empty_queue()
    dev.document("audit", "dev", "--grace", "0", "--afresh", "--repair")
    aws.wait_for_empty_queue()

    assert dev.document("audit", "dev", "--grace", "0", "--afresh")["differences"] == {}
    assert [objects(aws, image) for image in images] == before
    for image in images:
        [row] = aws.rows_of(image["key"]["S"])
        # An object that was away has a later place in its history.
        later = {"sequencer": None, "revision": None, "processed_at": None}
        assert row | later == image | later


def test_recover_says_what_it_lacks(dev: Checkout) -> None:
    assert "--rows-from TABLE" in dev.run("recover", "dev", code=1)
    assert "no table called nowhere" in dev.run("recover", "dev", "--rows-from", "nowhere", code=1)
