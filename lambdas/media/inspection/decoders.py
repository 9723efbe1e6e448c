"""The process that looks at files, and a spare one: each sees the files of one owner only."""

from collections.abc import Callable
from contextlib import suppress

from media.inspection.confinement import Measure
from media.inspection.decoder_process import DecoderProcess
from media.inspection.fields import UnreadableAnswerError
from media.inspection.kernel import ProcessOption, set_process_option
from media.inspection.wire import Assignment

_ATTEMPTS = 2
# All its libraries are loaded in this time, also on a machine that does much else.
_START_SECONDS_MAX = 20.0


class InspectionError(Exception):
    """A file could not be looked at, and the fault is not the file's."""


class Decoders:
    """The process in use, started where there is none, and the one that takes its place.

    Parameters
    ----------
    assignment
        What the processes are told when they start.
    on_refused
        Is told, once, what the system refused of the confinement, if it refused any.
    """

    def __init__(
        self,
        assignment: Assignment,
        on_refused: Callable[[frozenset[Measure]], None] | None = None,
    ) -> None:
        self.on_refused = on_refused
        self.spare: DecoderProcess | None = None
        self._assignment = assignment
        self._current: DecoderProcess | None = None
        # Whose files the process has seen; None where it has seen none, or nobody's.
        self._owner: str | None = None
        self._is_used = False
        self._owners_change = False

    @property
    def pid(self) -> int:
        """The current process's id; 0 where there is none."""
        return self._current.pid if self._current else 0

    def start(self) -> DecoderProcess:
        """Return the current process, started if there was none."""
        if self._current is None:
            self._current, self.spare = self.spare or self._start_process(), None
            self._is_used = False
        return self._current

    def await_readiness(self) -> DecoderProcess:
        """Wait for a process that may be sent a file; one that ended before it saw any is replaced.

        Raises
        ------
        InspectionError
            If none gets ready.
        """
        ended = 0
        for _ in range(_ATTEMPTS):
            decoder = self.start()
            try:
                self._report_refused(decoder.await_readiness(_START_SECONDS_MAX))
            except (EOFError, OSError, UnreadableAnswerError):
                ended = decoder.wait()
                self.end()
            else:
                return decoder
        message = f"the process that looks at files does not start: it ended with code {ended}"
        raise InspectionError(message)

    def ready_for(self, owner: str | None) -> DecoderProcess:
        """Wait for a process that may be sent a file of this owner, and take it as sent."""
        decoder = self.await_readiness()
        self._owner, self._is_used = owner, True
        return decoder

    def reserve_for(self, owner: str | None) -> None:
        """End the process if it has seen files of anybody else."""
        if self._current is not None and self._is_used and (owner is None or owner != self._owner):
            self.end()
            self._owners_change = True

    def keep_spare(self) -> None:
        """Have the next owner's process start while this file's renditions are stored."""
        if self._owners_change and self.spare is None:
            # The next file tries again, and is told why it can't.
            with suppress(InspectionError):
                self.spare = self._start_process()

    def end(self) -> None:
        """End the current process, and whatever it may have started."""
        if self._current is not None:
            self._current.close()
            self._current = None

    def close(self) -> None:
        """End both processes, and whatever they may have started."""
        self.end()
        if self.spare is not None:
            self.spare.close()
            self.spare = None

    def _report_refused(self, refused: frozenset[Measure]) -> None:
        if refused and self.on_refused is not None:
            self.on_refused(refused)
            self.on_refused = None

    def _start_process(self) -> DecoderProcess:
        # Where the system knows no such thing, its user's other processes see all there is.
        with suppress(OSError):
            set_process_option(ProcessOption.DUMPABLE, 0)
        try:
            return DecoderProcess.start(self._assignment, _START_SECONDS_MAX)
        except OSError:
            raise InspectionError("the process that looks at files did not start") from None
