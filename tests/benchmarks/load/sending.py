"""Uploads as clients send them: all at once by a few clients, or at a steady rate."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from tooling.images.api_client import send_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.load.pictures import Picture
    from tooling.images.api_client import MediaClient

CLIENTS = 8


@dataclass(frozen=True)
class Sent:
    """A file that S3 has taken.

    Parameters
    ----------
    image_id : str
        Of its image.
    at : datetime
        When S3 had it.
    name, expected : str
        Which file it is, and the state that it has to end in.
    """

    image_id: str
    at: datetime
    name: str
    expected: str


def send_burst(client: MediaClient, pictures: Iterator[Picture], number: int) -> list[Sent]:
    """Send files as fast as eight clients can; return them in the order given."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda picture: send(client, picture), islice(pictures, number)))


def send_steadily(
    client: MediaClient, pictures: Iterator[Picture], rate: float, seconds: float
) -> list[Sent]:
    """Send files at a rate of so many a second, for so long; a client that is late catches up."""
    began = time.monotonic()

    def send_in_turn(turn: int, picture: Picture) -> Sent:
        time.sleep(max(0.0, began + turn / rate - time.monotonic()))
        return send(client, picture)

    number = int(rate * seconds)
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(send_in_turn, range(number), islice(pictures, number)))


def send(client: MediaClient, picture: Picture) -> Sent:
    """Announce and send one file through the front door."""
    wanted = {"content_type": picture.content_type, "bytes": len(picture.data)}
    announced = client.expect(picture.name, client.request("POST", "/images", wanted))
    send_file(announced["upload"], picture.name, picture.data)
    return Sent(announced["image_id"], datetime.now(UTC), picture.name, picture.expected)
