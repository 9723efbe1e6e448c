from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tooling.errors import OperatorError
from tooling.repair import queue as messages
from tooling.repair.queue import QueueFeeder, reprocess_request


class Queue:
    """Takes messages, except for what it is told to refuse so many times."""

    def __init__(self, depths: list[int], refused: dict[str, int]) -> None:
        self.depths, self.refused = depths, refused
        self.taken: list[str] = []
        self.batches: list[int] = []

    def get_queue_attributes(self, **_: object) -> dict[str, Any]:
        depth = self.depths.pop(0) if len(self.depths) > 1 else self.depths[0]
        return {"Attributes": {"ApproximateNumberOfMessages": str(depth), "Other": "0"}}

    def send_message_batch(self, *, Entries: list[dict[str, str]], **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.batches.append(len(Entries))
        good, bad = [], []
        for entry in Entries:
            body = entry["MessageBody"]
            if self.refused.get(body, 0):
                self.refused[body] -= 1
                bad.append({"Id": entry["Id"], "Code": "Busy", "Message": "later"})
            else:
                self.taken.append(body)
                good.append({"Id": entry["Id"], "MessageId": str(len(self.taken))})
        return {"Successful": good, "Failed": bad}


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(messages, "monotonic", lambda: clock.now)
    monkeypatch.setattr(messages, "sleep", clock.sleep)
    return clock


def feeder(queue: Queue, rate: float = 10.0) -> QueueFeeder:
    return QueueFeeder(cast("Any", queue), "url", rate)


def test_all_is_sent_in_tens_and_no_faster_than_asked(clock: Clock) -> None:
    queue = Queue([0], {})
    bodies = [str(number) for number in range(35)]
    assert feeder(queue).feed(iter(bodies)) == 35
    assert queue.taken == bodies
    assert queue.batches == [10, 10, 10, 5]
    assert clock.now == pytest.approx(103.0)


def test_what_is_refused_is_sent_again_alone(clock: Clock) -> None:
    queue = Queue([0], {"3": 2})
    feeder(queue).feed(str(number) for number in range(5))
    assert (queue.batches, queue.taken[-1]) == ([5, 1, 1], "3")
    assert clock.now > 100.0


def test_what_is_never_taken_stops_the_run(clock: Clock) -> None:
    queue = Queue([0], {"3": 99})
    with pytest.raises(OperatorError, match="did not take 1 messages") as caught:
        feeder(queue).feed(str(number) for number in range(5))
    assert caught.value.reason == "Busy: later"
    assert clock.now > 100.0


def test_feeding_pauses_while_uploads_wait(clock: Clock) -> None:
    queue = Queue([501, 501, 500], {})
    feeder(queue, rate=1000.0).feed(["x"])
    assert queue.taken == ["x"]
    assert clock.now == pytest.approx(102.0)


def test_a_request_names_the_key_as_it_is() -> None:
    key = "uploads/a b+c%25é.jpg"
    text = reprocess_request("media", key, datetime(2026, 11, 24, tzinfo=UTC), unless_current=True)
    event = json.loads(text)
    assert event["detail"]["object"]["key"] == key
    assert (event["source"], event["detail-type"]) == ("media.tooling", "Reprocess Requested")
    assert event["detail"]["unless-current"] is True
