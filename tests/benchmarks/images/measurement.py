"""All contenders on one workload: in turns, each warm, each on the same core."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.images.contenders import DECODING
from tests.benchmarks.images.similarity import Reference
from tests.benchmarks.worker import Worker, WorkerError, last_core

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.images.contenders import Contender
    from tests.benchmarks.images.workloads import Workload

SIDES = {"thumb": 256, "small": 640, "large": 1600}
QUALITY = 80
EFFORT = 2


@dataclass
class Performance:
    """What one contender did with one workload.

    Parameters
    ----------
    milliseconds : list of float
        Of each round, by the clock.
    cpu_milliseconds : list of float
        Of each round, by what the core worked for it; other programs don't disturb it.
    sizes : dict of str to int
        Bytes of each rendition.
    similarities : dict of str to float
        SSIM of each rendition against the direct filter.
    versions : dict of str to str
        Of the libraries that did it.
    peak_rss_mib : float
        Of the worker, with its interpreter.
    fault : str
        Why it could not; empty if it could.
    """

    milliseconds: list[float] = field(default_factory=list)
    cpu_milliseconds: list[float] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    similarities: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    peak_rss_mib: float = 0.0
    fault: str = ""


def measure(
    workload: Workload, contenders: Sequence[Contender], rounds: int
) -> dict[str, Performance]:
    """Return what each contender did, by its name."""
    found = {contender.name: Performance() for contender in contenders}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = [
            stack.enter_context(Worker(contender.command, contender.variables, last_core()))
            for contender in contenders
        ]
        pairs = list(zip(contenders, workers, strict=True))
        for contender, worker in pairs:
            folder = scratch / contender.name
            folder.mkdir()
            _warm_up(workload, contender, worker, found[contender.name], folder)
        turns = [pair for pair in pairs if not found[pair[0].name].fault]
        for number in range(rounds):
            first = number % max(1, len(turns))  # nobody always follows the same one
            for contender, worker in turns[first:] + turns[:first]:
                answer = worker.ask(_request(workload, contender))
                found[contender.name].milliseconds.append(answer["milliseconds"])
                found[contender.name].cpu_milliseconds.append(answer["cpu_milliseconds"])
        for contender, worker in turns:
            found[contender.name].peak_rss_mib = worker.peak_rss_mib()
        _judge(workload, found, scratch)
    if workload.decoded is not None:
        _add_decoding(contenders, found)
    return found


def _warm_up(
    workload: Workload, contender: Contender, worker: Worker, into: Performance, folder: Path
) -> None:
    """Ask once for what is judged, so that nothing is loaded for the first time when it counts."""
    try:
        into.versions = worker.ask({"hello": True})["versions"]
        worker.ask(_request(workload, contender, folder))
    except WorkerError as error:
        into.fault = str(error)
        return
    into.sizes = {path.stem: path.stat().st_size for path in sorted(folder.iterdir())}


def _request(workload: Workload, contender: Contender, save: Path | None = None) -> dict[str, Any]:
    undecoded = workload.decoded is not None and not contender.decodes_heif
    return {
        "picture": str(workload.decoded if undecoded else workload.picture),
        "sides": SIDES,
        "quality": QUALITY,
        "effort": EFFORT,
        "save": str(save) if save else None,
    }


def _judge(workload: Workload, found: dict[str, Performance], scratch: Path) -> None:
    reference = Reference(workload.picture)
    for name, performance in found.items():
        performance.similarities = {
            rendition: reference.similarity(scratch / name / f"{rendition}.webp")
            for rendition in performance.sizes
        }


def _add_decoding(contenders: Sequence[Contender], found: dict[str, Performance]) -> None:
    """Charge who was given a decoded image with the decoding that somebody has to do for it."""
    decoding = found[DECODING]
    for contender in contenders:
        if not contender.decodes_heif:
            own = found[contender.name]
            own.milliseconds = _sums(own.milliseconds, decoding.milliseconds)
            own.cpu_milliseconds = _sums(own.cpu_milliseconds, decoding.cpu_milliseconds)


def _sums(mine: list[float], theirs: list[float]) -> list[float]:
    # One that failed has no rounds, and none are made up for it.
    return [one + other for one, other in zip(mine, theirs, strict=False)]
