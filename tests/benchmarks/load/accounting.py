"""What became of every upload of a load, by the API, the processor's log and the queues."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import share_below
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.load.sending import Sent
    from tooling.aws.target import Target
    from tooling.images.api_client import MediaClient

END_STATES = ("ready", "rejected")
WITHIN_SECONDS = 1800.0
PERIOD_SECONDS = 1.0
MILLISECOND = timedelta(milliseconds=1)
LOG_WINDOW = timedelta(seconds=30)


@dataclass(frozen=True)
class Handled:
    """An event that the processor says it has handled: for which image, when, how, how long."""

    image_id: str
    at: datetime
    result: str
    milliseconds: float


def waiting_messages(target: Target, queue_url: str) -> int:
    """Return how many messages are in a queue, those that are worked on included."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = target.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])
    attributes: dict[Any, str] = dict(answer["Attributes"])
    return sum(int(attributes[name]) for name in names)


def wait_until_handled(target: Target, queue_url: str) -> None:
    """Wait until the queue of uploads is empty.

    Raises
    ------
    OperatorError
        It was not within half an hour.
    """
    deadline = time.monotonic() + WITHIN_SECONDS
    while waiting_messages(target, queue_url):
        if time.monotonic() > deadline:
            raise OperatorError("The queue of uploads does not get empty.")
        time.sleep(PERIOD_SECONDS)


def read_log(target: Target, log_group: str, since: datetime) -> list[Handled]:
    """Return what the processor says it has handled since a moment."""
    return list(handled_in(_lines(target, log_group, since)))


def _lines(target: Target, log_group: str, since: datetime) -> Iterator[str]:
    # The embedded AWS answers with the first 10,000 lines and tells of no further page, so each
    # question is about less than that.
    paginator, until = target.logs.get_paginator("filter_log_events"), datetime.now(UTC)
    while since < until:
        pages = paginator.paginate(
            logGroupName=log_group,
            filterPattern='"event handled"',
            startTime=_milliseconds(since),
            endTime=_milliseconds(since + LOG_WINDOW) - 1,
        )
        yield from (event["message"] for page in pages for event in page["events"])
        since += LOG_WINDOW


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def handled_in(lines: Iterator[str]) -> Iterator[Handled]:
    for line in lines:
        if '"event handled"' not in line:
            continue
        entry = json.loads(line)
        moment = datetime.strptime(entry["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z")
        yield Handled(entry["image_id"], moment, entry["result"], entry["milliseconds"])


def account(
    name: str, sent: Sequence[Sent], client: MediaClient, handled: Sequence[Handled]
) -> dict[str, Any]:
    """Return the figures of a load.

    Parameters
    ----------
    name : str
        Of the load.
    sent : sequence of Sent
        What S3 has taken.
    client : MediaClient
        Lists what became of it.
    handled : sequence of Handled
        What the processor's log says.

    Raises
    ------
    OperatorError
        The log is silent about an upload that has come to its end.
    """
    listed = {image["image_id"]: image["status"] for image in client.images(limit=None)}
    ends = [listed.get(one.image_id, "lost") for one in sent]
    ours = {one.image_id: one for one in sent}
    made = [one for one in handled if one.image_id in ours and one.result in END_STATES]
    times = Counter(one.image_id for one in made)
    _require_lines(sent, ends, times)
    waits = [(one.at - ours[one.image_id].at) / MILLISECOND for one in made]
    began, ended = min(one.at for one in sent), max(one.at for one in made)
    work = [one.milliseconds for one in made]
    return {
        "load": name,
        "uploads": len(sent),
        **{state: ends.count(state) for state in END_STATES},
        "lost": sum(end not in END_STATES for end in ends),
        "twice": sum(number > 1 for number in times.values()),
        "other_than_expected": [
            f"{one.name}: {end}" for one, end in zip(sent, ends, strict=True) if end != one.expected
        ],
        "seconds": round((ended - began).total_seconds(), 1),
        "per_second": round(len(sent) / (ended - began).total_seconds(), 2),
        **{f"p{share}_ms": round(share_below(waits, share / 100)) for share in (50, 95, 99)},
        "processing_p50_ms": round(share_below(work, 0.5)),
        "processing_mean_ms": round(sum(work) / len(work)),
    }


def _require_lines(sent: Sequence[Sent], ends: Sequence[str], times: Counter[str]) -> None:
    silent = sum(
        end in END_STATES and not times[one.image_id] for one, end in zip(sent, ends, strict=True)
    )
    if silent:
        raise OperatorError(
            f"The processor's log says nothing of {silent} of {len(sent)} uploads that have ended.",
            reason="The figures would be those of the others.",
        )
