"""The process that looks at files for an `Inspector`: ``python -m media.inspection.worker FD``."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from media.inspection.confinement import confine
from media.inspection.pipeline import check_bytes, examine
from media.inspection.warm_up import warm_up
from media.inspection.wire import (
    Answer,
    Assignment,
    Fault,
    Rejection,
    receive_assignment,
    send_answer,
    send_readiness,
)
from media.model.rejection import Flaw, RejectedError

AnswerFile = Callable[[bytes, Assignment], Answer]


def answer_file(data: bytes, assignment: Assignment) -> Answer:
    """Look at a file, whatever comes of it."""
    try:
        image_format = check_bytes(data, assignment.limits)
        return examine(data, image_format, assignment.limits, assignment.specs)
    except RejectedError as rejection:
        return Rejection(rejection.flaw, rejection.numbers)
    except MemoryError:
        return Rejection(Flaw.NEEDS_MEMORY, {})
    except Exception as error:  # noqa: BLE001 - told to who asked, who raises it
        return Fault.of(error)


def run(connection: Connection, answer: AnswerFile = answer_file) -> None:
    """Get ready, give up all that isn't needed, and answer files until the other end is closed."""
    assignment = receive_assignment(connection)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)
    warm_up(assignment.specs)
    send_readiness(connection, confine(assignment.memory_bytes, assignment.parent))
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            return
        # The alarm ends this process wherever it is, also inside of a decoder.
        signal.setitimer(signal.ITIMER_REAL, assignment.seconds_max)
        answered = answer(data, assignment)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del data
        send_answer(connection, answered)
        del answered
        # Freed memory goes back to the system, so that large files don't add up.
        trim(0)


def leave_terminal() -> None:
    """Leave Ctrl-C to who asked, and keep what libraries print about a file out of the output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def main(descriptor: int) -> None:
    """Work for who holds the other end of the line."""
    leave_terminal()
    with suppress(EOFError, BrokenPipeError), Connection(descriptor) as line:
        run(line)


if __name__ == "__main__":
    main(int(sys.argv[1]))
