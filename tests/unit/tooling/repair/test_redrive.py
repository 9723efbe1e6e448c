"""What redrive makes of messages, against a queue in memory."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tooling.console import Screen
from tooling.repair import redrive
from tooling.repair.dead_letters import DeadLetter, Kind
from tooling.repair.failure_log import SILENT, FailureLog
from tooling.repair.redrive import Redrive

OUTPUTS = {
    "queue_url": "uploads",
    "dead_letter_queue_url": "dead",
    "media_bucket": "media",
    "functions": {"processor": {"log_group": "/log"}},
}


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
                    "MessageId": f"m{receipt}",
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
        self.sent += taken
        self.log.append("sent")
        return {
            "Successful": [{"Id": entry["Id"]} for entry in taken],
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
    monkeypatch.setattr(FailureLog, "reason", lambda *_: SILENT)


def run(queues: Queues, *, is_dry: bool = False, run_id: str = "now") -> redrive.Redriven:
    clients = cast("Any", SimpleNamespace(sqs=queues, logs=None))
    return Redrive(clients, OUTPUTS, is_dry, run_id).run(Screen(json_wanted=True))


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


def test_more_than_can_be_held_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redrive, "HELD_MAX", 10)
    result = run(Queues(*[event()] * 25), is_dry=True)
    assert (result.is_cut, result.found.total()) == (True, 10)


def test_keys_are_shown_only_where_asked() -> None:
    result = run(Queues(event()), is_dry=True)
    assert "uploads/a" not in json.dumps(redrive.document(result, with_keys=False))
    assert "uploads/a" in json.dumps(redrive.document(result, with_keys=True))


def test_an_announced_image_is_named() -> None:
    image = "0b8a5f6e-1111-4111-9111-00000000000b"
    letter = DeadLetter.of(
        cast(
            "Any", Queues(event().replace("uploads/a", f"uploads/{image}/{image}"))
        ).receive_message()["Messages"][0],
        "media",
    )
    assert letter.image == image
