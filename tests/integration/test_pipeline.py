"""An uploaded object becomes a row: through its real event, the queue and the function."""

from __future__ import annotations

import io
import json
import unicodedata
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PIL import Image

from tests.integration.uploads import EVENT, sample_image, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws

LAMBDAS_OWN_LINES = ("START ", "END ", "REPORT ", "INIT_START ")
NFC = unicodedata.normalize("NFC", "é")
NFD = unicodedata.normalize("NFD", "é")


@pytest.fixture
def prefix(aws: Aws) -> Iterator[str]:
    """A prefix of the test's own; what lies below it is removed afterwards."""
    prefix = f"uploads/test-{uuid4().hex}"
    yield prefix
    listed = aws.s3.list_object_versions(Bucket=aws.bucket, Prefix=prefix)
    entries = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    for key in {entry["Key"] for entry in entries}:
        aws.remove(key)


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "a+b.jpg",
        "100%25.jpg",
        "%2F..%2Fx",
        f"{NFC}.jpg",
        f"{NFD}.jpg",
        "шлях/图片.heic",
        "q?x=1&y#z.jpg",
        "long",
    ],
)
def test_a_key_comes_through_as_it_is(aws: Aws, prefix: str, name: str) -> None:
    key = f"{prefix}/{name}"
    if name == "long":
        key = key.ljust(1024, "x")
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
    row = aws.wait_for_row(key, lambda row: status(row) == "ready")
    assert row["width"]["N"] == "300"
    assert "owner" not in row
    rendition = row["renditions"]["M"]["small"]["M"]
    stored = aws.s3.get_object(Bucket=aws.bucket, Key=rendition["key"]["S"])
    with stored["Body"] as body, Image.open(io.BytesIO(body.read())) as image:
        assert image.format == "WEBP"
        assert image.size == (300, 200)
    assert stored["ContentType"] == "image/webp"


def test_a_drop_under_a_users_id_belongs_to_that_user(aws: Aws) -> None:
    owner, image_id = str(uuid4()), str(uuid4())
    key = f"uploads/{owner}/{image_id}"
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
    try:
        row = aws.wait_for_row(key, lambda row: status(row) == "ready")
        assert row["owner"]["S"] == owner
        assert row["image_id"]["S"] == image_id
    finally:
        aws.remove(key)


def test_a_bad_file_is_rejected_once_and_not_retried(aws: Aws, prefix: str) -> None:
    aws.s3.put_object(Bucket=aws.bucket, Key=f"{prefix}/x.jpg", Body=b"<html>not an image</html>")
    row = aws.wait_for_row(f"{prefix}/x.jpg", lambda row: status(row) == "rejected")
    assert row["error"]["M"]["reason"]["S"] == "unsupported_format"
    # A failed message would lie hidden in the queue until it is tried again.
    aws.wait_for_empty_queue()


def test_an_overwrite_ends_in_the_same_row(aws: Aws, prefix: str) -> None:
    key = f"{prefix}/x"
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image(300, 200))
    first = aws.wait_for_row(key, lambda row: status(row) == "ready")
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image(200, 300))
    second = aws.wait_for_row(key, lambda row: row.get("width", {}).get("N") == "200")
    assert second["image_id"] == first["image_id"]
    assert second["sequencer"]["S"] > first["sequencer"]["S"]
    assert second["version_id"] != first["version_id"]


def test_a_deletion_leaves_a_row_that_is_purged_later(aws: Aws, prefix: str) -> None:
    key = f"{prefix}/x"
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
    aws.wait_for_row(key, lambda row: status(row) == "ready")
    aws.s3.delete_object(Bucket=aws.bucket, Key=key)
    row = aws.wait_for_row(key, lambda row: status(row) == "trashed")
    assert row["purge_at"]["S"] > row["deleted_at"]["S"]
    assert not {"listed_at", "expires_at"} & row.keys()


def test_the_same_event_twice_changes_nothing(aws: Aws, prefix: str) -> None:
    key = f"{prefix}/x"
    aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
    row = aws.wait_for_row(key, lambda row: status(row) == "ready")
    event = json.loads(EVENT.read_text(encoding="utf-8"))
    event["detail"]["bucket"]["name"] = aws.bucket
    event["detail"]["object"] |= {"key": key, "sequencer": row["sequencer"]["S"]}
    record = {"messageId": "1", "body": json.dumps(event), "eventSource": "aws:sqs"}
    answer = aws.functions.invoke(
        FunctionName=aws.outputs["functions"]["processor"]["alias_arn"],
        Payload=json.dumps({"Records": [record]}),
    )
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    assert aws.rows_of(key) == [row]


def test_renditions_do_not_come_back_as_uploads(aws: Aws, prefix: str) -> None:
    aws.s3.put_object(Bucket=aws.bucket, Key=f"{prefix}/x", Body=sample_image())
    row = aws.wait_for_row(f"{prefix}/x", lambda row: status(row) == "ready")
    for rendition in row["renditions"]["M"].values():
        assert aws.rows_of(rendition["M"]["key"]["S"]) == []


def test_the_functions_log_json_without_secrets(aws: Aws, prefix: str) -> None:
    aws.s3.put_object(Bucket=aws.bucket, Key=f"{prefix}/x", Body=sample_image())
    aws.wait_for_row(f"{prefix}/x", lambda row: status(row) == "ready")
    # The two others are at work already; this one would wait for its hour.
    aws.functions.invoke(FunctionName=aws.outputs["functions"]["purger"]["alias_arn"])
    for function in aws.outputs["functions"].values():
        events = aws.logs.filter_log_events(logGroupName=function["log_group"])["events"]
        lines = [event["message"].strip() for event in events]
        ours = [line for line in lines if not line.startswith(LAMBDAS_OWN_LINES)]
        assert ours, lines
        assert all(isinstance(json.loads(line), dict) for line in ours)
        assert not [line for line in lines if "X-Amz-Signature" in line or "Bearer" in line]
