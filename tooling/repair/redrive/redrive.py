"""``redrive``: send dead letters to the upload queue again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import TYPE_CHECKING
from uuid import uuid4

from tooling.repair.queue import queue_depth, send_batch
from tooling.repair.redrive.dead_letters import (
    RUN_ATTRIBUTE,
    DeadLetter,
    Kind,
    put_back,
    receive_all,
)
from tooling.repair.redrive.follow_up import FollowUp
from tooling.repair.redrive.processor_log import ProcessorLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs.client import SQSClient

    from tooling.aws.target import Target
    from tooling.console import ProgressLine, Screen
    from tooling.terraform.outputs import Outputs

# Each of them is looked up in the log.
SHOWN_MAX = 20
# The queue tolerates this many hidden messages at a time.
HELD_MAX = 10_000
POLL_SECONDS = 2.0
# AWS refuses signatures when the clock is further off than this.
CLOCK_TOLERANCE = timedelta(minutes=5)


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
        Messages that were sent again and deleted, that the queue refused, and that were left
        because they would only fail again.
    dead : int
        Messages in the dead-letter queue in the end, those of others included.
    is_cut : bool
        Whether there are more than were looked at.
    """

    found: Counter[Kind] = field(default_factory=Counter)
    shown: list[tuple[DeadLetter, str]] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    left: int = 0
    dead: int = 0
    is_cut: bool = False


@dataclass
class Redrive:
    """One run.

    Parameters
    ----------
    target : Target
        The AWS to call.
    outputs : Outputs
        Outputs of the environment.
    is_dry : bool
        Whether nothing is sent.
    """

    target: Target
    outputs: Outputs
    is_dry: bool
    run_id: str = field(default_factory=lambda: str(uuid4()))
    result: Redriven = field(default_factory=Redriven)
    follow_up: FollowUp = field(init=False)
    _held: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        log = ProcessorLog(self.target.logs, self.outputs.functions["processor"].log_group)
        began = datetime.now(UTC) - CLOCK_TOLERANCE
        self.follow_up = FollowUp(log, int(began.timestamp() * 1000))

    def run(self, screen: Screen) -> Redriven:
        """Read every message once, send those that can succeed, and put the rest back."""
        with screen.progress("dead letters", None) as progress:

            def take(some: list[DeadLetter]) -> None:
                self._take(some)
                self._show_progress(progress)

            self._look_through(take)
        self.result.dead = self._depth()
        return self.result

    def wait(self, seconds: float, screen: Screen) -> None:
        """Wait until each sent message is handled or dead again, for at most `seconds`."""
        deadline, depth = monotonic() + seconds, self.result.dead
        with screen.working("waiting for the results"):
            while not self._is_settled() and monotonic() < deadline:
                sleep(min(POLL_SECONDS, max(0.0, deadline - monotonic())))
                if self._depth() != depth:
                    depth = self._depth()
                    self._look_through(self._note_what_came_back)
        if not self.follow_up.is_settled:
            self._look_through(self._note_what_came_back)
        self.result.dead = self._depth()

    def _is_settled(self) -> bool:
        self.follow_up.read_log()
        return self.follow_up.is_settled

    def _look_through(self, take: Callable[[list[DeadLetter]], None]) -> None:
        """Receive all dead letters, up to the limit, and put back those still held."""
        sqs, url = self.target.sqs, self.outputs.dead_letter_queue_url
        try:
            for some in receive_all(sqs, url, self.outputs.media_bucket):
                take(some)
                if len(self._held) >= HELD_MAX:
                    self.result.is_cut = True
                    break
        finally:
            put_back(sqs, url, self._held)
            self._held = []

    def _note_what_came_back(self, some: list[DeadLetter]) -> None:
        self.follow_up.came_back(each.message_id for each in some if each.run == self.run_id)
        self._held += [each.receipt for each in some]

    def _depth(self) -> int:
        return queue_depth(self.target.sqs, self.outputs.dead_letter_queue_url)

    def _take(self, some: list[DeadLetter]) -> None:
        # Messages of this run that failed again are not sent again.
        self._note_what_came_back([letter for letter in some if letter.run == self.run_id])
        new = [letter for letter in some if letter.run != self.run_id]
        self._count(new)
        sendable = [letter for letter in new if letter.kind is not Kind.FOREIGN]
        self.result.left += len(new) - len(sendable)
        sent = set() if self.is_dry else self._send(sendable)
        self._held += [letter.receipt for letter in new if letter.receipt not in sent]

    def _count(self, letters: list[DeadLetter]) -> None:
        """Count messages by kind, and keep the first of them with the reasons of their failure."""
        for letter in letters:
            self.result.found[letter.kind] += 1
            if len(self.result.shown) < SHOWN_MAX:
                self.result.shown.append((letter, self._reason(letter)))

    def _send(self, letters: list[DeadLetter]) -> set[str]:
        """Send messages, and delete those that were taken; return their receipts."""
        if not letters:
            return set()
        sqs: SQSClient = self.target.sqs
        taken, _ = send_batch(
            sqs,
            self.outputs.queue_url,
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
        self.follow_up.sent(taken.values())
        receipts = [letters[int(number)].receipt for number in sorted(taken)]
        self.result.sent += len(receipts)
        self.result.refused += len(letters) - len(receipts)
        if receipts:
            # One that can't be deleted is sent again by the next run, which does no harm.
            sqs.delete_message_batch(
                QueueUrl=self.outputs.dead_letter_queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt}
                    for number, receipt in enumerate(receipts)
                ],
            )
        return set(receipts)

    def _show_progress(self, progress: ProgressLine) -> None:
        progress.now(f"{self.result.found.total()} seen, {self.result.sent} sent")

    def _reason(self, letter: DeadLetter) -> str:
        if letter.kind is Kind.FOREIGN:
            return "can't be handled"
        return letter.delivery_error or self.follow_up.log.reason(letter.message_id, letter.sent_at)
