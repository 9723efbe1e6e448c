"""The functions' roles, with IAM enforced: what they need works, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.integration.roles import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws


@pytest.fixture(scope="module")
def original(aws: Aws) -> Iterator[str]:
    key = f"uploads/roles-{uuid4().hex}"
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"not an image")
    aws.wait_for_row(key, lambda row: row["status"]["S"] == "rejected")
    yield key
    aws.remove(key)


def test_the_processor_reads_originals_and_writes_renditions(
    aws: Aws, processor: Aws, original: str
) -> None:
    with processor.s3.get_object(Bucket=aws.bucket, Key=original)["Body"] as body:
        assert body.read() == b"not an image"
    key = f"renditions/{uuid4()}/x/thumb.webp"
    processor.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"x")
    aws.s3.delete_object(Bucket=aws.bucket, Key=key)


def test_the_processor_does_nothing_else_to_objects(
    aws: Aws, processor: Aws, original: str
) -> None:
    s3, bucket = processor.s3, aws.bucket
    refused(lambda: s3.put_object(Bucket=bucket, Key="uploads/x", Body=b"x"))
    refused(lambda: s3.put_object(Bucket=bucket, Key="elsewhere", Body=b"x"))
    refused(lambda: s3.delete_object(Bucket=bucket, Key=original))
    refused(lambda: s3.get_object(Bucket=bucket, Key="renditions/x"))
    refused(lambda: s3.get_object(Bucket=aws.outputs["log_bucket"], Key="x"))


def test_the_processor_cannot_scan_or_delete_rows(aws: Aws, processor: Aws) -> None:
    row = {"image_id": {"S": "x"}}
    refused(lambda: processor.dynamodb.scan(TableName=aws.table))
    refused(lambda: processor.dynamodb.delete_item(TableName=aws.table, Key=row))
    refused(lambda: processor.dynamodb.put_item(TableName=aws.table, Item={"image_id": {"S": "x"}}))
    refused(processor.dynamodb.list_tables)


def test_the_api_reads_what_it_serves(aws: Aws, api: Aws, original: str) -> None:
    with api.s3.get_object(Bucket=aws.bucket, Key=original)["Body"] as body:
        assert body.read() == b"not an image"
    found = api.dynamodb.get_item(TableName=aws.table, Key={"image_id": {"S": "none"}})
    assert "Item" not in found


def test_the_api_deletes_nothing_and_writes_no_renditions(
    aws: Aws, api: Aws, original: str
) -> None:
    row = {"image_id": {"S": "x"}}
    refused(lambda: api.s3.delete_object(Bucket=aws.bucket, Key=original))
    refused(lambda: api.s3.put_object(Bucket=aws.bucket, Key="renditions/x", Body=b"x"))
    refused(lambda: api.dynamodb.scan(TableName=aws.table))
    refused(lambda: api.dynamodb.delete_item(TableName=aws.table, Key=row))


def test_the_api_lists_no_trash_no_objects_elsewhere_and_no_other_table(aws: Aws, api: Aws) -> None:
    due = {":shard": {"S": "trash#0"}}
    refused(
        lambda: api.dynamodb.query(
            TableName=aws.table,
            IndexName="by_purge",
            KeyConditionExpression="trash_shard = :shard",
            ExpressionAttributeValues=due,
        )
    )
    refused(lambda: api.s3.list_objects_v2(Bucket=aws.bucket, Prefix="renditions/"))
    refused(lambda: api.s3.list_objects_v2(Bucket=aws.bucket))
    other = f"{aws.table}-of-another"
    refused(lambda: api.dynamodb.get_item(TableName=other, Key={"image_id": {"S": "x"}}))
    refused(lambda: api.s3.put_object(Bucket=aws.bucket, Key="elsewhere", Body=b"x"))


def test_the_purger_sees_no_image_and_writes_none(aws: Aws, purger: Aws, original: str) -> None:
    s3, bucket = purger.s3, aws.bucket
    refused(lambda: s3.get_object(Bucket=bucket, Key=original))
    refused(lambda: s3.put_object(Bucket=bucket, Key=original, Body=b"x"))
    refused(lambda: s3.list_object_versions(Bucket=bucket))
    refused(lambda: s3.delete_object(Bucket=bucket, Key="elsewhere", VersionId="x"))
    refused(lambda: purger.dynamodb.scan(TableName=aws.table))


def test_none_can_take_from_the_dead_letters(
    aws: Aws, processor: Aws, api: Aws, purger: Aws
) -> None:
    url = aws.outputs["dead_letter_queue_url"]
    for role in (processor, api, purger):
        refused(lambda role=role: role.sqs.receive_message(QueueUrl=url))  # type: ignore[misc]
