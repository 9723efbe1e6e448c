"""Inspects files in a process of its own, so that no file can take the caller down.

Decoders are native code: a hostile file may crash one, keep it busy for ever, exhaust its memory or
compromise it. Each process decodes the files of one owner. It is confined (see `confinement`) and
limited in time and memory, and its answers are data that is checked, never code (see `answers`). A
file that ends the process, or makes it answer nonsense, is rejected, and the next file gets a new
process.
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
# A process ends itself in time unless it is compromised.
_GRACE_SECONDS = 5.0
_OVERDUE = -signal.SIGALRM
# A malformed answer counts as a crash.
_CRASHED = -signal.SIGABRT
# What the caller takes, with the function around it, its libraries and a spare process: part of
# the 256 MiB that `tooling/environments/memory.py` plans for everything but the image.
_CALLER_BYTES = 160 * 1024**2
# An interpreter with every codec loaded; no limit may be lower.
_IDLE_DECODER_BYTES = 96 * 1024**2


class Inspector:
    """Inspects files one after the other in decoder processes; a context manager.

    Parameters
    ----------
    limits
        What a file may require.
    specs
        The renditions to make.
    seconds_max
        The time limit for one file, in seconds.
    memory_bytes
        The memory of the function, which the caller and its processes share.
    on_refused
        Called once with the confinement measures that the system refused, if any.
    """

    def __init__(
        self,
        limits: Limits,
        specs: Sequence[RenditionSpec],
        seconds_max: float = 20.0,
        memory_bytes: int = 2304 * 1024**2,
        on_refused: Callable[[frozenset[Measure]], None] | None = None,
    ) -> None:
        # The caller holds the file in memory as well.
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
        """Start the process, if it is not running, so that the first file need not wait for it.

        From then on, other processes of the same user can neither read the memory and environment
        of the calling process nor attach a debugger to it.
        """
        self.decoders.start()

    def await_readiness(self) -> DecoderProcess:
        """Wait for a process that may be sent a file, as `Decoders.await_readiness` does."""
        return self.decoders.await_readiness()

    @property
    def pid(self) -> int:
        """The id of the current process, which changes when it is replaced; 0 before the start."""
        return self.decoders.pid

    def close(self) -> None:
        """End the processes, and everything that they may have started."""
        self.decoders.close()

    def inspect(self, data: bytes, owner: str | None) -> InspectedImage:
        """Check a file, make its renditions and read its metadata, as `inspect_image` does.

        Parameters
        ----------
        data
            The whole file.
        owner
            Whose file it is: a process sees files of one owner only. With None, where the owner is
            unknown, it sees this file only.

        Raises
        ------
        RejectedError
            If the file is at fault: it is invalid, ends its process, makes it answer nonsense, or
            takes too long.
        InspectionError
            If our code failed, or the system killed the process.
        """
        image_format = check_bytes(data, self._assignment.limits)
        self.decoders.reserve_for(owner)
        answer = self._ask_twice(data, owner)
        self.decoders.keep_spare()
        return self._read(answer, data, image_format)

    def _ask_twice(self, data: bytes, owner: str | None) -> Answer:
        """Send the file to a process, and once more to a new one if the first ended.

        The first may have ended because of an earlier file. A malformed answer ends a process.
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
    """Return the error for a file over which two processes have ended."""
    if ended >= 0:
        return InspectionError(f"the decoder process ended with code {ended}")
    if ended in (-signal.SIGKILL, -signal.SIGTERM):
        return InspectionError("the decoder process was killed")
    return RejectedError(Flaw.ENDS_DECODER)
