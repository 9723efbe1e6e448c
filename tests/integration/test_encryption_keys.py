"""The key of the state and artifact buckets: used by them alone, and deleted after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tooling.aws.encryption_keys import retire_key

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient

    from tests.integration.conftest import Aws


@pytest.fixture(scope="module")
def kms(aws: Aws) -> KMSClient:
    client: KMSClient = aws.client_of("kms")
    return client


@pytest.mark.parametrize("purpose", ["state", "artifacts"])
def test_both_buckets_are_encrypted_with_the_environments_own_key(
    aws: Aws, kms: KMSClient, purpose: str
) -> None:
    bucket = aws.bucket.replace("-media-", f"-{purpose}-")
    key = kms.describe_key(KeyId="alias/media-dev-foundation")["KeyMetadata"]
    [rule] = aws.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    default: Any = rule["ApplyServerSideEncryptionByDefault"]
    assert (default["SSEAlgorithm"], default["KMSMasterKeyID"]) == ("aws:kms", key["Arn"])
    answer = aws.s3.put_object(Bucket=bucket, Key="tried", Body=b"x")
    try:
        assert answer["SSEKMSKeyId"] == key["Arn"]
    finally:
        aws.s3.delete_object(Bucket=bucket, Key="tried", VersionId=answer["VersionId"])


def test_a_retired_key_goes_and_its_alias_is_free(kms: KMSClient) -> None:
    alias, key = f"alias/tried-{uuid4().hex}", kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    assert retire_key(kms, alias)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert not retire_key(kms, alias)


def test_a_run_that_was_stopped_in_between_is_taken_up(kms: KMSClient) -> None:
    alias, key = f"alias/tried-{uuid4().hex}", kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert retire_key(kms, alias)
    assert not retire_key(kms, alias)
