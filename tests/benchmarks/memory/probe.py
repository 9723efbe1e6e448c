"""One file through the processor in a process that did nothing else, and what memory it took."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

# The whole function is in memory while a picture is worked on, not only what decodes it.
import functions.processor.handler
from media.inspection import DEFAULT_RENDITIONS, inspect_image
from media.inspection.rejection import RejectedError
from media.limits import Limits

UNLIMITED = Limits(upload_bytes=2**40, pixels=2**40, frames=2**20)
KIBIBYTE = 1024


def peak_bytes() -> int:
    """Return the most memory that this process has had in RAM, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise OSError("the system does not tell the peak memory of a process")
    return int(found[1]) * KIBIBYTE


def main(path: str) -> None:
    """Print the peak before and after, in bytes, and the milliseconds, as JSON."""
    if not functions.processor.handler.settings.renditions:
        raise ValueError("the handler is what stays in memory")
    before = peak_bytes()
    data = Path(path).read_bytes()
    started = time.perf_counter()
    answer: dict[str, object] = {"before": before, "fault": None}
    try:
        inspect_image(data, UNLIMITED, DEFAULT_RENDITIONS)
    except RejectedError as rejection:
        answer["fault"] = f"{rejection.reason.value}: {rejection}"
    milliseconds = (time.perf_counter() - started) * 1000
    sys.stdout.write(json.dumps({**answer, "peak": peak_bytes(), "milliseconds": milliseconds}))


if __name__ == "__main__":
    main(sys.argv[1])
