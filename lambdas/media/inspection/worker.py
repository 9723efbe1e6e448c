"""The process that looks at files for an `Inspector`: ``python -m media.inspection.worker FD``."""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from media.inspection.pipeline import inspect_image
from media.inspection.rejection import RejectedError, corrupt
from media.inspection.wire import (
    Answer,
    Assignment,
    Fault,
    Rejection,
    receive_assignment,
    send_answer,
)

# Far above what the largest accepted picture takes, far below what would harm a machine.
_ADDRESS_SPACE_MAX = 6 * 1024**3
_DONT_DUMP = (0, 0)


def serve(connection: Connection) -> None:
    """Answer files until the other end is closed."""
    assignment = receive_assignment(connection)
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            return
        # The alarm ends this process wherever it is, also inside of a decoder.
        signal.setitimer(signal.ITIMER_REAL, assignment.seconds_max)
        answer = _answer(data, assignment)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del data
        send_answer(connection, answer)
        del answer
        _give_back_memory()


def _answer(data: bytes, assignment: Assignment) -> Answer:
    try:
        return inspect_image(data, assignment.limits, assignment.specs)
    except RejectedError as rejection:
        return Rejection(rejection.reason, rejection.message)
    except MemoryError:
        too_large = corrupt("the picture needs more memory than any good one")
        return Rejection(too_large.reason, too_large.message)
    except Exception as error:  # noqa: BLE001 - told to who asked, who raises it
        return Fault(f"{type(error).__name__}: {error}")


def _bound() -> None:
    """Bound what a file can take, and keep what libraries print about it out of the output."""
    # Not every system lets a process limit its address space.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_MAX, _ADDRESS_SPACE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, _DONT_DUMP)
    # Ctrl-C is for who asked; the closed connection tells this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _give_back_memory() -> None:
    """Return freed memory to the system, so that large files don't add up."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    _bound()
    with suppress(EOFError, BrokenPipeError), Connection(int(sys.argv[1])) as connection:
        serve(connection)
