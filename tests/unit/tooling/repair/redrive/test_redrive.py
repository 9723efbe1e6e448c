"""What redrive makes of messages, against a queue in memory."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tooling.console import Screen
from tooling.errors import OperatorError
from tooling.repair.redrive import redrive
from tooling.repair.redrive import report as redrive_report
from tooling.repair.redrive.dead_letters import DeadLetter, Kind
from tooling.repair.redrive.follow_up import FollowUp
from tooling.repair.redrive.processor_log import SILENT, LogLine, ProcessorLog
from tooling.repair.redrive.redrive import Redrive
from tooling.terraform.outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUTS = Outputs(
    "dev",
    {
        "queue_url": "uploads",
        "dead_letter_queue_url": "dead",
        "media_bucket": "media",
        "functions": {"processor": {"name": "processor", "version": "1", "log_group": "/log"}},
    },
)


def event(source: str = "aws.s3", kind: str = "Object Created", bucket: str = "media") -> str:
    return json.dumps(
        {
            "source": source,
            "detail-type": kind,
            "detail": {"bucket": {"name": bucket}, "object": {"key": "uploads/a"}},
        }
    )


class Queues:
    """Two queues; a message that was received is hidden until it is deleted or put back."""

    def __init__(self, *bodies: str, refused: str = "") -> None:
        self.dead = {str(number): body for number, body in enumerate(bodies)}
        self.attributes: dict[str, Any] = {}
        self.ids: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.sent: list[dict[str, Any]] = []
        self.refused = refused
        self.log: list[str] = []

    def receive_message(self, **_: object) -> dict[str, Any]:
        some = [receipt for receipt in self.dead if receipt not in self.hidden][:10]
        self.hidden.update(some)
        system = {"SentTimestamp": "1700000000000", "ApproximateReceiveCount": "4"}
        return {
            "Messages": [
                {
                    "MessageId": self.ids.get(receipt, f"m{receipt}"),
                    "ReceiptHandle": receipt,
                    "Body": self.dead[receipt],
                    "Attributes": system,
                    "MessageAttributes": self.attributes.get(receipt, {}),
                }
                for receipt in some
            ]
        }

    def send_message_batch(self, *, Entries: list[Any], **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        taken = [entry for entry in Entries if entry["MessageBody"] != self.refused]
        ids = {id(entry): f"sent-{n}" for n, entry in enumerate(taken, len(self.sent))}
        self.sent += taken
        self.log.append("sent")
        return {
            "Successful": [{"Id": e["Id"], "MessageId": ids[id(e)]} for e in taken],
            "Failed": [{"Id": e["Id"], "Code": "Busy"} for e in Entries if e not in taken],
        }

    def delete_message_batch(self, *, Entries: list[Any], **_: object) -> None:  # noqa: N803 - boto3's
        self.log.append("deleted")
        for entry in Entries:
            del self.dead[entry["ReceiptHandle"]]

    def change_message_visibility_batch(self, *, Entries: list[Any], **_: object) -> None:  # noqa: N803 - boto3's
        self.hidden -= {entry["ReceiptHandle"] for entry in Entries}

    def get_queue_attributes(self, *, QueueUrl: str, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        count = len(self.dead) if QueueUrl == "dead" else 0
        return {"Attributes": {"ApproximateNumberOfMessages": str(count)}}


@pytest.fixture(autouse=True)
def silent_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProcessorLog, "reason", lambda *_: SILENT)


def run(queues: Queues, *, is_dry: bool = False, run_id: str = "now") -> redrive.Redriven:
    target = cast("Any", SimpleNamespace(sqs=queues, logs=None))
    return Redrive(target, OUTPUTS, is_dry, run_id).run(Screen(json_wanted=True))


def test_each_is_sent_and_only_then_deleted() -> None:
    queues = Queues(*[event()] * 12)
    result = run(queues)
    assert (result.sent, result.left, result.dead, len(queues.sent)) == (12, 0, 0, 12)
    assert queues.log == ["sent", "deleted"] * 2


def test_what_the_queue_refuses_stays_a_dead_letter() -> None:
    queues = Queues(event(), event(kind="Object Deleted"), refused=event())
    result = run(queues)
    assert (result.sent, result.refused) == (1, 1)
    assert list(queues.dead.values()) == [event()]
    assert not queues.hidden & set(queues.dead)


def test_a_dry_run_sends_nothing_and_puts_all_back() -> None:
    queues = Queues(event(), "{}", event("media.tooling", "Reprocess Requested"))
    result = run(queues, is_dry=True)
    assert result.found == {Kind.CHANGE: 1, Kind.FOREIGN: 1, Kind.REQUEST: 1}
    assert (queues.sent, len(queues.dead), queues.hidden) == ([], 3, set())


@pytest.mark.parametrize(
    "body",
    ["no JSON", "[]", "3", event(bucket="another"), event(source="aws.ec2"), event(kind="x")],
)
def test_what_can_only_fail_again_is_left(body: str) -> None:
    queues = Queues(body)
    result = run(queues)
    assert (result.left, result.sent, list(queues.dead.values())) == (1, 0, [body])


def test_what_came_back_in_this_run_is_not_sent_in_a_circle() -> None:
    queues = Queues(event())
    queues.attributes["0"] = {"redrive": {"StringValue": "now"}}
    assert run(queues).found.total() == 0
    assert run(queues, run_id="later").sent == 1


def test_more_than_can_be_held_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redrive, "HELD_MAX", 10)
    result = run(Queues(*[event()] * 25), is_dry=True)
    assert (result.is_cut, result.found.total()) == (True, 10)


def test_keys_are_shown_only_where_asked() -> None:
    result = run(Queues(event()), is_dry=True)
    ends = FollowUp(cast("Any", None), since=0)
    assert "uploads/a" not in json.dumps(redrive_report.document(result, ends, with_keys=False))
    assert "uploads/a" in json.dumps(redrive_report.document(result, ends, with_keys=True))


def test_an_announced_image_is_named() -> None:
    image = "0b8a5f6e-1111-4111-9111-00000000000b"
    letter = DeadLetter.of(
        cast(
            "Any", Queues(event().replace("uploads/a", f"uploads/{image}/{image}"))
        ).receive_message()["Messages"][0],
        "media",
    )
    assert letter.image == image


class Teller(ProcessorLog):
    """A log that grows from one reading to the next."""

    def __init__(self, *readings: list[LogLine]) -> None:
        self.readings = list(readings)

    def lines(self, since: int) -> Iterator[LogLine]:
        assert since
        yield from self.readings.pop(0) if self.readings else []


def test_each_message_that_was_sent_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    queues = Queues(*[event()] * 4)
    passed: list[float] = []

    def sleep(seconds: float) -> None:
        passed.append(seconds)
        if len(passed) == 2:  # one of ours is back, and one of somebody else's
            queues.dead["back"] = queues.dead["foreign"] = event()
            queues.ids["back"] = "sent-2"
            queues.attributes["back"] = {"redrive": {"StringValue": "now"}}

    monkeypatch.setattr(redrive, "sleep", sleep)
    target = cast("Any", SimpleNamespace(sqs=queues, logs=None))
    run = Redrive(target, OUTPUTS, is_dry=False, run_id="now")
    run.run(Screen(json_wanted=True))
    run.follow_up.log = Teller(
        [LogLine("sent-0", 1, "ready", ""), LogLine("stranger", 1, "ready", "")],
        [LogLine("sent-1", 2, "", "Busy")],
        [LogLine("sent-1", 3, "rejected", ""), LogLine("sent-2", 3, "", "KeyCollisionError")],
        [],
        [LogLine("sent-3", 4, "current", "")],
    )
    run.wait(3600, Screen(json_wanted=True))
    assert len(passed) == 4
    ends = run.follow_up
    assert ends.handled == {"ready": 1, "rejected": 1, "current": 1}
    assert (ends.dead, ends.retried, ends.unheard, run.result.dead) == (1, 0, 0, 2)
    assert not queues.hidden & set(queues.dead)
    line = redrive_report.last_line(run.result, ends, is_dry=False)
    assert line.startswith(
        "4 sent again: 3 handled (1 ready, 1 rejected, 1 current), 1 failed again."
    )
    with pytest.raises(OperatorError, match="1 of 4 messages failed again") as caught:
        redrive_report.require_success("dev", run.result, ends)
    assert caught.value.reason == "1 x KeyCollisionError"


def test_what_the_wait_is_too_short_for_is_told_as_unheard_of() -> None:
    target = cast("Any", SimpleNamespace(sqs=Queues(event(), event()), logs=None))
    run = Redrive(target, OUTPUTS, is_dry=False)
    run.run(Screen(json_wanted=True))
    run.follow_up.log = Teller([LogLine("sent-1", 1, "ready", "")])
    run.wait(0, Screen(json_wanted=True))
    document = redrive_report.document(run.result, run.follow_up, with_keys=False)
    ends = {name: document[name] for name in ("sent", "handled", "failed_again", "retried")}
    assert ends == {"sent": 2, "handled": {"ready": 1}, "failed_again": 0, "retried": 0}
    assert document["unheard"] == 1
    redrive_report.require_success("dev", run.result, run.follow_up)
