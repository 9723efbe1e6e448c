"""Looking at files in a process of its own, so that no file can take the caller down.

Decoders are native code: a hostile file may crash one, keep it busy for ever, make it ask for all
memory, or take it over. A process looks at the files of one owner, confined (see `confinement`),
under limits of time and memory, and what it answers is data that is checked, never code (see
`answers`). The file that ends it, or makes it answer nonsense, is answered for, and the next one
gets a new process.
"""

import os
import signal
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from media.inspection.confinement import Measure
from media.inspection.decoder_process import DecoderProcess
from media.inspection.decoders import Decoders, InspectionError
from media.inspection.fields import UnreadableAnswerError
from media.inspection.pipeline import InspectedImage, check_bytes, describe
from media.inspection.wire import Answer, Assignment, Fault, Rejection
from media.model.formats import ImageFormat
from media.model.limits import Limits
from media.model.rejection import Flaw, RejectedError
from media.rendering.specs import RenditionSpec

_ATTEMPTS = 2
# A process ends itself in time, unless it was taken over.
_GRACE_SECONDS = 5.0
_OVERDUE = -signal.SIGALRM
# What is no end of its own counts as a crash all the same.
_CRASHED = -signal.SIGABRT
# What the caller itself takes with the function around it, its libraries, and a spare process;
# of the 256 MiB that `tooling/environments/memory.py` plans for all but the image.
_CALLER_BYTES = 160 * 1024**2
# An interpreter with every codec loaded, which no limit may fall below.
_IDLE_DECODER_BYTES = 96 * 1024**2


class Inspector:
    """Looks at files one after the other in other processes; a context manager.

    Parameters
    ----------
    limits
        What a file may ask for.
    specs
        The renditions to make.
    seconds_max
        After this many seconds a file is given up.
    memory_bytes
        What the caller and its processes may take together: the function's memory.
    on_refused
        Is told, once, what the system refused of the confinement, if it refused any.
    """

    def __init__(
        self,
        limits: Limits,
        specs: Sequence[RenditionSpec],
        seconds_max: float = 20.0,
        memory_bytes: int = 2304 * 1024**2,
        on_refused: Callable[[frozenset[Measure]], None] | None = None,
    ) -> None:
        # The caller has the file as well.
        share = memory_bytes - _CALLER_BYTES - limits.upload_bytes
        self._assignment = Assignment(
            limits, tuple(specs), seconds_max, max(share, _IDLE_DECODER_BYTES), os.getpid()
        )
        self.decoders = Decoders(self._assignment, on_refused)

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
        """Start the process, if it isn't running, so that the first file needn't wait for it.

        From here on the calling process is closed to others of the same user: its memory and its
        environment can't be read, and no debugger can attach to it.
        """
        self.decoders.start()

    def await_readiness(self) -> DecoderProcess:
        """Wait for a process that may be sent a file, as `Decoders.await_readiness` does."""
        return self.decoders.await_readiness()

    @property
    def pid(self) -> int:
        """The process's id, which changes where it had to be replaced; 0 before it started."""
        return self.decoders.pid

    def close(self) -> None:
        """End the processes, and whatever they may have started."""
        self.decoders.close()

    def inspect(self, data: bytes, owner: str | None) -> InspectedImage:
        """Check a file and make of it all that the store keeps, as `inspect_image` does.

        Parameters
        ----------
        data
            The whole file.
        owner
            Whose it is: a process sees files of one owner only. None where nobody knows, and then
            a process sees this file only.

        Raises
        ------
        RejectedError
            If the file is at fault; also where it ends its process, has it answer nonsense, or
            takes too long.
        InspectionError
            If our code failed, or the system took the process away.
        """
        image_format = check_bytes(data, self._assignment.limits)
        self.decoders.reserve_for(owner)
        answer = self._ask_twice(data, owner)
        self.decoders.keep_spare()
        return self._read(answer, data, image_format)

    def _ask_twice(self, data: bytes, owner: str | None) -> Answer:
        """Ask; and ask a new process where one ended, for it may have been for another file's sake.

        Whatever is not an answer ends the process.
        """
        ended = 0
        for _ in range(_ATTEMPTS):
            decoder = self.decoders.ready_for(owner)
            try:
                return decoder.ask(data, self._assignment, self._deadline_seconds)
            except TimeoutError:
                ended = _OVERDUE
            except UnreadableAnswerError:
                ended = _CRASHED
            except (EOFError, OSError):
                ended = decoder.wait()
            except BaseException:
                self.decoders.end()
                raise
            self.decoders.end()
            if ended == _OVERDUE:
                raise RejectedError(Flaw.TOO_SLOW, seconds=self._assignment.seconds_max)
        raise _verdict(ended)

    @property
    def _deadline_seconds(self) -> float:
        return self._assignment.seconds_max + _GRACE_SECONDS

    def _read(self, answer: Answer, data: bytes, image_format: ImageFormat) -> InspectedImage:
        match answer:
            case Rejection(flaw, numbers):
                raise RejectedError(flaw, self._assignment.limits, **numbers)
            case Fault(name, place):
                message = f"{name} at {place}"
                raise InspectionError(message)
            case findings:
                return describe(data, image_format, findings, self._assignment.specs)


def _verdict(ended: int) -> Exception:
    """Say what a process's end means that came twice over one file."""
    if ended >= 0:
        return InspectionError(f"the process that looks at files ended with code {ended}")
    if ended in (-signal.SIGKILL, -signal.SIGTERM):
        return InspectionError("the process that looks at files was killed")
    return RejectedError(Flaw.ENDS_DECODER)
