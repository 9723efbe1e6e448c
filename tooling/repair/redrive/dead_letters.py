"""Messages of the dead-letter queue, and their kinds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from media.model.keys import announced_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

RECEIVE_BATCH = 10
# Long enough to read the whole queue, so that no message appears twice.
HIDDEN_SECONDS = 600
POLL_SECONDS = 2
RUN_ATTRIBUTE = "redrive"


class Kind(StrEnum):
    """Kinds of messages; the value is shown to the operator."""

    CHANGE = "change of an object"
    REQUEST = "request to reprocess"
    UNDELIVERED = "event that EventBridge could not deliver"
    FOREIGN = "no event of the media bucket"


KINDS = {
    ("aws.s3", "Object Created"): Kind.CHANGE,
    ("aws.s3", "Object Deleted"): Kind.CHANGE,
    ("media.tooling", "Reprocess Requested"): Kind.REQUEST,
}


@dataclass(frozen=True)
class DeadLetter:
    """One message of the dead-letter queue.

    Parameters
    ----------
    message_id, receipt : str
        Its id, which it also had in the upload queue, and the handle to delete it.
    kind : Kind
        What it is.
    key : str or None
        The object's key; personal, so shown only on request.
    body : str
        The message itself.
    sent_at : datetime
        When it was sent to the queue.
    receives : int
        How often it was received.
    delivery_error : str
        Why EventBridge failed to deliver it; empty if it did.
    run : str or None
        Id of the redrive run that sent it last.
    """

    message_id: str
    receipt: str
    kind: Kind
    key: str | None
    body: str
    sent_at: datetime
    receives: int
    delivery_error: str
    run: str | None

    @classmethod
    def of(cls, message: MessageTypeDef, bucket: str) -> DeadLetter:
        """Read a message of the queue."""
        system = message["Attributes"]
        said = {
            name: value.get("StringValue", "")
            for name, value in message.get("MessageAttributes", {}).items()
        }
        kind, key = _classify(message["Body"], bucket)
        delivery_error = ": ".join(
            said[name] for name in ("ERROR_CODE", "ERROR_MESSAGE") if name in said
        )
        if delivery_error and kind is Kind.CHANGE:
            kind = Kind.UNDELIVERED
        return cls(
            message_id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            kind=kind,
            key=key,
            body=message["Body"],
            sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
            receives=int(system["ApproximateReceiveCount"]),
            delivery_error=delivery_error,
            run=said.get(RUN_ATTRIBUTE),
        )

    @property
    def image(self) -> str:
        """The image's id if the key has it, otherwise a description without the key."""
        return "" if self.key is None else announced_image(self.key) or "direct drop"


def _classify(body: str, bucket: str) -> tuple[Kind, str | None]:
    try:
        event: Any = json.loads(body)
        kind = KINDS[event["source"], event["detail-type"]]
        key = event["detail"]["object"]["key"]
        is_ours = event["detail"]["bucket"]["name"] == bucket and isinstance(key, str)
    except (ValueError, TypeError, KeyError):
        return Kind.FOREIGN, None
    return (kind, key) if is_ours else (Kind.FOREIGN, None)


def receive_all(sqs: SQSClient, queue_url: str, bucket: str) -> Iterator[list[DeadLetter]]:
    """Yield the queue's messages in batches; they stay hidden for some minutes."""
    while True:
        answer = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=RECEIVE_BATCH,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=POLL_SECONDS,
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            MessageAttributeNames=["All"],
        )
        found = answer.get("Messages", [])
        if not found:
            return
        yield [DeadLetter.of(message, bucket) for message in found]


def put_back(sqs: SQSClient, queue_url: str, receipts: list[str]) -> None:
    """Make messages visible again that were only read."""
    for start in range(0, len(receipts), RECEIVE_BATCH):
        some = receipts[start : start + RECEIVE_BATCH]
        sqs.change_message_visibility_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for number, receipt in enumerate(some)
            ],
        )
