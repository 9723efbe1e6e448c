"""The current decoder process and a spare: each sees the files of one owner only."""

from collections.abc import Callable
from contextlib import suppress

from media.inspection.confinement import Measure
from media.inspection.decoder_process import DecoderProcess
from media.inspection.fields import UnreadableAnswerError
from media.inspection.kernel import ProcessOption, set_process_option
from media.inspection.wire import Assignment

_ATTEMPTS = 2
# Enough to load all libraries, even on a busy machine.
_START_SECONDS_MAX = 20.0


class InspectionError(Exception):
    """A file could not be inspected, through no fault of the file."""


class Decoders:
    """Holds the decoder process in use and the spare that replaces it.

    Parameters
    ----------
    assignment
        What the processes receive when they start.
    on_refused
        Called once with the confinement measures that the system refused, if any.
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
        # Whose files the process has seen; None for none, or for files without an owner.
        self._owner: str | None = None
        self._is_used = False
        self._owners_change = False

    @property
    def pid(self) -> int:
        """The current process's id; 0 where there is none."""
        return self._current.pid if self._current else 0

    def start(self) -> DecoderProcess:
        """Return the current process; start one if there is none."""
        if self._current is None:
            self._current, self.spare = self.spare or self._start_process(), None
            self._is_used = False
        return self._current

    def await_readiness(self) -> DecoderProcess:
        """Wait for a process that may be sent a file; replace one that ended before its first.

        Raises
        ------
        InspectionError
            If none becomes ready.
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
        message = f"the decoder process does not start: it ended with code {ended}"
        raise InspectionError(message)

    def ready_for(self, owner: str | None) -> DecoderProcess:
        """Wait for a process that may be sent a file of this owner, and mark it as used."""
        decoder = self.await_readiness()
        self._owner, self._is_used = owner, True
        return decoder

    def reserve_for(self, owner: str | None) -> None:
        """End the process if it has seen files of another owner."""
        if self._current is not None and self._is_used and (owner is None or owner != self._owner):
            self.end()
            self._owners_change = True

    def keep_spare(self) -> None:
        """Start the next owner's process while this file's renditions are stored."""
        if self._owners_change and self.spare is None:
            # The next file tries again, and reports why it fails.
            with suppress(InspectionError):
                self.spare = self._start_process()

    def end(self) -> None:
        """End the current process, and everything that it may have started."""
        if self._current is not None:
            self._current.close()
            self._current = None

    def close(self) -> None:
        """End both processes, and everything that they may have started."""
        self.end()
        if self.spare is not None:
            self.spare.close()
            self.spare = None

    def _report_refused(self, refused: frozenset[Measure]) -> None:
        if refused and self.on_refused is not None:
            self.on_refused(refused)
            self.on_refused = None

    def _start_process(self) -> DecoderProcess:
        # Where the system lacks this option, other processes of the same user can read this one.
        with suppress(OSError):
            set_process_option(ProcessOption.DUMPABLE, 0)
        try:
            return DecoderProcess.start(self._assignment, _START_SECONDS_MAX)
        except OSError:
            raise InspectionError("the decoder process did not start") from None
