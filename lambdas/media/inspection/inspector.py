"""Looking at files in a process of its own, so that no file can take the caller down.

Decoders are native code: a hostile file may crash one, keep it busy for ever, make it ask for all
memory, or take it over. One process looks at file after file, under limits of time and memory, and
what it answers is data that is checked, never code (see `wire`); the file that ends it, or makes it
answer nonsense, is answered for, and the next one gets a new process.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Timer
from types import TracebackType
from typing import Self

from media.inspection.pipeline import InspectedImage
from media.inspection.rejection import RejectedError, corrupt
from media.inspection.specs import RenditionSpec
from media.inspection.wire import (
    Assignment,
    Fault,
    Rejection,
    UnreadableAnswerError,
    receive_answer,
    send_assignment,
)
from media.limits import Limits

_PROGRAM = "media.inspection.worker"
_ATTEMPTS = 2
_SECONDS_TO_END = 5
# A process ends itself in time, unless it was taken over; it may have to start first.
_GRACE_SECONDS = 10.0
# What is no end of its own counts as a crash all the same.
_CRASHED = -signal.SIGABRT


class InspectionError(Exception):
    """A file could not be looked at, and the fault is not the file's."""


@dataclass(frozen=True, slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    connection: Connection


class Inspector:
    """Looks at files one after the other in another process; a context manager.

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
        self, limits: Limits, specs: Sequence[RenditionSpec], seconds_max: float = 20.0
    ) -> None:
        self._assignment = Assignment(limits, tuple(specs), seconds_max)
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process, if it isn't running, so that the first file needn't wait for it."""
        if self._worker is None:
            self._worker = _start(self._assignment)

    @property
    def pid(self) -> int:
        """The process's id, which changes where it had to be replaced; 0 before it started."""
        return self._worker.process.pid if self._worker else 0

    def close(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.connection.close()
            self._worker.process.kill()
            self._worker.process.wait()
            self._worker = None

    def inspect(self, data: bytes) -> InspectedImage:
        """Check a file and make of it all that the store keeps, as `inspect_image` does.

        Raises
        ------
        RejectedError
            If the file is at fault; also where it ends its process, has it answer nonsense, or
            takes too long.
        InspectionError
            If our code failed, or the system took the process away.
        """
        ended = 0
        for _ in range(_ATTEMPTS):
            started = time.monotonic()
            try:
                return self._ask(data)
            except UnreadableAnswerError:
                ended = _CRASHED
            except EOFError:
                ended = self._end_of_worker()
            if ended == -signal.SIGALRM or time.monotonic() - started >= self._patience_seconds:
                seconds = self._assignment.seconds_max
                raise corrupt(f"the picture was not decoded within {seconds:g} seconds")
            # A process that had seen many files before may have ended for their sake: a new one
            # tells whether it was this file.
        if ended >= 0:
            raise InspectionError(f"the process that looks at files ended with code {ended}")
        if ended in (-signal.SIGKILL, -signal.SIGTERM):
            raise InspectionError("the process that looks at files was killed")
        raise corrupt("the picture makes its decoder fail")

    def _ask(self, data: bytes) -> InspectedImage:
        self.start()
        if self._worker is None:
            raise InspectionError("the process that looks at files is not there")
        overdue = Timer(self._patience_seconds, self._worker.process.kill)
        overdue.start()
        try:
            self._worker.connection.send_bytes(data)
            answer = receive_answer(self._worker.connection, self._assignment.specs)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise EOFError from None
        except BaseException:
            # What was left unread would be taken for the answer to the next file, and a process
            # that answered nonsense is not to be asked again.
            self.close()
            raise
        finally:
            overdue.cancel()
        if isinstance(answer, Rejection):
            raise RejectedError(answer.reason, answer.message)
        if isinstance(answer, Fault):
            raise InspectionError(answer.message)
        return answer

    @property
    def _patience_seconds(self) -> float:
        return self._assignment.seconds_max + _GRACE_SECONDS

    def _end_of_worker(self) -> int:
        """Tell how the process ended, which has closed its end of the connection."""
        if self._worker is None:
            raise InspectionError("the process that looks at files is not there")
        try:
            return self._worker.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return _CRASHED
        finally:
            self.close()


def _start(assignment: Assignment) -> _Worker:
    """Start a process and make sure that it runs.

    It is a plain program, since starting it the way `multiprocessing` does would run the caller's
    main module again, which in a function is the runtime itself; and not forked, which native
    libraries don't bear once they have threads.
    """
    connection, theirs = Pipe()
    only_what_we_import = ("-S", "-P") if sys.flags.no_site else ("-P",)
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, *only_what_we_import),
            *("-m", _PROGRAM, str(theirs.fileno())),
        ],
        pass_fds=[theirs.fileno()],
        # Whoever takes a decoder over can't answer with code, and finds no credentials in its
        # environment, but still has the rights of this user.
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    worker = _Worker(process, connection)
    try:
        send_assignment(connection, assignment)
    except BrokenPipeError:
        process.wait()
        raise InspectionError("the process that looks at files did not start") from None
    return worker
