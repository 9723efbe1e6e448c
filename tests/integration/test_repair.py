"""Things are broken for real, and the operator's commands bring them back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.conftest import Run
from tests.integration.test_pipeline import EVENT, picture, status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws

# What tells how often a row was written, and for which event last.
WRITES = {"sequencer": None, "revision": None, "processed_at": None}
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


def put_row(aws: Aws, row: dict[str, Any], **changes: str | None) -> None:
    """Write a row with some attributes set to another text, or taken away."""
    changed = {name: {"S": value} for name, value in changes.items() if value is not None}
    kept = {name: value for name, value in row.items() if name not in changes}
    aws.dynamodb.put_item(TableName=aws.table, Item=kept | changed)


def test_whatever_is_broken_is_found_and_mended(
    dev: Checkout, aws: Aws, ready: Callable[[], dict[str, Any]]
) -> None:
    lost_row, lost_rendition, unlisted, waiting, outdated, mistaken, trashed, sound = (
        ready() for _ in range(8)
    )
    delete_row(aws, lost_row)
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
    told = audit(dev, "--seed", found["seed"], "--repair", "--dry-run")
    assert told["differences"] == found["differences"]
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
        [mended] = aws.rows_of(row["key"]["S"])
        assert {**mended, **WRITES} == {**row, **WRITES}
    assert aws.exists(missing)
    [kept] = aws.rows_of(trashed["key"]["S"])
    assert status(kept) == "trashed"
    assert not set(INDEX) & set(kept)
    assert kept["purge_due"]["S"] == f"2999{moment[4:]}#{kept['image_id']['S']}"


def test_a_deletion_that_was_never_told_is_recorded(
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


@pytest.fixture
def dead_letters(aws: Aws) -> Iterator[Callable[..., str]]:
    """Give a sender of dead letters; what is left of them is removed."""
    url = aws.outputs["dead_letter_queue_url"]

    def send(body: str, **attributes: str) -> str:
        return aws.sqs.send_message(
            QueueUrl=url,
            MessageBody=body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )["MessageId"]

    yield send
    aws.sqs.purge_queue(QueueUrl=url)


def created(aws: Aws, key: str, **told: str) -> str:
    event = json.loads(EVENT.read_text(encoding="utf-8"))
    event["detail"]["bucket"]["name"] = aws.bucket
    event["detail"]["object"] |= {"key": key, **told}
    return json.dumps(event)


@pytest.fixture
def impatient_queue(aws: Aws) -> Iterator[None]:
    """The upload queue gives a message up a while after its first attempt."""
    url = aws.outputs["queue_url"]
    kept = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(kept["RedrivePolicy"]) | {"maxReceiveCount": 1}
    aws.sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={"VisibilityTimeout": "15", "RedrivePolicy": json.dumps(policy)},
    )
    yield
    aws.sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "VisibilityTimeout": kept["VisibilityTimeout"],
            "RedrivePolicy": kept["RedrivePolicy"],
        },
    )


@pytest.mark.usefixtures("impatient_queue")
def test_what_is_sent_again_is_followed_to_its_end_among_other_uploads(
    dev: Checkout,
    aws: Aws,
    ready: Callable[[], dict[str, Any]],
    dead_letters: Callable[..., str],
) -> None:
    healed, current, gone = ready(), ready(), ready()
    delete_row(aws, healed)
    no_picture, *others = (f"uploads/{uuid4()}/{uuid4()}" for _ in range(3))
    aws.s3.put_object(Bucket=aws.bucket, Key=no_picture, Body=b"<html>")
    aws.wait_for_row(no_picture, lambda row: status(row) == "rejected")
    [refused] = aws.rows_of(no_picture)
    for row in (gone, refused):
        delete_row(aws, row)
    aws.s3.delete_object(Bucket=aws.bucket, Key=gone["key"]["S"])
    aws.wait_for_empty_queue()
    delete_row(aws, gone)
    for row in (healed, gone, refused):
        dead_letters(created(aws, row["key"]["S"]))
    dead_letters(created(aws, current["key"]["S"], sequencer="00"))
    dead_letters(created(aws, "uploads/folder/"))
    dead_letters(created(aws, "uploads/x", sequencer="no number"))
    try:
        with Run(dev, "redrive", "dev", "--wait", "60") as redrive:
            for key in others:
                aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=picture())
            assert redrive.wait() == 1
            printed = redrive.printed()
    finally:
        for key in (no_picture, *others):
            aws.wait_for_row(key, lambda row: status(row) != "pending")
            aws.remove(key)
    assert "6 sent again: 5 handled" in printed, printed
    for count in ("1 ready", "1 rejected", "1 superseded", "1 tombstoned", "1 folder_marker"):
        assert count in printed, printed
    assert "1 of 6 messages failed again." in printed
    assert "1 x functions.processor.event.MalformedEventError" in printed


def test_dead_letters_are_explained_and_sent_again(
    dev: Checkout,
    aws: Aws,
    ready: Callable[[], dict[str, Any]],
    dead_letters: Callable[..., str],
) -> None:
    failed, undelivered = ready(), ready()
    for row in (failed, undelivered):
        delete_row(aws, row)
    message_id = dead_letters(created(aws, failed["key"]["S"]))
    # What the processor raises over a message stands in its log under the message's id. Beside it
    # is one that succeeds: where a whole batch fails, the runtime adds lines of its own.
    bodies = {message_id: "{}", "folder": created(aws, "uploads/folder/")}
    records = [
        {"messageId": name, "body": body, "eventSource": "aws:sqs"} for name, body in bodies.items()
    ]
    answer = aws.functions.invoke(
        FunctionName=aws.outputs["functions"]["processor"]["alias_arn"],
        Payload=json.dumps({"Records": records}),
    )
    failed_ones = json.loads(answer["Payload"].read())["batchItemFailures"]
    assert failed_ones == [{"itemIdentifier": message_id}]
    dead_letters(created(aws, undelivered["key"]["S"]), ERROR_CODE="THROTTLING", RULE_ARN="x")
    dead_letters("not an event")

    told = dev.document("redrive", "dev", "--dry-run")
    assert told["found"] == {"change": 1, "undelivered": 1, "foreign": 1}
    assert (told["sent"], told["dead_letters"]) == (0, 3)
    by_kind = {message["kind"]: message for message in told["messages"]}
    assert "MalformedEventError" in by_kind["change"]["reason"]
    assert by_kind["change"]["image"] == failed["image_id"]["S"]
    assert by_kind["undelivered"]["reason"] == "THROTTLING"
    assert "key" not in by_kind["change"]
    assert aws.rows_of(failed["key"]["S"]) == []

    done = dev.document("redrive", "dev", "--keys")
    assert (done["sent"], done["left"], done["dead_letters"]) == (2, 1, 1)
    assert (done["handled"], done["failed_again"], done["unheard"]) == ({"ready": 2}, 0, 0)
    assert failed["key"]["S"] in {message["key"] for message in done["messages"]}
    for row in (failed, undelivered):
        aws.wait_for_row(row["key"]["S"], lambda row: status(row) == "ready")
    printed = dev.run("redrive", "dev")
    assert "0 sent again. 1 left" in printed
    assert "uploads/" not in printed


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
    [told] = aws.logs.filter_log_events(**results(aws, current))["events"][len(before) :]
    assert '"current"' in told["message"]
    assert "offered to the processor" in dev.run("reprocess", "dev", "--all", "--owner", owner)


def results(aws: Aws, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "logGroupName": aws.outputs["functions"]["processor"]["log_group"],
        "filterPattern": f'"{row["image_id"]["S"]}"',
    }
