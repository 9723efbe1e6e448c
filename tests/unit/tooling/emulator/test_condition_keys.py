from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tooling.emulator.repairs.condition_keys import (
    signature_keys,
    write_condition,
    written_attributes,
)

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
KEY = {"image_id": {"S": "i"}}


@pytest.mark.parametrize(
    ("request_body", "attributes"),
    [
        ({"Key": KEY}, []),
        ({"Key": KEY, "UpdateExpression": "SET owner = :o"}, ["image_id", "owner"]),
        (
            {
                "Key": KEY,
                "UpdateExpression": "set #s=:s, n = if_not_exists(m, :z) remove a.b[2], #e.#r",
                "ConditionExpression": "attribute_not_exists (gone) AND NOT x BETWEEN :a AND :b",
                "ExpressionAttributeNames": {"#s": "status", "#e": "error", "#r": "reason"},
            },
            ["a", "error", "gone", "image_id", "m", "n", "status", "x"],
        ),
        ({"Item": {**KEY, "key": {"S": "k"}}}, ["image_id", "key"]),
        ({"Key": KEY, "AttributeUpdates": {"owner": {}}}, ["image_id", "owner"]),
        (
            {"TransactItems": [{"Update": {"Key": KEY, "UpdateExpression": "REMOVE owner"}}]},
            ["image_id", "owner"],
        ),
    ],
)
def test_a_write_names_its_attributes(request_body: dict[str, Any], attributes: list[str]) -> None:
    assert written_attributes(json.dumps(request_body).encode()) == attributes


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_request_names_none(body: bytes) -> None:
    assert written_attributes(body) == []


def test_a_signature_in_the_query_has_an_age() -> None:
    assert signature_keys({"X-Amz-Date": ["20261128T055000Z"]}, NOW) == {
        "s3:authType": "REST-QUERY-STRING",
        "s3:signatureAge": "600000",
    }
    assert signature_keys({}, NOW) == {"s3:authType": "REST-HEADER"}
    assert signature_keys({"X-Amz-Date": "soon"}, NOW) == {}


def test_a_write_is_conditional_only_on_what_is_kept() -> None:
    assert write_condition({"if-none-match": "*"}) == {"s3:if-none-match": "*"}
    for headers in (
        {},
        {"if-none-match": '"etag"'},
        {"if-none-match": "*", "x-amz-copy-source": "bucket/key"},
    ):
        assert write_condition(headers) == {}
