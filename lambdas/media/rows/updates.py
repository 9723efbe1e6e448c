"""One conditional change of one row, in DynamoDB's words."""

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
    """What to write to a row, and under which condition; each write counts the revision up.

    Parameters
    ----------
    image_id
        Which row.
    changes, removed
        Attributes to set, by name, and names of those to take away.
    condition
        In DynamoDB's language; ``#name`` stands for an attribute.
    names, values
        Of the attributes and values that the condition uses beyond those changed.
    """

    image_id: str
    condition: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    removed: Iterable[str] = ()
    names: Iterable[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self, table: str) -> "UpdateItemInputTypeDef":
        """Lay the update out as DynamoDB takes it."""
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
    """Part of a condition with the names and values that it uses."""

    text: str
    names: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)


def apply_update(client: "DynamoDBClient", table: str, update: RowUpdate) -> bool:
    """Write an update; False where the condition did not hold and nothing was written."""
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
    """Hold where nothing was written to the row since it was read."""
    if seen.revision == 0:  # written before rows counted
        return Condition(
            "attribute_exists(image_id) AND attribute_not_exists(#revision)",
            frozenset({"revision"}),
        )
    return Condition(
        "#revision = :seen_revision", frozenset({"revision"}), {":seen_revision": seen.revision}
    )


def same_trash(seen: ImageRecord) -> Condition:
    """Hold where an image was not trashed, restored or begun to be purged since it was seen."""
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
