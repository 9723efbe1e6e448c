"""``recover``: restore originals from older versions, and rows from a copy of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from media.model.keys import UPLOADS_PREFIX
from tooling.errors import OperatorError
from tooling.repair.audit.checks import UNVERSIONED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from tooling.aws.target import Target
    from tooling.console import Screen
    from tooling.repair.audit.sources import Sources

    Item = Mapping[str, AttributeValueTypeDef]

EXISTS = "ConditionalCheckFailedException"
# Missing from the row of a deleted object, which records only the deletion.
ARRIVAL = "uploaded_at"
# An image that its owner deleted is not restored.
DISCARDED = "discarded"


def return_rows(
    target: Target, copy: str, table: str, screen: Screen, *, is_dry: bool
) -> tuple[int, int]:
    """Restore rows that the table lacks; return how many, and how many were there already.

    Raises
    ------
    OperatorError
        There is no such copy.
    """
    returned = there = 0
    pages = target.dynamodb.get_paginator("scan").paginate(TableName=copy)
    put = _is_missing if is_dry else _put_if_missing
    try:
        with screen.progress("rows", None) as line:
            for page in pages:
                for item in page["Items"]:
                    was_missing = put(target, table, item)
                    returned, there = returned + was_missing, there + (not was_missing)
                line.now(f"{returned} missing, {there} there")
    except target.dynamodb.exceptions.ResourceNotFoundException as error:
        raise OperatorError(
            f"There is no table called {copy}.",
            remedy="Restore the table to a time before the loss; see docs/recover.md.",
        ) from error
    return returned, there


def _is_missing(target: Target, table: str, item: Item) -> bool:
    answer = target.dynamodb.get_item(TableName=table, Key={"image_id": item["image_id"]})
    return not answer.get("Item", {}).keys() & {ARRIVAL, DISCARDED}


def _put_if_missing(target: Target, table: str, item: Item) -> bool:
    try:
        target.dynamodb.put_item(
            TableName=table,
            Item=item,
            ConditionExpression=" AND ".join(
                f"attribute_not_exists({name})" for name in (ARRIVAL, DISCARDED)
            ),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != EXISTS:
            raise
        return False
    return True


def return_originals(sources: Sources, since: datetime, screen: Screen, *, is_dry: bool) -> int:
    """Remove delete markers of originals that were set since a time; return how many.

    The version below the marker becomes current, and S3 notifies the processor.
    """
    count = 0
    with screen.progress("originals", None) as line:
        for page in sources.objects(UPLOADS_PREFIX, None):
            markers: list[ObjectIdentifierTypeDef] = [
                {"Key": found.key, "VersionId": found.version_id or UNVERSIONED}
                for found in page.objects
                if found.is_deleted and found.modified >= since
            ]
            if markers and not is_dry:
                sources.delete_versions(markers)
            count += len(markers)
            line.now(f"{count}")
    return count
