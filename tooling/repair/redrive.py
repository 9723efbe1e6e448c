"""``redrive``: send what lies in the dead-letter queue to the upload queue again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tooling.repair.dead_letters import RUN_ATTRIBUTE, DeadLetter, Kind, put_back, receive_all
from tooling.repair.failure_log import FailureLog
from tooling.repair.messages import queue_depth, send_batch

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

    from tooling.clients import Clients
    from tooling.console import ProgressLine, Screen

# Each of them is looked up in the log.
SHOWN_MAX = 20
# So many messages can be held hidden at a time without troubling the queue.
HELD_MAX = 10_000
POLL_SECONDS = 2.0


@dataclass
class Redriven:
    """What a run found and did.

    Parameters
    ----------
    found : Counter of Kind
        Messages by kind.
    shown : list of (DeadLetter, str)
        The first of them, each with the reason of its failure.
    sent, refused, left : int
        Messages that were sent again and deleted, that the queue did not take, and that were left
        because they would only fail again.
    waiting : int
        Messages in the upload queue when the waiting ended, those of others included.
    dead : int
        Messages in the dead-letter queue then.
    is_cut : bool
        Whether there are more than were looked at.
    """

    found: Counter[Kind] = field(default_factory=Counter)
    shown: list[tuple[DeadLetter, str]] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    left: int = 0
    waiting: int = 0
    dead: int = 0
    is_cut: bool = False


@dataclass
class Redrive:
    """One run.

    Parameters
    ----------
    clients : Clients
        The AWS to call.
    outputs : dict
        Outputs of the environment.
    is_dry : bool
        Whether nothing is sent.
    """

    clients: Clients
    outputs: dict[str, Any]
    is_dry: bool
    run_id: str = field(default_factory=lambda: str(uuid4()))
    result: Redriven = field(default_factory=Redriven)
    _held: list[str] = field(default_factory=list)

    def run(self, screen: Screen) -> Redriven:
        """Look at every message once and send what can succeed; put the rest back."""
        sqs, dead_letters = self.clients.sqs, self.outputs["dead_letter_queue_url"]
        log = FailureLog(self.clients.logs, self.outputs["functions"]["processor"]["log_group"])
        try:
            with screen.progress("dead letters", None) as progress:
                for some in receive_all(sqs, dead_letters, self.outputs["media_bucket"]):
                    self._take(some, log)
                    self._tell(progress)
                    if len(self._held) >= HELD_MAX:
                        self.result.is_cut = True
                        break
        finally:
            put_back(sqs, dead_letters, self._held)
        self.result.dead = queue_depth(sqs, dead_letters)
        return self.result

    def wait(self, seconds: float, screen: Screen) -> None:
        """Wait until the upload queue is empty, at most so long, and count what came back."""
        deadline = monotonic() + seconds
        with screen.working("waiting for what was sent"):
            while (waiting := self._depth("queue_url")) and monotonic() < deadline:
                sleep(POLL_SECONDS)
        self.result.waiting = waiting
        self.result.dead = self._depth("dead_letter_queue_url")

    def _depth(self, queue: str) -> int:
        return queue_depth(self.clients.sqs, self.outputs[queue])

    def _take(self, some: list[DeadLetter], log: FailureLog) -> None:
        # What this very run has sent, and what failed again already, is not sent in a circle.
        new = [letter for letter in some if letter.run != self.run_id]
        self._held += [letter.receipt for letter in some if letter.run == self.run_id]
        for letter in new:
            self.result.found[letter.kind] += 1
            if len(self.result.shown) < SHOWN_MAX:
                self.result.shown.append((letter, _reason(letter, log)))
        foreign = [letter for letter in new if letter.kind is Kind.FOREIGN]
        self.result.left += len(foreign)
        sendable = [letter for letter in new if letter.kind is not Kind.FOREIGN]
        sent = set() if self.is_dry else self._send(sendable)
        self._held += [letter.receipt for letter in new if letter.receipt not in sent]

    def _send(self, letters: list[DeadLetter]) -> set[str]:
        """Send messages, and delete those that were taken; return their receipts."""
        if not letters:
            return set()
        sqs: SQSClient = self.clients.sqs
        taken, _ = send_batch(
            sqs,
            self.outputs["queue_url"],
            [
                {
                    "Id": str(number),
                    "MessageBody": letter.body,
                    "MessageAttributes": {
                        RUN_ATTRIBUTE: {"DataType": "String", "StringValue": self.run_id}
                    },
                }
                for number, letter in enumerate(letters)
            ],
        )
        receipts = [letters[int(number)].receipt for number in sorted(taken)]
        self.result.sent += len(receipts)
        self.result.refused += len(letters) - len(receipts)
        if receipts:
            # One that can't be deleted is sent once more by the next run: twice does no harm.
            sqs.delete_message_batch(
                QueueUrl=self.outputs["dead_letter_queue_url"],
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt}
                    for number, receipt in enumerate(receipts)
                ],
            )
        return set(receipts)

    def _tell(self, progress: ProgressLine) -> None:
        progress.now(f"{self.result.found.total()} seen, {self.result.sent} sent")


def _reason(letter: DeadLetter, log: FailureLog) -> str:
    if letter.kind is Kind.FOREIGN:
        return "can't be handled"
    return letter.told or log.reason(letter.message_id, letter.sent_at)


def show(screen: Screen, result: Redriven, *, with_keys: bool) -> None:
    """Print what was found."""
    if not result.shown:
        return
    screen.table(
        "Dead letters",
        ("kind", "image", "tries", "age", "reason"),
        [
            (
                letter.kind.value,
                letter.key if with_keys and letter.key else letter.image,
                letter.receives,
                _age(letter.sent_at),
                reason,
            )
            for letter, reason in result.shown
        ],
    )
    counts = ", ".join(f"{count} x {kind.value}" for kind, count in result.found.most_common())
    more = " and more" if result.is_cut else ""
    screen.say(f"In all {result.found.total()}{more}: {counts}.")


def last_line(result: Redriven, *, is_dry: bool) -> str:
    """Return in one line what became of it all."""
    total = result.found.total()
    if not total:
        return "The dead-letter queue is empty."
    if is_dry:
        return f"{total - result.left} would be sent again, {result.left} left."
    waiting = f"{result.waiting} are in the queue still" if result.waiting else "the queue is empty"
    return f"{result.sent} sent again, {result.left} left; {waiting}, {result.dead} dead letters."


def document(result: Redriven, *, with_keys: bool) -> dict[str, Any]:
    """Return the result for a script."""
    return {
        "found": {kind.name.lower(): count for kind, count in result.found.items()},
        "more": result.is_cut,
        "sent": result.sent,
        "refused": result.refused,
        "left": result.left,
        "waiting": result.waiting,
        "dead_letters": result.dead,
        "messages": [
            {
                "message_id": letter.message_id,
                "kind": letter.kind.name.lower(),
                "image": letter.image,
                **({"key": letter.key} if with_keys else {}),
                "receives": letter.receives,
                "sent_at": letter.sent_at.isoformat(),
                "reason": reason,
            }
            for letter, reason in result.shown
        ],
    }


def _age(moment: datetime) -> str:
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
