"""``inspect``: what the processor would make of files, by running the processor's code.

It runs in a process of its own, with the packages of the function's zip and no others. So the
tooling needs no decoder, and a file that takes that process down does not stop the rest.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, TYPE_CHECKING, Any

from tooling.console import printable, printable_lines
from tooling.errors import OperatorError
from tooling.packaging.dependencies import install
from tooling.packaging.platforms import this_platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tooling.environments import Environment
    from tooling.workspace import Workspace

# This many paths fit on a command line, whatever their length.
FILES_PER_PROCESS = 256
# Success, or some files could not be read; any other exit code means that the process died.
ORDERLY_EXITS = (0, 2)
FAILED = "failed"
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Inspector:
    """Runs the processor's code on files.

    Parameters
    ----------
    command : tuple of str
        Starts the processor's code, limits and renditions included; the files go behind it.
    variables : dict of str to str
        The environment of that process.
    timeout_seconds : float
        What the function may take for one file.
    """

    command: tuple[str, ...]
    variables: dict[str, str]
    timeout_seconds: float

    @classmethod
    def of(cls, workspace: Workspace, environment: Environment) -> Inspector:
        """Return an inspector with the packages of the zip and the settings of an environment.

        Raises
        ------
        OperatorError
            The packages could not be installed as locked, or the code refuses its settings.
        """
        lock = workspace.lambdas / "functions" / "processor" / "requirements.lock"
        packages = install(lock, this_platform(), workspace.cache)
        limits = json.dumps(environment.limits.model_dump())
        renditions = json.dumps(environment.model_dump(exclude_unset=True)["renditions"])
        inspector = cls(
            # -S and -P: only the function's packages and the checkout's code can be imported.
            command=(
                *(sys.executable, "-S", "-P", "-m", "media.inspection"),
                *("--limits", limits, "--renditions", renditions),
                *("--seconds", str(environment.processor.file_seconds_max)),
                *("--memory-mb", str(environment.processor.memory_mb)),
            ),
            variables={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(workspace.lambdas), str(packages)]),
                "PYTHONPYCACHEPREFIX": str(workspace.cache / "bytecode"),
            },
            timeout_seconds=environment.processor.timeout_seconds,
        )
        inspector.require_working()
        return inspector

    def require_working(self) -> None:
        """Start the processor's code once, without a file.

        Raises
        ------
        OperatorError
            It does not start.
        """
        completed = subprocess.run(  # noqa: S603 - our own interpreter and module
            [*self.command, "--help"],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if completed.returncode != 0:
            raise OperatorError(
                "The processor's code does not start.",
                reason="\n".join(completed.stderr.splitlines()[-3:]),
                remedy="If a setting is named, correct it in the environment file; else the code "
                "in lambdas/media is at fault.",
            )

    def inspect(self, files: Sequence[Path]) -> Iterator[dict[str, Any]]:
        """Yield one result a file as soon as it is there, in the order given.

        A file that can't be read is reported on standard error and yields nothing. One that
        crashes the processor's code, or takes too long, ends as ``failed``.
        """
        waiting = deque(files)
        while waiting:
            yield from self._inspect_some(waiting)

    def _inspect_some(self, waiting: deque[Path]) -> Iterator[dict[str, Any]]:
        """Start one process, and take from `waiting` what it deals with."""
        given = [waiting.popleft() for _ in range(min(FILES_PER_PROCESS, len(waiting)))]
        with tempfile.TemporaryFile() as messages:
            with self._start(given, messages) as process:
                try:
                    for result in self._results(process):
                        given = given[given.index(Path(result["file"])) + 1 :]
                        yield result
                except BaseException:
                    process.kill()
                    raise
            code = process.returncode
            messages.seek(0)
            said = messages.read().decode(errors="replace")
        # The last line of a traceback says enough about a file.
        message, _, traceback = said.partition(TRACEBACK)
        sys.stderr.write(printable_lines(message))
        if code not in ORDERLY_EXITS:
            untouched = deque(path for path in given if path.is_file())
            culprit = untouched.popleft()
            waiting.extendleft(reversed(untouched))
            sys.stderr.write(printable(f"{culprit}: {self._end(code, traceback)}") + "\n")
            yield _failed(culprit)

    def _start(self, files: Sequence[Path], messages: IO[bytes]) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*self.command, "--", *map(str, files)],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        )

    def _results(self, process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
        """Yield the results of a process, which is stopped when it takes too long for one."""
        if process.stdout is None:
            raise TypeError("the process was started without a pipe")
        while True:
            overdue = Timer(self.timeout_seconds, process.terminate)
            overdue.start()
            try:
                line = process.stdout.readline()
            finally:
                overdue.cancel()
            if not line.endswith("\n"):
                return
            yield json.loads(line)

    def _end(self, code: int, traceback: str) -> str:
        if code == -signal.SIGTERM:
            return f"it took longer than the {self.timeout_seconds:g} s that the function has"
        if code < 0:
            return f"the processor's code was ended by signal {-code}"
        return f"the processor's code failed: {(traceback.splitlines() or ['no reason given'])[-1]}"


def _failed(path: Path) -> dict[str, Any]:
    unknown = dict.fromkeys(("reason", "format", "width", "height", "frames"))
    return {
        "file": str(path),
        "status": FAILED,
        **unknown,
        "renditions": [],
        "milliseconds": None,
    }
