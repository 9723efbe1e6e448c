"""One file through the processor in processes that did nothing else, and what memory it took."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

# The whole function is in memory while a picture is worked on, not only what decodes it.
import functions.processor.handler
from media.inspection import DEFAULT_RENDITIONS, Inspector
from media.inspection.rejection import RejectedError
from media.limits import Limits

UNLIMITED = Limits(upload_bytes=2**40, pixels=2**40, frames=2**20)
SECONDS_MAX = 110.0
KIBIBYTE = 1024


def peak_bytes(*pids: int) -> int:
    """Return the most memory that each process has had in RAM, added up, in bytes."""
    return sum(_peak_bytes(Path("/proc", str(pid), "status")) for pid in pids)


def _peak_bytes(status: Path) -> int:
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError("the system does not tell the peak memory of a process")
    return int(found[1]) * KIBIBYTE


def main(path: str) -> None:
    """Print the peak before and after, in bytes, and the milliseconds, as JSON."""
    # The function's own inspector would hold to its limits.
    functions.processor.handler.inspector.close()
    with Inspector(UNLIMITED, DEFAULT_RENDITIONS, SECONDS_MAX) as inspector:
        sys.stdout.write(json.dumps(_look_at(Path(path), inspector)))


def _look_at(path: Path, inspector: Inspector) -> dict[str, object]:
    try:
        inspector.inspect(b"")
    except RejectedError:
        pids = (os.getpid(), inspector.pid)
    before = peak_bytes(*pids)
    data = path.read_bytes()
    started = time.perf_counter()
    fault = None
    try:
        inspector.inspect(data)
    except RejectedError as rejection:
        fault = f"{rejection.reason.value}: {rejection}"
    milliseconds = (time.perf_counter() - started) * 1000
    peak = peak_bytes(*pids)
    return {"before": before, "fault": fault, "peak": peak, "milliseconds": milliseconds}


if __name__ == "__main__":
    main(sys.argv[1])
