"""Requests a second through the gateway, as several clients at once send them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import share_below

if TYPE_CHECKING:
    from tooling.images.api_client import MediaClient

CLIENTS = (1, 8)
STARTING_SECONDS = 5.0


def measure_load(client: MediaClient, path: str, seconds: float) -> list[dict[str, Any]]:
    """Send one request again and again, by one client and by eight; return what came through.

    Raises
    ------
    OperatorError
        Some answer was no success.
    """
    return [_run(client, path, clients, seconds) for clients in CLIENTS]


def _run(client: MediaClient, path: str, clients: int, seconds: float) -> dict[str, Any]:
    def send(until: float) -> list[float]:
        taken = []
        while (sent := perf_counter()) < until:
            client.expect(path, client.request("GET", path))
            taken.append((perf_counter() - sent) * 1000)
        return taken

    with ThreadPoolExecutor(clients) as pool:
        # Until then each client has its connection, and enough functions have been started.
        [*pool.map(send, [perf_counter() + STARTING_SECONDS] * clients)]
        began = perf_counter()
        found = pool.map(send, [began + seconds] * clients)
        taken = [milliseconds for one in found for milliseconds in one]
        lasted = perf_counter() - began
    return {
        "request": f"GET {path}",
        "clients": clients,
        "requests": len(taken),
        "per_second": round(len(taken) / lasted, 1),
        "p50_ms": round(share_below(taken, 0.5), 1),
        "p95_ms": round(share_below(taken, 0.95), 1),
    }
