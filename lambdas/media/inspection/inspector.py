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
from contextlib import suppress
from types import TracebackType
from typing import Self

from media.inspection.confinement import Measure
from media.inspection.decoder_process import DecoderProcess
from media.inspection.fields import UnreadableAnswerError
from media.inspection.kernel import ProcessOption, set_process_option
from media.inspection.pipeline import InspectedImage, check_bytes, describe
from media.inspection.wire import Answer, Assignment, Fault, Rejection
from media.model.formats import ImageFormat
from media.model.limits import Limits
from media.model.rejection import Flaw, RejectedError
from media.rendering.specs import RenditionSpec

_ATTEMPTS = 2
# All its libraries are loaded in this time, also on a machine that does much else.
_START_SECONDS_MAX = 20.0
# A process ends itself in time, unless it was taken over.
_GRACE_SECONDS = 5.0
_OVERDUE = -signal.SIGALRM
# What is no end of its own counts as a crash all the same.
_CRASHED = -signal.SIGABRT
# What the caller itself takes with the function around it, its libraries, and a spare process;
# of the 256 MiB that `tooling/environments/memory.py` plans for all but the picture.
_BESIDE_DECODER_BYTES = 160 * 1024**2
# An interpreter with every codec loaded, which no limit may fall below.
_IDLE_DECODER_BYTES = 96 * 1024**2


class InspectionError(Exception):
    """A file could not be looked at, and the fault is not the file's."""


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
        share = memory_bytes - _BESIDE_DECODER_BYTES - limits.upload_bytes
        self._assignment = Assignment(
            limits, tuple(specs), seconds_max, max(share, _IDLE_DECODER_BYTES), os.getpid()
        )
        self._on_refused = on_refused
        self._decoder: DecoderProcess | None = None
        self._spare: DecoderProcess | None = None
        # Whose files the process has seen; None where it has seen none, or nobody's.
        self._owner: str | None = None
        self._is_used = False
        self._owners_change = False

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
        self._started()

    @property
    def pid(self) -> int:
        """The process's id, which changes where it had to be replaced; 0 before it started."""
        return self._decoder.pid if self._decoder else 0

    def close(self) -> None:
        """End the processes, and whatever they may have started."""
        self._end_decoder()
        if self._spare is not None:
            self._spare.close()
            self._spare = None

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
        self._make_way_for(owner)
        answer = self._ask_twice(data, owner)
        self._keep_spare()
        return self._read(answer, data, image_format)

    def _make_way_for(self, owner: str | None) -> None:
        """End the process if it has seen files of anybody else."""
        if self._decoder is not None and self._is_used and (owner is None or owner != self._owner):
            self._end_decoder()
            self._owners_change = True

    def _keep_spare(self) -> None:
        """Have the next owner's process start while this file's renditions are stored."""
        if self._owners_change and self._spare is None:
            # The next file tries again, and is told why it can't.
            with suppress(InspectionError):
                self._spare = self._start_process()

    def _ask_twice(self, data: bytes, owner: str | None) -> Answer:
        """Ask; and ask a new process where one ended, for it may have been for another file's sake.

        Whatever is not an answer ends the process.
        """
        ended = 0
        for _ in range(_ATTEMPTS):
            decoder = self.await_readiness()
            self._owner, self._is_used = owner, True
            try:
                return decoder.ask(data, self._assignment, self._patience_seconds)
            except TimeoutError:
                ended = _OVERDUE
            except UnreadableAnswerError:
                ended = _CRASHED
            except (EOFError, OSError):
                ended = decoder.wait()
            except BaseException:
                self._end_decoder()
                raise
            self._end_decoder()
            if ended == _OVERDUE:
                raise RejectedError(Flaw.TOO_SLOW, seconds=self._assignment.seconds_max)
        raise _verdict(ended)

    def await_readiness(self) -> DecoderProcess:
        """Wait for a process that may be sent a file; one that ended before it saw any is replaced.

        Raises
        ------
        InspectionError
            If none gets ready.
        """
        ended = 0
        for _ in range(_ATTEMPTS):
            decoder = self._started()
            try:
                self._tell(decoder.await_readiness(_START_SECONDS_MAX))
            except (EOFError, OSError, UnreadableAnswerError):
                ended = decoder.wait()
                self._end_decoder()
            else:
                return decoder
        message = f"the process that looks at files does not start: it ended with code {ended}"
        raise InspectionError(message)

    def _tell(self, refused: frozenset[Measure]) -> None:
        if refused and self._on_refused is not None:
            self._on_refused(refused)
            self._on_refused = None

    def _started(self) -> DecoderProcess:
        if self._decoder is None:
            self._decoder, self._spare = self._spare or self._start_process(), None
            self._is_used = False
        return self._decoder

    def _start_process(self) -> DecoderProcess:
        # Where the system knows no such thing, its user's other processes see all there is.
        with suppress(OSError):
            set_process_option(ProcessOption.DUMPABLE, 0)
        try:
            return DecoderProcess.start(self._assignment, _START_SECONDS_MAX)
        except OSError:
            raise InspectionError("the process that looks at files did not start") from None

    def _end_decoder(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    @property
    def _patience_seconds(self) -> float:
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
