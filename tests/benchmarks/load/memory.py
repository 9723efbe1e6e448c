"""How much memory the functions of the embedded AWS have, while something else goes on."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

MEBIBYTE_IN_KIBIBYTES = 1024
PERIOD_SECONDS = 0.5


@dataclass
class FunctionMemory:
    """Looks again and again at the processes below that of the embedded AWS; a context manager.

    Parameters
    ----------
    emulator : int
        The number of its process.
    """

    emulator: int
    peak_mib: float = 0.0
    largest_mib: float = 0.0
    processes: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(PERIOD_SECONDS):
            sizes = descendants(self.emulator)
            if sum(sizes) > self.peak_mib:
                self.peak_mib, self.processes = sum(sizes), len(sizes)
            self.largest_mib = max([self.largest_mib, *sizes])


def descendants(ancestor: int) -> list[float]:
    """Return the MiB in RAM of each process that comes from another, directly or not."""
    parents, sizes = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        found = dict(re.findall(r"^(Pid|PPid|VmRSS):\s+(\d+)", text, re.MULTILINE))
        if "VmRSS" in found:
            pid = int(found["Pid"])
            parents[pid], sizes[pid] = int(found["PPid"]), int(found["VmRSS"])
    return [
        size / MEBIBYTE_IN_KIBIBYTES
        for pid, size in sizes.items()
        if pid != ancestor and _comes_from(ancestor, pid, parents)
    ]


def _comes_from(ancestor: int, pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid == ancestor:
            return True
        pid = parents[pid]
    return False
