"""Which rows of a copy are put back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.lambdas.memory.dynamodb import MemoryDynamoDB
from tooling.console import Screen
from tooling.repair.recovery import return_rows

COPY = {"image_id": {"S": "i"}, "uploaded_at": {"S": "2026-11-24T06:00:00.000Z"}}
GONE = {"image_id": {"S": "i"}, "gone": {"BOOL": True}}
DISCARDED = {"discarded": {"BOOL": True}}


class Tables(MemoryDynamoDB):
    """A table, and a copy of it with one row."""

    exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [{"Items": [COPY]}])

    def get_item(self, **request: Any) -> dict[str, Any]:
        return super().get_item(**{"ConsistentRead": True, **request})


@pytest.mark.parametrize("is_dry", [True, False])
@pytest.mark.parametrize(
    ("row", "returned"), [(None, 1), (GONE, 1), (GONE | DISCARDED, 0), (COPY, 0)]
)
def test_a_row_comes_back_unless_one_is_there_or_its_owner_threw_the_image_away(
    row: dict[str, Any] | None, returned: int, *, is_dry: bool
) -> None:
    dynamodb = Tables(rows={"i": row} if row else {})
    target = cast("Any", SimpleNamespace(dynamodb=dynamodb))
    found = return_rows(target, "copy", "images", Screen(json_wanted=True), is_dry=is_dry)
    assert found == (returned, 1 - returned)
    assert dynamodb.rows.get("i") == (COPY if returned and not is_dry else row)
