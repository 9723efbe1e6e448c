"""Buckets are made once, emptied of every version, and removed."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config

from tooling.aws.buckets import bucket_exists, empty_bucket, ensure_bucket, remove_bucket
from tooling.aws.target import root_session
from tooling.emulator.process import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Client]:
    emulator = Emulator(tmp_path_factory.mktemp("buckets") / "emulator")
    emulator.start()
    session = root_session(emulator.credentials, REGION)
    config = Config(s3={"addressing_style": "path"})
    with closing(session.client("s3", endpoint_url=emulator.endpoint, config=config)) as client:
        yield client
    emulator.stop()


@pytest.fixture
def bucket(s3: S3Client) -> Iterator[str]:
    ensure_bucket(s3, "a-bucket", REGION)
    s3.put_bucket_versioning(Bucket="a-bucket", VersioningConfiguration={"Status": "Enabled"})
    yield "a-bucket"
    remove_bucket(s3, "a-bucket")


def test_it_is_made_once(s3: S3Client) -> None:
    assert ensure_bucket(s3, "once", REGION) is True
    assert ensure_bucket(s3, "once", REGION) is False
    assert remove_bucket(s3, "once") == 0


def test_a_longer_name_is_not_mistaken_for_it(s3: S3Client) -> None:
    ensure_bucket(s3, "name-longer", REGION)
    assert not bucket_exists(s3, "name")
    remove_bucket(s3, "name-longer")


@pytest.mark.parametrize("key", ["a", "a b+c%25/é", "x" * 1024])
def test_every_version_marker_and_unfinished_upload_goes(
    s3: S3Client, bucket: str, key: str
) -> None:
    for _ in range(3):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.delete_object(Bucket=bucket, Key=key)
    s3.create_multipart_upload(Bucket=bucket, Key=key)
    assert sum(empty_bucket(s3, bucket)) == 4
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_a_key_that_has_no_place_in_xml_goes_too(s3: S3Client, bucket: str) -> None:
    for key in ("a\x01b", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert sum(empty_bucket(s3, bucket)) == 2
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def test_more_than_one_page_of_versions_goes(s3: S3Client, bucket: str) -> None:
    for number in range(1005):
        s3.put_object(Bucket=bucket, Key=f"{number}", Body=b"")
    counts = list(empty_bucket(s3, bucket))
    assert sum(counts) == 1005
    assert len(counts) > 1
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_what_is_not_there_is_not_removed(s3: S3Client) -> None:
    assert remove_bucket(s3, "nowhere") is None
