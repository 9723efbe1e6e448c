"""Buckets that Terraform can't manage itself: those of its state, and full ones to delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from media.model.deletion import plan_deletion
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import (
        CreateBucketRequestTypeDef,
        ErrorTypeDef,
        ObjectIdentifierTypeDef,
    )

# CreateBucket refuses this region's name as a location constraint.
UNNAMED_REGION = "us-east-1"


def ensure_bucket(s3: S3Client, bucket: str, region: str) -> bool:
    """Create a versioned bucket unless it exists; return whether it was created.

    Terraform adopts it and sees to the rest. Versions are switched on at once, because what is
    written into it is named by its version.

    Raises
    ------
    OperatorError
        Another account owns a bucket of that name.
    """
    request: CreateBucketRequestTypeDef = {"Bucket": bucket}
    if region != UNNAMED_REGION:
        request["CreateBucketConfiguration"] = {"LocationConstraint": region}  # type: ignore[typeddict-item]
    if bucket_exists(s3, bucket):
        return False
    try:
        s3.create_bucket(**request)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "BucketAlreadyOwnedByYou":
            return False
        if code == "BucketAlreadyExists":
            raise OperatorError(
                f"The bucket name {bucket} belongs to another account.",
                remedy="Choose another 'project' in the environment files.",
            ) from error
        raise
    return True


def bucket_exists(s3: S3Client, bucket: str) -> bool:
    """Return whether the caller owns a bucket of this name."""
    listed = s3.list_buckets(Prefix=bucket)
    return any(entry["Name"] == bucket for entry in listed["Buckets"])


def empty_bucket(s3: S3Client, bucket: str, prefix: str = "") -> Iterator[int]:
    """Delete every version, delete marker and unfinished upload; yield counts.

    Parameters
    ----------
    prefix : str
        Limits the deletion to keys below it.

    Raises
    ------
    OperatorError
        S3 kept some of them.
    """
    versions = s3.get_paginator("list_object_versions")
    for page in versions.paginate(Bucket=bucket, Prefix=prefix):
        batch: list[ObjectIdentifierTypeDef] = [
            {"Key": entry["Key"], "VersionId": entry["VersionId"]}
            for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        kept = delete_versions(s3, bucket, batch)
        if kept:
            raise OperatorError(
                f"S3 kept {len(kept)} objects of {bucket}.",
                reason=f"{kept[0].get('Key')}: {kept[0].get('Message')}",
                remedy="Check the caller's rights (s3:DeleteObjectVersion), then run it again.",
            )
        if batch:
            yield len(batch)
    unfinished = s3.get_paginator("list_multipart_uploads")
    for uploads in unfinished.paginate(Bucket=bucket, Prefix=prefix):
        for upload in uploads.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def delete_versions(
    s3: S3Client, bucket: str, versions: Sequence[ObjectIdentifierTypeDef]
) -> list[ErrorTypeDef]:
    """Delete versions and delete markers; return those that S3 kept.

    Raises
    ------
    ClientError
        S3 refused the call itself.
    """
    plan = plan_deletion(versions, lambda version: version["Key"])
    for version in plan.alone:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    kept: list[ErrorTypeDef] = []
    for batch in plan.batches:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        kept += answer.get("Errors", [])
    return kept


def remove_bucket(s3: S3Client, bucket: str) -> int | None:
    """Empty and delete a bucket; return the number of versions, None without a bucket."""
    if not bucket_exists(s3, bucket):
        return None
    removed = sum(empty_bucket(s3, bucket))
    s3.delete_bucket(Bucket=bucket)
    return removed
