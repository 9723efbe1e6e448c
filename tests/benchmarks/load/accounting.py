"""What became of every upload of a load, by the API, the processor's log and the queues."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import share_below
from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.load.sending import Sent
    from tooling.clients import Clients
    from tooling.media_client import MediaClient

END_STATES = ("ready", "rejected")
WITHIN_SECONDS = 1800.0
PERIOD_SECONDS = 1.0
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Handled:
    """An event that the processor says it has handled: for which image, when, how, how long."""

    image_id: str
    at: datetime
    result: str
    milliseconds: float


def waiting_messages(clients: Clients, queue_url: str) -> int:
    """Return how many messages are in a queue, those that are worked on included."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])
    attributes: dict[Any, str] = dict(answer["Attributes"])
    return sum(int(attributes[name]) for name in names)


def wait_until_handled(clients: Clients, queue_url: str) -> None:
    """Wait until the queue of uploads is empty.

    Raises
    ------
    OperatorError
        It was not within half an hour.
    """
    deadline = time.monotonic() + WITHIN_SECONDS
    while waiting_messages(clients, queue_url):
        if time.monotonic() > deadline:
            raise OperatorError("The queue of uploads does not get empty.")
        time.sleep(PERIOD_SECONDS)


def read_log(clients: Clients, log_group: str, since: datetime) -> list[Handled]:
    """Return what the processor says it has handled since a moment."""
    pages = clients.logs.get_paginator("filter_log_events").paginate(
        logGroupName=log_group, startTime=int(since.timestamp() * 1000)
    )
    lines = (event["message"] for page in pages for event in page["events"])
    return list(_handled(lines))


def _handled(lines: Iterator[str]) -> Iterator[Handled]:
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
    """
    listed = {image["image_id"]: image["status"] for image in client.images(limit=None)}
    ends = [listed.get(one.image_id, "lost") for one in sent]
    ours = {one.image_id: one for one in sent}
    made = [one for one in handled if one.image_id in ours and one.result in END_STATES]
    times = Counter(one.image_id for one in made)
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
