"""What a benchmark ran on, without anything that names the machine."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

KIBIBYTE, MEBIBYTE = 1024, 1024**2


def describe_machine() -> dict[str, str | int]:
    """Return processor, cores, memory in MiB, kernel and Python."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE,
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return platform.processor()
    found = {
        name: match[1].strip()
        for name in ("model name", "cpu family", "model", "stepping")
        if (match := re.search(rf"^{name}\s*: (.+)$", text, re.MULTILINE))
    }
    model = found.pop("model name", platform.processor())
    return ", ".join([model, *(f"{name} {value}" for name, value in found.items())])


def cpu_seconds(pid: int) -> float:
    """Return how long a process has worked a processor, user and system time added up."""
    fields = Path("/proc", str(pid), "stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(*pids: int) -> int:
    """Return the most memory that each process has had in RAM, added up, in bytes."""
    return sum(_peak_bytes(Path("/proc", str(pid), "status")) for pid in pids)


def _peak_bytes(status: Path) -> int:
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError("the system does not tell the peak memory of a process")
    return int(found[1]) * KIBIBYTE
