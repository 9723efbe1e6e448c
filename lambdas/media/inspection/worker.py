"""The process that decodes files for an `Inspector`: ``python -m media.inspection.worker FD``."""

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
    """Answer a file: with findings, a rejection or a fault, but never an exception."""
    try:
        image_format = check_bytes(data, assignment.limits)
        return examine(data, image_format, assignment.limits, assignment.specs)
    except RejectedError as rejection:
        return Rejection(rejection.flaw, rejection.numbers)
    except MemoryError:
        return Rejection(Flaw.NEEDS_MEMORY, {})
    except Exception as error:  # noqa: BLE001 - the parent raises it
        return Fault.of(error)


def run(connection: Connection, answer: AnswerFile = answer_file) -> None:
    """Load the codecs, confine the process, and answer files until the other end is closed."""
    assignment = receive_assignment(connection)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)
    warm_up(assignment.specs)
    send_readiness(connection, confine(assignment.memory_bytes, assignment.parent))
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            return
        # The alarm ends this process even inside a decoder.
        signal.setitimer(signal.ITIMER_REAL, assignment.seconds_max)
        answered = answer(data, assignment)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del data
        send_answer(connection, answered)
        del answered
        # Freed memory goes back to the system, so that large files don't add up.
        trim(0)


def leave_terminal() -> None:
    """Leave Ctrl-C to the parent, and discard what libraries print about a file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def main(descriptor: int) -> None:
    """Serve the process at the other end of the connection."""
    leave_terminal()
    with suppress(EOFError, BrokenPipeError), Connection(descriptor) as line:
        run(line)


if __name__ == "__main__":
    main(int(sys.argv[1]))
