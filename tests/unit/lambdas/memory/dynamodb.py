"""A table in memory that evaluates the conditions of the store's requests."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.unit.lambdas.memory.expressions import Expression, ExpressionError, Item

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class MemoryDynamoDB:
    """The calls of a DynamoDB client on rows, for one table with the key ``image_id``.

    Parameters
    ----------
    before_write
        Called before the next write, once each: what others do at that moment.
    """

    rows: dict[str, Item] = field(default_factory=dict)
    before_write: list[Callable[[], object]] = field(default_factory=list)

    def get_item(self, *, Key: Item, ConsistentRead: bool, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert ConsistentRead
        row = self.rows.get(Key["image_id"]["S"])
        return {} if row is None else {"Item": copy.deepcopy(row)}

    def put_item(self, *, Item: Item, **request: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interrupt()
        self._check(Item["image_id"]["S"], request, set())
        self.rows[Item["image_id"]["S"]] = copy.deepcopy(Item)
        return {}

    def update_item(self, *, Key: Item, **request: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interrupt()
        image_id = Key["image_id"]["S"]
        update = _expression(request, "UpdateExpression")
        changed = update.applied(self.rows.get(image_id, Key))
        self._check(image_id, request, update.used)
        self.rows[image_id] = copy.deepcopy(changed)
        wanted = request.get("ReturnValues") == "ALL_NEW"
        return {"Attributes": copy.deepcopy(changed)} if wanted else {}

    def delete_item(self, *, Key: Item, **request: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interrupt()
        image_id = Key["image_id"]["S"]
        self._check(image_id, request, set())
        self.rows.pop(image_id, None)
        return {}

    def query(self, **request: Any) -> dict[str, Any]:
        """Answer a query of the index of what is due."""
        assert request["IndexName"] == "by_purge"
        condition = _expression(request, "KeyConditionExpression")
        return {"Items": [copy.deepcopy(row) for row in self.rows.values() if condition.holds(row)]}

    def _interrupt(self) -> None:
        if self.before_write:
            self.before_write.pop()()

    def _check(self, image_id: str, request: dict[str, Any], used: set[str]) -> None:
        condition = _expression(request, "ConditionExpression")
        holds = condition.holds(self.rows.get(image_id, {}))
        given = {
            *request.get("ExpressionAttributeNames", {}),
            *request.get("ExpressionAttributeValues", {}),
        }
        if given - used - condition.used:
            raise ExpressionError(given - used - condition.used)
        if not holds:
            code = "ConditionalCheckFailedException"
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "UpdateItem")


def _expression(request: dict[str, Any], name: str) -> Expression:
    return Expression(
        request[name],
        request.get("ExpressionAttributeNames", {}),
        request.get("ExpressionAttributeValues", {}),
    )
