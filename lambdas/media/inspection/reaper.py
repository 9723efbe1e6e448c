"""Kills what a compromised decoder started, where the kernel let it start anything.

A process can leave its group with `setsid`, and its parent when the parent ends. It then becomes a
child of the nearest subreaper, which is this process. Its session distinguishes it from the
children of other code here: a process can leave our session, but never join it.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from media.inspection.kernel import ProcessOption, set_process_option

_PROC = Path("/proc")
# Each round kills one generation; what forked in the meantime is found in the next.
_ROUNDS_MAX = 1000
# Fields of /proc/PID/stat after the program's name: state, parent, group, session.
_PARENT, _SESSION = 1, 3


class ProcessReaper:
    """Tracks the decoders of this process, and kills the orphans that they leave.

    Children in sessions of their own that started before the first decoder are left alone.
    """

    def __init__(self) -> None:
        self._decoders: set[int] = set()
        self._others: frozenset[int] = frozenset()

    def prepare(self) -> None:
        """Become the subreaper of orphans; does nothing on systems without subreapers."""
        if not self._decoders:
            self._others = frozenset(_children_elsewhere())
        _adopt_orphans(1)

    def add(self, decoder: int) -> None:
        """Track a decoder that was started."""
        self._decoders.add(decoder)

    def remove(self, decoder: int) -> None:
        """Stop tracking a decoder that has ended, and kill its orphans."""
        self._decoders.discard(decoder)
        self._kill_orphans()
        if not self._decoders:
            # Other orphans are not ours to reap.
            _adopt_orphans(0)

    def _kill_orphans(self) -> None:
        for _ in range(_ROUNDS_MAX):
            orphans = set(_children_elsewhere()) - self._decoders - self._others
            if not orphans:
                return
            for orphan in orphans:
                with suppress(ProcessLookupError, ChildProcessError):
                    os.kill(orphan, signal.SIGKILL)
                    os.waitpid(orphan, 0)


def _adopt_orphans(wanted: int) -> None:
    with suppress(OSError):
        set_process_option(ProcessOption.CHILD_SUBREAPER, wanted)


def _children_elsewhere() -> Iterator[int]:
    """Yield the children of this process that are in another session."""
    session = os.getsid(0)
    for entry in _PROC.glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            # It has ended in the meantime.
            continue
        if int(fields[_PARENT]) == os.getpid() and int(fields[_SESSION]) != session:
            yield int(entry.parent.name)


REAPER = ProcessReaper()
