"""All versions of an object, which a purge inspects and removes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from media.model.deletion import plan_deletion
from media.objects.bucket import is_multipart

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


class RemovalError(Exception):
    """S3 did not remove all versions; the message has its error codes, but no key."""


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """A version of an object, or a delete marker.

    Parameters
    ----------
    key, version_id
        The object key and the id of the version.
    current
        Whether this is the current version, and not a marker.
    written_at
        When it was created.
    in_parts
        Whether it was a multipart upload, so that `written_at` is when that began.
    is_marker
        Whether it is a delete marker.
    """

    key: str
    version_id: str
    current: bool
    written_at: datetime
    in_parts: bool = False
    is_marker: bool = False


class VersionedObjects:
    """Versions of the objects in one bucket.

    Parameters
    ----------
    client
        An S3 client.
    bucket
        The bucket's name.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def of_key(self, key: str) -> list[ObjectVersion]:
        """List the versions and markers of exactly this key, not of keys that begin with it."""
        found: list[ObjectVersion] = []
        # The key itself sorts before all keys that begin with it.
        for page in self._pages(key):
            found += [version for version in page if version.key == key]
            if len(page) == 0 or page[-1].key != key:
                break
        return found

    def remove(self, versions: Iterable[ObjectVersion]) -> None:
        """Remove versions and markers permanently.

        Raises
        ------
        RemovalError
            If S3 did not remove all of them.
        """
        plan = plan_deletion(versions, lambda version: version.key)
        for version in plan.alone:
            self._remove_alone(version)
        for batch in plan.batches:
            named: list[ObjectIdentifierTypeDef] = [
                {"Key": version.key, "VersionId": version.version_id} for version in batch
            ]
            answer = self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": named, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                codes = ", ".join(sorted({error.get("Code", "unknown") for error in errors}))
                message = f"S3 did not remove {len(errors)} of the versions: {codes}"
                raise RemovalError(message)

    def _remove_alone(self, version: ObjectVersion) -> None:
        try:
            self._client.delete_object(
                Bucket=self._bucket, Key=version.key, VersionId=version.version_id
            )
        except ClientError as error:
            message = f"S3 did not remove a version: {error.response['Error']['Code']}"
            # The message from S3 may name the key.
            raise RemovalError(message) from None

    def below(self, prefix: str) -> list[ObjectVersion]:
        """List the versions and markers of all objects under a prefix that ends in a slash."""
        return [version for page in self._pages(prefix) for version in page]

    def _pages(self, prefix: str) -> "Iterable[list[ObjectVersion]]":
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": prefix}
        while True:
            answer = self._client.list_object_versions(**request)
            versions = [
                ObjectVersion(
                    *(v["Key"], v["VersionId"], v["IsLatest"], v["LastModified"]),
                    in_parts=is_multipart(v["ETag"]),
                )
                for v in answer.get("Versions", [])
            ]
            markers = [
                ObjectVersion(
                    *(m["Key"], m["VersionId"]),
                    current=False,
                    written_at=m["LastModified"],
                    is_marker=True,
                )
                for m in answer.get("DeleteMarkers", [])
            ]
            yield sorted(versions + markers, key=lambda version: version.key)
            if not answer.get("IsTruncated"):
                return
            request["KeyMarker"] = answer["NextKeyMarker"]
            if "NextVersionIdMarker" in answer:
                request["VersionIdMarker"] = answer["NextVersionIdMarker"]
