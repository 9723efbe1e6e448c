"""Starts a decoder process, and kills it with everything that it may have started."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Self

from media.inspection.answers import receive_answer, receive_readiness
from media.inspection.bytecode import bytecode_folder
from media.inspection.confinement import Measure
from media.inspection.connection import DeadlineConnection
from media.inspection.reaper import REAPER
from media.inspection.wire import Answer, Assignment, send_assignment

_PROGRAM = "media.inspection.worker"
_SECONDS_TO_END = 5.0
_CRASHED = -signal.SIGABRT
# These lead it to its interpreter, libraries and locale, and set its number of threads.
_INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX"),
    *("LANG", "LC_ALL", "LC_CTYPE", "VIPS_CONCURRENCY", "OMP_NUM_THREADS"),
)


class DecoderProcess:
    """A process that decodes files of one owner.

    Parameters
    ----------
    process, connection
        The running process, and the connection to it.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", connection: DeadlineConnection) -> None:
        self._process = process
        self._connection = connection
        self._refused: frozenset[Measure] | None = None

    @classmethod
    def start(cls, assignment: Assignment, seconds_max: float) -> Self:
        """Start a process; await its readiness before sending files.

        It is a program of its own: `multiprocessing` would run the caller's main module again,
        which in a function is the runtime itself, and native libraries with threads do not
        survive a fork.

        Raises
        ------
        OSError
            If it does not start, or does not take its assignment in time.
        """
        REAPER.prepare()
        ours, theirs = socket.socketpair()
        only_what_we_import = ("-S", "-P") if sys.flags.no_site else ("-P",)
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and worker
                [
                    *(sys.executable, *only_what_we_import),
                    *("-m", _PROGRAM, str(theirs.fileno())),
                ],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        REAPER.add(process.pid)
        started = cls(process, DeadlineConnection(ours))
        try:
            started._connection.allow(seconds_max)
            send_assignment(started._connection, assignment)
        except OSError:
            started.close()
            raise
        return started

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def await_readiness(self, seconds_max: float) -> frozenset[Measure]:
        """Wait until it may be sent files; return the confinement measures that were refused.

        Raises
        ------
        EOFError, OSError, UnreadableAnswerError
            If it ended or is not ready in time; no file is at fault.
        """
        if self._refused is None:
            self._connection.allow(seconds_max)
            self._refused = receive_readiness(self._connection)
        return self._refused

    def ask(self, data: bytes, assignment: Assignment, seconds_max: float) -> Answer:
        """Send it a file and return its answer.

        Raises
        ------
        EOFError, ConnectionError
            If it ended.
        TimeoutError
            If the answer is not complete in time.
        UnreadableAnswerError
            If the answer is malformed.
        """
        self._connection.allow(seconds_max)
        self._connection.send_bytes(data)
        return receive_answer(self._connection, assignment.limits, assignment.specs)

    def wait(self) -> int:
        """Return the exit code of a process that has closed its end of the connection."""
        try:
            return self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            # Only a compromised process closes its connection and lives on.
            return _CRASHED

    def close(self) -> None:
        """Kill it and everything that it started, even in other sessions."""
        self._connection.close()
        # It leads its own group, whose id stays taken while any process is in it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        REAPER.remove(self._process.pid)


def _environment() -> dict[str, str]:
    """Return the environment it needs, without credentials and settings."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    folder = bytecode_folder()
    if folder is not None:
        inherited["PYTHONPYCACHEPREFIX"] = folder
    return inherited | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
