"""Dead letters are explained, redriven, and followed to their outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.conftest import Run
from tests.integration.uploads import EVENT, sample_image, status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Checkout
    from tests.integration.conftest import Aws


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


def created(aws: Aws, key: str, **fields: str) -> str:
    event = json.loads(EVENT.read_text(encoding="utf-8"))
    event["detail"]["bucket"]["name"] = aws.bucket
    event["detail"]["object"] |= {"key": key, **fields}
    return json.dumps(event)


@pytest.fixture
def impatient_queue(aws: Aws) -> Iterator[None]:
    """The upload queue gives a message up a while after its first attempt."""
    url = aws.outputs["queue_url"]
    kept = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(kept["RedrivePolicy"]) | {"maxReceiveCount": 1}
    aws.sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={"VisibilityTimeout": "30", "RedrivePolicy": json.dumps(policy)},
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
    aws.delete_row(healed)
    no_image, *others = (f"uploads/{uuid4()}/{uuid4()}" for _ in range(3))
    aws.s3.put_object(Bucket=aws.bucket, Key=no_image, Body=b"<html>")
    aws.wait_for_row(no_image, lambda row: status(row) == "rejected")
    [refused] = aws.rows_of(no_image)
    for row in (gone, refused):
        aws.delete_row(row)
    aws.s3.delete_object(Bucket=aws.bucket, Key=gone["key"]["S"])
    aws.wait_for_empty_queue()
    aws.delete_row(gone)
    for row in (healed, gone, refused):
        dead_letters(created(aws, row["key"]["S"]))
    dead_letters(created(aws, current["key"]["S"], sequencer="00"))
    dead_letters(created(aws, "uploads/folder/"))
    dead_letters(created(aws, "uploads/x", sequencer="no number"))
    try:
        with Run(dev, "redrive", "dev", "--wait", "120") as redrive:
            for key in others:
                aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=sample_image())
            assert redrive.wait() == 1
            printed = redrive.printed()
    finally:
        for key in (no_image, *others):
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
        aws.delete_row(row)
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

    planned = dev.document("redrive", "dev", "--dry-run")
    assert planned["found"] == {"change": 1, "undelivered": 1, "foreign": 1}
    assert (planned["sent"], planned["dead_letters"]) == (0, 3)
    by_kind = {message["kind"]: message for message in planned["messages"]}
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
