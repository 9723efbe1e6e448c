"""Things are broken for real, and the operator's commands bring them back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.integration.test_pipeline import picture, status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

INDEX = ("listed_at", "month_shard", "owner_sha256")


@pytest.fixture
def ready(aws: Aws) -> Iterator[Callable[[], dict[str, Any]]]:
    """Give a maker of ready images, each of a user of its own."""
    keys = []

    def make() -> dict[str, Any]:
        keys.append(f"uploads/{uuid4()}/{uuid4()}")
        aws.s3.put_object(Bucket=aws.bucket, Key=keys[-1], Body=picture())
        row = aws.wait_for_row(keys[-1], lambda row: status(row) == "ready")
        aws.wait_for_empty_queue()
        return row

    yield make
    for key in keys:
        aws.remove(key)


def audit(dev: Checkout, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = dev.document("audit", "dev", "--grace", "0", "--afresh", *arguments)
    return found


def rendition_keys(row: dict[str, Any]) -> list[str]:
    return [entry["M"]["key"]["S"] for entry in row["renditions"]["M"].values()]


def delete_row(aws: Aws, row: dict[str, Any]) -> None:
    aws.dynamodb.delete_item(TableName=aws.table, Key={"image_id": row["image_id"]})


def change_row(aws: Aws, row: dict[str, Any], expression: str, **values: str) -> None:
    names = {"#status": "status"} if "#status" in expression else {}
    aws.dynamodb.update_item(
        TableName=aws.table,
        Key={"image_id": row["image_id"]},
        UpdateExpression=expression,
        **({"ExpressionAttributeNames": names} if names else {}),
        **(
            {"ExpressionAttributeValues": {f":{name}": {"S": v} for name, v in values.items()}}
            if values
            else {}
        ),
    )


def test_whatever_is_broken_is_found_and_mended(
    dev: Checkout, aws: Aws, ready: Callable[[], dict[str, Any]]
) -> None:
    lost_row, lost_rendition, unlisted, waiting, outdated, mistaken, trashed = (
        ready() for _ in range(7)
    )
    delete_row(aws, lost_row)
    missing = rendition_keys(lost_rendition)[0]
    aws.s3.delete_object(Bucket=aws.bucket, Key=missing)
    change_row(aws, unlisted, "REMOVE listed_at")
    change_row(aws, waiting, "SET #status = :pending REMOVE sequencer", pending="pending")
    change_row(aws, outdated, "SET version_id = :other", other="another")
    change_row(aws, mistaken, "SET sha256 = :other, owner_sha256 = :own", other="0" * 64, own=(
        f"{mistaken['owner']['S']}#{'0' * 64}"
    ))
    change_row(aws, trashed, "SET #status = :trashed, deleted_at = :now", trashed="trashed", now=(
        trashed["uploaded_at"]["S"]
    ))
    stray = f"renditions/{unlisted['image_id']['S']}/00/old.webp"
    aws.s3.put_object(Bucket=aws.bucket, Key=stray, Body=b"x")
    broken = {
        *("without_row", "missing_rendition", "wrong_index", "stuck", "outdated", "checksum"),
        "orphaned_rendition",
    }

    found = audit(dev, "--sample", "100")
    assert broken <= set(found["differences"]), found
    assert found["differences"]["wrong_index"] == 2, found  # unlisted, trashed
    told = audit(dev, "--sample", "100", "--repair", "--dry-run")
    assert told["differences"] == found["differences"]
    assert aws.rows_of(lost_row["key"]["S"]) == []

    first = audit(dev, "--sample", "100", "--repair")
    # Its renditions might be those of the lost row, so nothing is deleted yet.
    assert first["unrepaired"] == first["differences"]["orphaned_rendition"]
    aws.wait_for_row(lost_row["key"]["S"], lambda row: status(row) == "ready")
    aws.wait_for_empty_queue()
    audit(dev, "--sample", "100", "--repair")
    aws.wait_for_empty_queue()
    last = audit(dev, "--sample", "100")
    assert (last["differences"], last["unrepaired"]) == ({}, 0), last

    for row in (lost_rendition, unlisted, waiting, outdated, mistaken):
        [mended] = aws.rows_of(row["key"]["S"])
        assert {**mended, "sequencer": None} == {**row, "sequencer": None}
    aws.s3.head_object(Bucket=aws.bucket, Key=missing)
    [kept] = aws.rows_of(trashed["key"]["S"])
    assert status(kept) == "trashed"
    assert not set(INDEX) & set(kept)
