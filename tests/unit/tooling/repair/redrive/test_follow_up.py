"""What became of sent messages, from a log that other uploads write to as well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from tooling.repair.redrive.follow_up import LATE_MILLISECONDS, UNEXPLAINED, FollowUp
from tooling.repair.redrive.processor_log import ProcessorLog

if TYPE_CHECKING:
    from collections.abc import Iterator


class Logs:
    """A log group; a line may appear long after it was written."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.asked: list[int] = []

    def get_paginator(self, _: str) -> Logs:
        return self

    def paginate(self, *, startTime: int, **_: object) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        self.asked.append(startTime)
        for line in self.lines:
            if line["timestamp"] >= startTime:
                yield {"events": [line]}

    def say(self, message_id: str, at: int = 0, **more: str) -> None:
        line = json.dumps({"message_id": message_id, **more})
        self.lines.append({"timestamp": at, "message": line})


def follow(logs: Logs, *message_ids: str) -> FollowUp:
    follow_up = FollowUp(ProcessorLog(cast("Any", logs), "/log"), since=0)
    follow_up.sent(message_ids)
    return follow_up


def test_each_message_ends_as_one_thing_and_others_are_passed_over() -> None:
    logs = Logs()
    follow_up = follow(logs, "ready", "healed", "tried", "dead", "killed", "waits")
    logs.say("ready", result="ready")
    logs.say("ready", result="superseded")  # it came twice: the first time counts
    logs.say("healed", exception="Traceback\\nIOError: no")
    logs.say("healed", result="rejected")
    logs.say("tried", exception="Traceback\nClientError: throttled")
    logs.say("dead", exception="KeyCollisionError: another key's")
    logs.say("stranger", result="ready")
    logs.say("another", exception="x")
    logs.lines.append({"timestamp": 0, "message": "REPORT message_id"})
    follow_up.read_log()
    follow_up.came_back(["dead", "killed", "stranger"])

    assert follow_up.handled == {"ready": 1, "rejected": 1}
    assert (follow_up.dead, follow_up.retried, follow_up.unheard) == (2, 1, 1)
    assert follow_up.reasons == {
        "ClientError: throttled": 1,
        "KeyCollisionError: another key's": 1,
        UNEXPLAINED: 1,
    }
    logs.say("tried", result="ready")
    logs.say("waits", result="current")
    follow_up.read_log()
    assert follow_up.is_settled
    assert follow_up.handled.total() == 4


def test_a_line_that_is_there_late_is_read_and_old_ones_are_not_read_for_ever() -> None:
    logs, hour = Logs(), 3_600_000
    follow_up = follow(logs, "early", "late")
    logs.say("early", hour, result="ready")
    follow_up.read_log()
    logs.say("late", hour - LATE_MILLISECONDS, result="ready")
    follow_up.read_log()
    assert follow_up.is_settled
    assert logs.asked == [0, hour - LATE_MILLISECONDS]
