"""Conditional updates of single rows, as DynamoDB requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from media.model.images import ImageRecord
from media.model.timestamps import format_timestamp
from media.rows.items import serialise

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


@dataclass(frozen=True, slots=True)
class RowUpdate:
    """A conditional update of a row, which also increments its revision.

    Parameters
    ----------
    image_id
        Which row.
    changes, removed
        Attributes to set, by name, and the names of those to remove.
    condition
        A DynamoDB condition expression; ``#name`` stands for an attribute.
    names, values
        Attributes and values that the condition uses in addition to the changed ones.
    """

    image_id: str
    condition: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    removed: Iterable[str] = ()
    names: Iterable[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self, table: str) -> "UpdateItemInputTypeDef":
        """Build the request for DynamoDB."""
        removed = sorted(self.removed)
        names = {"revision", *self.changes, *removed, *self.names}
        values = {f":{name}": value for name, value in self.changes.items()}
        return {
            "TableName": table,
            "Key": {"image_id": {"S": self.image_id}},
            "UpdateExpression": " ".join(
                [
                    *_clause("SET", [f"#{name} = :{name}" for name in self.changes]),
                    *_clause("REMOVE", [f"#{name}" for name in removed]),
                    "ADD #revision :one",
                ]
            ),
            "ConditionExpression": self.condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": serialise({**values, **self.values, ":one": 1}),
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition expression with the names and values that it uses."""

    text: str
    names: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)


def apply_update(client: "DynamoDBClient", table: str, update: RowUpdate) -> bool:
    """Write an update; False if the condition did not hold and nothing was written."""
    try:
        client.update_item(**update.request(table))
    except ClientError as error:
        if is_refused(error):
            return False
        raise
    return True


def is_refused(error: ClientError) -> bool:
    """Return whether a call failed because its condition did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def same_revision(seen: ImageRecord) -> Condition:
    """Build the condition that the row was not written since it was read."""
    if seen.revision == 0:  # written before rows had revisions
        return Condition(
            "attribute_exists(image_id) AND attribute_not_exists(#revision)",
            frozenset({"revision"}),
        )
    return Condition(
        "#revision = :seen_revision", frozenset({"revision"}), {":seen_revision": seen.revision}
    )


def same_trash(seen: ImageRecord) -> Condition:
    """Build the condition that no trashing, restoration or purge began since the row was read."""
    names = frozenset({"deleted_at", "purging"})
    if seen.deleted_at is None:
        return Condition(
            "attribute_not_exists(#deleted_at) AND attribute_not_exists(#purging)", names
        )
    return Condition(
        "#deleted_at = :seen_deleted_at AND attribute_not_exists(#purging)",
        names,
        {":seen_deleted_at": format_timestamp(seen.deleted_at)},
    )


def _clause(word: str, terms: list[str]) -> list[str]:
    return [f"{word} {', '.join(terms)}"] if terms else []
