"""A process of its own for looking at files, so that no file can take the caller down.

Decoders are native code: a hostile file may crash one, keep it busy for ever or make it ask for
all memory. One process looks at file after file, under limits of time and memory; the file that
ends it is answered for, and the next one gets a new process.
"""

import ctypes
import multiprocessing
import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from media.images import RejectionReason, Status
from media.inspection.pipeline import inspect_image
from media.inspection.rejection import RejectedError, corrupt
from media.inspection.specs import RenditionSpec
from media.limits import Limits

# Far above what the largest accepted picture takes, far below what would harm a machine.
_SECONDS_MAX = 20.0
_ADDRESS_SPACE_MAX = 6 * 1024**3
_FACTS = ("format", "width", "height", "frames")
_DONT_DUMP = (0, 0)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """The file could not be read, and why."""

    message: str


class Inspector:
    """Looks at files one after the other in a worker process; a context manager.

    Parameters
    ----------
    limits
        What a file may ask for.
    specs
        The renditions to make.
    seconds_max
        After this many seconds a file is given up.
    """

    def __init__(
        self,
        limits: Limits,
        specs: Sequence[RenditionSpec],
        seconds_max: float = _SECONDS_MAX,
    ) -> None:
        self._limits = limits
        self._specs = tuple(specs)
        self._seconds_max = seconds_max
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def inspect(self, path: Path) -> dict[str, Any]:
        """Say what becomes of a file.

        Returns
        -------
        dict
            file, status, reason, message, format, width, height, frames, renditions,
            milliseconds; ready for JSON.

        Raises
        ------
        OSError
            If the file can't be read.
        """
        started = time.perf_counter()
        try:
            answer = self._ask(path)
        except EOFError:
            # A process that had seen many files before may have ended for their sake: a new one
            # tells whether it was this file.
            self._stop()
            try:
                answer = self._ask(path)
            except EOFError:
                answer = corrupt("the picture makes its decoder fail")
        if isinstance(answer, _Unreadable):
            raise OSError(answer.message)
        if isinstance(answer, RejectedError):
            self._stop()
            return _line(path, started, answer)
        return answer

    def _ask(self, path: Path) -> dict[str, Any] | _Unreadable | RejectedError:
        process, connection = self._running()
        try:
            connection.send(path)
        except BrokenPipeError:
            raise EOFError from None
        if not wait([connection, process.sentinel], self._seconds_max):
            return corrupt(f"the picture was not decoded within {self._seconds_max:g} seconds")
        try:
            answer: dict[str, Any] | _Unreadable = connection.recv()
        except ConnectionResetError:
            raise EOFError from None
        return answer

    def _running(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        if self._process is None or self._connection is None:
            # Not forked: native libraries don't bear it once they have threads.
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(theirs, self._limits, self._specs), daemon=True
            )
            self._process.start()
            theirs.close()
            self._await_start(self._connection)
        return self._process, self._connection

    def _await_start(self, connection: Connection) -> None:
        """Tell a process that can't even start from one that a file has ended."""
        try:
            connection.recv()
        except EOFError:
            self._stop()
            raise ChildProcessError("the process that looks at files did not start") from None

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._connection = None


def _serve(connection: Connection, limits: Limits, specs: Sequence[RenditionSpec]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_MAX, _ADDRESS_SPACE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, _DONT_DUMP)
    _silence()
    connection.send(os.getpid())
    while True:
        try:
            path = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            connection.send(_inspect(path, limits, specs))
        except OSError as error:
            connection.send(_Unreadable(error.strerror or str(error)))
        _give_back_memory()


def _inspect(path: Path, limits: Limits, specs: Sequence[RenditionSpec]) -> dict[str, Any]:
    if path.exists() and not path.is_file():
        raise OSError("it is no regular file: name image files")
    with path.open("rb") as file:
        # One byte above the limit is enough to tell that a file is too large.
        data = file.read(limits.upload_bytes + 1)
    started = time.perf_counter()
    try:
        image = inspect_image(data, limits, specs)
    except RejectedError as rejection:
        return _line(path, started, rejection)
    except MemoryError:
        return _line(path, started, corrupt("the picture needs more memory than any good one"))
    line = _line(path, started, None)
    line |= {name: getattr(image, name) for name in _FACTS}
    line["format"] = image.format.value
    line["renditions"] = [
        {"name": r.name, "width": r.width, "height": r.height, "bytes": len(r.data)}
        for r in image.renditions
    ]
    return line


def _line(path: Path, started: float, rejection: RejectedError | None) -> dict[str, Any]:
    reason: RejectionReason | None = rejection.reason if rejection else None
    return {
        "file": str(path),
        "status": (Status.REJECTED if rejection else Status.READY).value,
        "reason": reason.value if reason else None,
        "message": rejection.message if rejection else None,
        **dict.fromkeys(_FACTS),
        "renditions": [],
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }


def _silence() -> None:
    """Keep what native libraries print about odd files out of the caller's output."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _give_back_memory() -> None:
    """Return freed memory to the system, so that large files don't add up."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
