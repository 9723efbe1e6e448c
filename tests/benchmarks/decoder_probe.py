"""What the decoder's process costs: its start, its confinement, and a change of owner."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from media.inspection import DEFAULT_RENDITIONS, Inspector, decoder_process
from media.model.limits import Limits
from tests.benchmarks.machine import MEBIBYTE, cpu_seconds, peak_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS_MAX = 60.0
UNCONFINED = "tests.benchmarks.decoder_unconfined"
CONFINED = decoder_process._PROGRAM


def main(path: str, rounds: int) -> None:
    """Print the figures as JSON."""
    picture = Path(path).read_bytes()
    # Who starts first may compile for those that follow.
    first = measure_start()
    starts = [measure_start() for _ in range(rounds)]
    figures = {
        "first_start_ms_of_a_core": first["core_ms"],
        "start_ms_of_a_core": median(start["core_ms"] for start in starts),
        "start_ms": round(median(start["ms"] for start in starts)),
        "idle_mib": max(start["mib"] for start in starts),
        **measure_confinement(picture, rounds),
        **measure_owners(picture, rounds),
    }
    sys.stdout.write(json.dumps(figures))


def measure_start() -> dict[str, float]:
    """Start a process and wait until it is ready for a file."""
    started = time.perf_counter()
    with Inspector(Limits(), DEFAULT_RENDITIONS) as inspector:
        inspector.await_readiness()
        milliseconds = (time.perf_counter() - started) * 1000
        return {
            "ms": milliseconds,
            "core_ms": round(cpu_seconds(inspector.pid) * 1000),
            "mib": round(peak_bytes(inspector.pid) / MEBIBYTE),
        }


def measure_confinement(picture: bytes, rounds: int) -> dict[str, float]:
    """Have a warm process with the confinement, and one without, take turns at an image."""
    with Inspector(Limits(), DEFAULT_RENDITIONS) as confined:
        confined.await_readiness()
        decoder_process._PROGRAM = UNCONFINED
        with Inspector(Limits(), DEFAULT_RENDITIONS) as unconfined:
            unconfined.await_readiness()
            decoder_process._PROGRAM = CONFINED
            turns = [
                (work_of(confined, picture), work_of(unconfined, picture))
                for _ in range(rounds + 1)
            ][1:]
    # The system counts in hundredths of a second, so the sum tells more than any turn.
    return {
        "confined_ms_of_a_core": round(sum(turn[0] for turn in turns) / rounds, 1),
        "unconfined_ms_of_a_core": round(sum(turn[1] for turn in turns) / rounds, 1),
    }


def work_of(inspector: Inspector, picture: bytes) -> float:
    """Return the milliseconds that the process works a core for an image."""
    before = cpu_seconds(inspector.pid)
    inspector.inspect(picture, "benchmark")
    return (cpu_seconds(inspector.pid) - before) * 1000


def measure_owners(picture: bytes, rounds: int) -> dict[str, float]:
    """Time an image of the same owner, of the first other one, and of one for whom is a spare."""
    turns = [_follow_owners(picture) for _ in range(rounds)]
    names = ("same_owner_ms", "other_owner_ms", "other_owner_with_spare_ms")
    return {name: median(turn[at] for turn in turns) for at, name in enumerate(names)}


def _follow_owners(picture: bytes) -> tuple[float, float, float]:
    with Inspector(Limits(), DEFAULT_RENDITIONS) as inspector:
        inspector.inspect(picture, "first")
        same = timed(lambda: inspector.inspect(picture, "first"))
        other = timed(lambda: inspector.inspect(picture, "second"))
        spare = inspector.decoders.spare
        if spare is None:
            raise TypeError("there is no spare process after the owner has changed")
        spare.await_readiness(SECONDS_MAX)
        return same, other, timed(lambda: inspector.inspect(picture, "third"))


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds by the clock."""
    started = time.perf_counter()
    work()
    return round((time.perf_counter() - started) * 1000, 1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
