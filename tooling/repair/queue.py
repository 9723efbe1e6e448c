"""Messages for the upload queue, and sending them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING
from uuid import uuid4

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

BATCH = 10
SEND_ATTEMPTS = 4
ATTEMPT_PAUSE_SECONDS = 1.0
# Uploads share the queue: sending pauses above this many messages.
BACKLOG_MAX = 500
BACKLOG_CHECK_SECONDS = 1.0
DEPTHS: tuple[QueueAttributeNameType, ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def reprocess_request(bucket: str, key: str, now: datetime, *, unless_current: bool) -> str:
    """Return a message that asks the processor to process one original again.

    Parameters
    ----------
    key : str
        The original's key, raw.
    unless_current : bool
        Whether to skip an image whose renditions are up to date.
    """
    event = {
        "version": "0",
        "id": str(uuid4()),
        "source": "media.tooling",
        "detail-type": "Reprocess Requested",
        "time": now.isoformat(),
        "detail": {
            "bucket": {"name": bucket},
            "object": {"key": key},
            "unless-current": unless_current,
        },
    }
    return json.dumps(event, ensure_ascii=False)


def queue_depth(sqs: SQSClient, queue_url: str) -> int:
    """Return the approximate number of messages in a queue, those in flight included."""
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=DEPTHS)
    return sum(int(count) for count in answer["Attributes"].values())


def send_batch(
    sqs: SQSClient, queue_url: str, entries: Sequence[SendMessageBatchRequestEntryTypeDef]
) -> tuple[dict[str, str], str]:
    """Send up to ten messages.

    Returns
    -------
    dict of str to str
        For each accepted message: the id of the entry, and its id in the queue.
    str
        Why the others were not accepted.
    """
    answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    faults = {f"{entry['Code']}: {entry.get('Message', '')}" for entry in answer.get("Failed", [])}
    taken = {entry["Id"]: entry["MessageId"] for entry in answer.get("Successful", [])}
    return taken, "; ".join(sorted(faults))


@dataclass
class QueueFeeder:
    """Sends messages at a steady rate, and pauses while too many wait.

    Parameters
    ----------
    sqs : SQSClient
        The client to send with.
    queue_url : str
        The upload queue.
    rate_per_second : float
        Maximum messages per second.
    """

    sqs: SQSClient
    queue_url: str
    rate_per_second: float
    _due: float = field(default=0.0, init=False)
    _checked: float = field(default=float("-inf"), init=False)

    def feed(self, bodies: Iterable[str]) -> int:
        """Send all bodies; return how many there were.

        Raises
        ------
        OperatorError
            Some were not accepted after several attempts.
        """
        count = 0
        batch: list[SendMessageBatchRequestEntryTypeDef] = []
        for body in bodies:
            batch.append({"Id": str(len(batch)), "MessageBody": body})
            if len(batch) == BATCH:
                self._send(batch)
                count, batch = count + len(batch), []
        if batch:
            self._send(batch)
        return count + len(batch)

    def _send(self, batch: list[SendMessageBatchRequestEntryTypeDef]) -> None:
        self._wait_for_room()
        self._wait_for_turn(len(batch))
        faults = ""
        for attempt in range(SEND_ATTEMPTS):
            sleep(attempt * ATTEMPT_PAUSE_SECONDS)
            sent, faults = send_batch(self.sqs, self.queue_url, batch)
            batch = [entry for entry in batch if entry["Id"] not in sent]
            if not batch:
                return
        raise OperatorError(
            f"The queue did not take {len(batch)} messages.",
            reason=faults,
            remedy="Run the same command again: it continues from there.",
        )

    def _wait_for_turn(self, messages: int) -> None:
        now = monotonic()
        self._due = max(self._due, now)
        sleep(self._due - now)
        self._due += messages / self.rate_per_second

    def _wait_for_room(self) -> None:
        while monotonic() - self._checked >= BACKLOG_CHECK_SECONDS:
            if queue_depth(self.sqs, self.queue_url) <= BACKLOG_MAX:
                self._checked = monotonic()
                return
            sleep(BACKLOG_CHECK_SECONDS)
