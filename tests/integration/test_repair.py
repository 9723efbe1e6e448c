"""Damage to real rows and objects, repaired by the operator's commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.integration.uploads import status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

# What tells how often a row was written, and for which event last.
WRITES = {"sequencer": None, "revision": None, "processed_at": None}
INDEX = ("listed_at", "month_shard", "owner_sha256")


def audit(dev: Checkout, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = dev.document("audit", "dev", "--grace", "0", "--afresh", *arguments)
    return found


def rendition_keys(row: dict[str, Any]) -> list[str]:
    return [entry["M"]["key"]["S"] for entry in row["renditions"]["M"].values()]


def put_row(aws: Aws, row: dict[str, Any], **changes: str | None) -> None:
    """Write a row with some attributes set to another text, or taken away."""
    changed = {name: {"S": value} for name, value in changes.items() if value is not None}
    kept = {name: value for name, value in row.items() if name not in changes}
    aws.dynamodb.put_item(TableName=aws.table, Item=kept | changed)


def test_whatever_is_broken_is_found_and_repaired(
    dev: Checkout, aws: Aws, ready: Callable[[], dict[str, Any]]
) -> None:
    lost_row, lost_rendition, unlisted, waiting, outdated, mistaken, trashed, sound = (
        ready() for _ in range(8)
    )
    aws.delete_row(lost_row)
    missing = rendition_keys(lost_rendition)[0]
    aws.s3.delete_object(Bucket=aws.bucket, Key=missing)
    put_row(aws, unlisted, listed_at=None)
    put_row(aws, waiting, status="pending", sequencer=None)
    put_row(aws, outdated, version_id="another")
    other = "0" * 64
    put_row(aws, mistaken, sha256=other, owner_sha256=f"{mistaken['owner']['S']}#{other}")
    moment = trashed["uploaded_at"]["S"]
    put_row(aws, trashed, status="trashed", deleted_at=moment, purge_at=f"2999{moment[4:]}")
    stray, outlived = (
        f"renditions/{row['image_id']['S']}/00/old.webp" for row in (unlisted, sound)
    )
    for key in (stray, outlived):
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"x")
    broken = {
        *("without_row", "missing_rendition", "wrong_index", "stuck", "outdated", "checksum"),
        "orphaned_rendition",
    }

    found = audit(dev)
    assert broken <= set(found["differences"]), found
    assert found["differences"]["wrong_index"] == 2, found  # unlisted, trashed
    planned = audit(dev, "--seed", found["seed"], "--repair", "--dry-run")
    assert planned["differences"] == found["differences"]
    assert aws.rows_of(lost_row["key"]["S"]) == []

    first = audit(dev, "--repair")
    # Those of images that something else is wrong with may be listed again, and stay for now.
    assert first["unrepaired"] == first["differences"]["orphaned_rendition"] - 1
    assert not aws.exists(outlived)
    assert aws.exists(stray)
    aws.wait_for_row(lost_row["key"]["S"], lambda row: status(row) == "ready")
    aws.wait_for_empty_queue()
    audit(dev, "--repair")
    aws.wait_for_empty_queue()
    last = audit(dev)
    assert (last["differences"], last["unrepaired"]) == ({}, 0), last
    assert last["checksums"] >= 7
    assert not aws.exists(stray)

    for row in (lost_rendition, unlisted, waiting, outdated, mistaken, sound):
        [repaired] = aws.rows_of(row["key"]["S"])
        assert {**repaired, **WRITES} == {**row, **WRITES}
    assert aws.exists(missing)
    [kept] = aws.rows_of(trashed["key"]["S"])
    assert status(kept) == "trashed"
    assert not set(INDEX) & set(kept)
    assert kept["purge_due"]["S"] == f"2999{moment[4:]}#{kept['image_id']['S']}"


def test_a_deletion_without_an_event_is_recorded(
    dev: Checkout, aws: Aws, ready: Callable[[], dict[str, Any]]
) -> None:
    row = ready()
    key = row["key"]["S"]
    aws.s3.delete_object(Bucket=aws.bucket, Key=key)
    aws.wait_for_row(key, lambda row: status(row) == "trashed")
    put_row(aws, row)  # as if the event had been lost
    # What has just changed may be under way.
    assert dev.document("audit", "dev", "--afresh")["differences"] == {}
    assert audit(dev)["differences"]["without_original"] == 1
    printed = dev.run("audit", "dev", "--grace", "0", "--afresh", code=1)
    assert "row without original" in printed
    assert key not in printed
    assert "nox -s audit -- dev --repair" in printed
    audit(dev, "--repair")
    aws.wait_for_row(key, lambda row: status(row) == "trashed")


def test_only_what_is_stale_is_made_anew(
    dev: Checkout, aws: Aws, ready: Callable[[], dict[str, Any]]
) -> None:
    stale, current = ready(), ready()
    old = json.loads(json.dumps(stale))
    old["renditions"]["M"]["thumb"]["M"]["key"]["S"] = "renditions/old"
    put_row(aws, old)
    owner = stale["owner"]["S"]
    assert dev.document("reprocess", "dev", "--owner", owner, "--dry-run") == {
        "images": 1,
        "dry_run": True,
    }
    assert dev.document("reprocess", "dev", "--since", "2999-01-01")["images"] == 0
    assert aws.rows_of(stale["key"]["S"]) == [old]
    before = aws.logs.filter_log_events(**results(aws, current))["events"]
    assert dev.document("reprocess", "dev", "--rate", "100")["images"] >= 2
    aws.wait_for_row(stale["key"]["S"], lambda row: {**row, **WRITES} == {**stale, **WRITES})
    aws.wait_for_empty_queue()
    assert aws.rows_of(current["key"]["S"]) == [current]
    [logged] = aws.logs.filter_log_events(**results(aws, current))["events"][len(before) :]
    assert '"current"' in logged["message"]
    assert "sent to the processor" in dev.run("reprocess", "dev", "--all", "--owner", owner)


def results(aws: Aws, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "logGroupName": aws.outputs["functions"]["processor"]["log_group"],
        "filterPattern": f'"{row["image_id"]["S"]}"',
    }
