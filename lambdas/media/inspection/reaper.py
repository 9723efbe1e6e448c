"""Ending what a taken-over decoder started, where the kernel let it start anything.

A process may leave its group by `setsid`, and its parent by letting that one end. It then becomes
the child of the nearest ancestor that has asked for orphans, which is this process. Its session
tells it from what other code here starts in ours: a session can be left, and none can be joined.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from media.inspection.kernel import ProcessOption, set_process_option

_PROC = Path("/proc")
# Each round ends a generation; who forks faster than that is seen again in the next.
_ROUNDS_MAX = 1000
# In /proc/PID/stat behind the program's name: state, parent, group, session.
_PARENT, _SESSION = 1, 3


class ProcessReaper:
    """The processes that this one answers for: its decoders, and what they leave behind.

    What else it has started in a session of its own before the first decoder is left alone.
    """

    def __init__(self) -> None:
        self._decoders: set[int] = set()
        self._others: frozenset[int] = frozenset()

    def prepare(self) -> None:
        """Become the parent of what decoders leave behind; nothing on systems without that."""
        if not self._decoders:
            self._others = frozenset(_children_elsewhere())
        _adopt_orphans(1)

    def add(self, decoder: int) -> None:
        """Take in a decoder that was started."""
        self._decoders.add(decoder)

    def remove(self, decoder: int) -> None:
        """Let go of a decoder that has ended, and end what it left behind."""
        self._decoders.discard(decoder)
        self._kill_orphans()
        if not self._decoders:
            # Orphans of anything else are not ours to care for.
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
    """Give the children of this process that are in another session."""
    session = os.getsid(0)
    for entry in _PROC.glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            # It has ended meanwhile.
            continue
        if int(fields[_PARENT]) == os.getpid() and int(fields[_SESSION]) != session:
            yield int(entry.parent.name)


REAPER = ProcessReaper()
