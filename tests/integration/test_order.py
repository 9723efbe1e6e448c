"""Histories of keys in quick succession, reported by S3's real events, all at once."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.integration.uploads import sample_image, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Aws

BODIES = {"first": sample_image(300, 200), "second": sample_image(200, 300), "no image": b"<html>"}
# Every order of an overwrite, a deletion and a restoration behind a first upload, and a bad file.
HISTORIES = [
    *(("first", *rest) for rest in permutations(("second", "delete", "restore"))),
    ("first", "no image", "second"),
    ("second", "first", "no image"),
]


@pytest.fixture
def keys(aws: Aws) -> Iterator[list[str]]:
    keys = [f"uploads/{uuid4()}/{uuid4()}" for _ in HISTORIES]
    yield keys
    for key in keys:
        aws.remove(key)


def act(aws: Aws, key: str, step: str) -> None:
    if step in BODIES:
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=BODIES[step])
    elif step == "delete":
        aws.s3.delete_object(Bucket=aws.bucket, Key=key)
    else:
        listed = aws.s3.list_object_versions(Bucket=aws.bucket, Prefix=key)
        entries = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        [latest] = [entry["VersionId"] for entry in entries if entry["IsLatest"]]
        aws.s3.delete_object(Bucket=aws.bucket, Key=key, VersionId=latest)


def present_version(aws: Aws, key: str) -> str | None:
    try:
        return aws.s3.head_object(Bucket=aws.bucket, Key=key)["VersionId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return None


def test_every_row_ends_as_what_its_object_is(aws: Aws, keys: list[str]) -> None:
    for steps in zip(*([*history, ""][:4] for history in HISTORIES), strict=True):
        for key, step in zip(keys, steps, strict=True):
            if step:
                act(aws, key, step)
    versions = [present_version(aws, key) for key in keys]
    for key, version in zip(keys, versions, strict=True):
        aws.wait_for_row(key, lambda row, version=version: is_at(row, version))  # type: ignore[misc]
    # Later events of the same keys may be under way still; they must not change that.
    aws.wait_for_empty_queue()
    for key, version in zip(keys, versions, strict=True):
        [row] = aws.rows_of(key)
        assert is_at(row, version)
        for rendition in row.get("renditions", {}).get("M", {}).values():
            aws.s3.head_object(Bucket=aws.bucket, Key=rendition["M"]["key"]["S"])


def is_at(row: dict[str, Any], version: str | None) -> bool:
    """Return whether a row stands for a version of its object, or for its absence."""
    if version is None:
        return status(row) == "trashed"
    return status(row) in {"ready", "rejected"} and row["version_id"] == {"S": version}
