"""One file through the processor in processes that did nothing else, and what memory it took."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

# The whole function is in memory while an image is worked on, not only what decodes it.
import functions.processor.handler
from media.inspection import DEFAULT_RENDITIONS, Inspector
from media.model.limits import Limits
from media.model.rejection import RejectedError
from tests.benchmarks.machine import peak_bytes

# What the default limits accept has to fit into the default memory, which counts two copies of
# the largest file; a larger one than is accepted gets as much more.
MEMORY_BYTES = 2304 * 1024**2
FILE_COPIES = 2
SECONDS_MAX = 110.0


def main(path: str) -> None:
    """Print the peak before and after, in bytes, and the milliseconds, as JSON."""
    # The function's own inspector would hold to its limits.
    functions.processor.handler.inspector.close()
    accepted = Limits()
    size = Path(path).stat().st_size
    limits = replace(accepted, upload_bytes=size)
    memory_bytes = MEMORY_BYTES + FILE_COPIES * (size - accepted.upload_bytes)
    with Inspector(limits, DEFAULT_RENDITIONS, SECONDS_MAX, memory_bytes) as inspector:
        inspector.start()
        sys.stdout.write(json.dumps(_look_at(Path(path), inspector)))


def _look_at(path: Path, inspector: Inspector) -> dict[str, object]:
    pids = (os.getpid(), inspector.pid)
    before = peak_bytes(*pids)
    data = path.read_bytes()
    started = time.perf_counter()
    fault = None
    try:
        inspector.inspect(data, "benchmark")
    except RejectedError as rejection:
        fault = f"{rejection.reason.value}: {rejection}"
    milliseconds = (time.perf_counter() - started) * 1000
    peak = peak_bytes(*pids)
    return {"before": before, "fault": fault, "peak": peak, "milliseconds": milliseconds}


if __name__ == "__main__":
    main(sys.argv[1])
