"""Reading rows and object versions from AWS, all of them or one at a time."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tooling.aws.buckets import delete_versions
from tooling.errors import OperatorError
from tooling.repair.audit.comparison import ObjectPage
from tooling.repair.audit.facts import ATTRIBUTES, ObjectFacts, RowFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from tooling.aws.target import Target

GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
CHUNK_BYTES = 1024**2


@dataclass(frozen=True)
class Sources:
    """The table and the bucket of an environment.

    Parameters
    ----------
    target : Target
        The AWS to call.
    table, bucket : str
        Their names.
    """

    target: Target
    table: str
    bucket: str

    def rows(
        self, start: dict[str, Any] | None
    ) -> Iterator[tuple[list[RowFacts], dict[str, Any] | None]]:
        """Yield all rows page by page, each with the position after it."""
        request: dict[str, Any] = {"TableName": self.table} | _projection()
        if start:
            request["ExclusiveStartKey"] = start
        while True:
            answer = self.target.dynamodb.scan(**request)
            position = answer.get("LastEvaluatedKey")
            yield [RowFacts.of_item(item) for item in answer["Items"]], position
            if position is None:
                return
            request["ExclusiveStartKey"] = position

    def objects(self, prefix: str, marker: dict[str, str] | None) -> Iterator[ObjectPage]:
        """Yield the latest version of every key below a prefix, page by page."""
        request: dict[str, Any] = {"Bucket": self.bucket, "Prefix": prefix}
        while True:
            answer = self.target.s3.list_object_versions(**(request | (marker or {})))
            latest = [
                ObjectFacts(entry["Key"], entry["VersionId"], entry["LastModified"], is_deleted)
                for entries, is_deleted in (
                    (answer.get("Versions", []), False),
                    (answer.get("DeleteMarkers", []), True),
                )
                for entry in entries
                if entry["IsLatest"]
            ]
            latest.sort(key=lambda each: each.key.encode())
            marker = None
            if answer["IsTruncated"]:
                marker = {
                    "KeyMarker": answer["NextKeyMarker"],
                    "VersionIdMarker": answer["NextVersionIdMarker"],
                }
            yield ObjectPage(latest, marker, marker["KeyMarker"] if marker else None)
            if marker is None:
                return

    def row(self, image_id: str) -> RowFacts | None:
        """Return a row as of now."""
        answer = self.target.dynamodb.get_item(
            TableName=self.table,
            Key={"image_id": {"S": image_id}},
            ConsistentRead=True,
            **_projection(),
        )
        item = answer.get("Item")
        return RowFacts.of_item(item) if item else None

    def object(self, key: str) -> ObjectFacts | None:
        """Return the object of a key as of now; None where there is none."""
        try:
            head = self.target.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        return ObjectFacts(key, head.get("VersionId"), head["LastModified"])

    def has_other_bytes(self, row: RowFacts) -> bool:
        """Return whether the checksum of a row's original differs from the row's.

        An original that changed or vanished meanwhile is left to other findings.
        """
        try:
            answer = self.target.s3.get_object(Bucket=self.bucket, Key=row.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return False
            raise
        digest = hashlib.sha256()
        with closing(answer["Body"]) as body:
            if answer.get("VersionId") != row.version_id:
                return False
            for chunk in body.iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest() != row.sha256

    def delete_versions(self, versions: Sequence[ObjectIdentifierTypeDef]) -> None:
        """Delete objects or specific versions, up to a thousand.

        Raises
        ------
        OperatorError
            S3 kept some of them.
        """
        kept = delete_versions(self.target.s3, self.bucket, versions)
        if kept:
            raise OperatorError(
                f"S3 kept {len(kept)} of {len(versions)} objects.",
                reason=str(kept[0].get("Message")),
                remedy="Check the caller's rights (s3:DeleteObject, s3:DeleteObjectVersion).",
            )


def _projection() -> dict[str, Any]:
    return {
        "ProjectionExpression": ", ".join(f"#{name}" for name in ATTRIBUTES),
        "ExpressionAttributeNames": {f"#{name}": name for name in ATTRIBUTES},
    }
