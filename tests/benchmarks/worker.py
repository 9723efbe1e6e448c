"""A contender: a process that stays, takes one JSON object a line and answers with one."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ANSWER_TIMEOUT_SECONDS = 120.0
KIBIBYTES_PER_MEBIBYTE = 1024
# One thread each, whatever the library: the bar is work done, not cores taken.
ONE_THREAD = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1"}


class WorkerError(Exception):
    """A contender ended, did not answer in time, or said that it can't do what was asked."""


class Worker:
    """A running contender, held to one core.

    Parameters
    ----------
    command : sequence of str
        Starts it.
    variables : mapping of str to str
        Added to the environment of this process.
    core : int
        The core that it, and every thread it makes, stays on.
    """

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], core: int) -> None:
        ours = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})  # a child inherits it
        try:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **ONE_THREAD, **variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            os.sched_setaffinity(0, ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request.

        Raises
        ------
        WorkerError
            There is none, or it is an error.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise TypeError("the process was started without pipes")
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise WorkerError(self._last_words()) from None
        if not select.select([stdout], [], [], ANSWER_TIMEOUT_SECONDS)[0]:
            raise WorkerError(f"no answer within {ANSWER_TIMEOUT_SECONDS:g} s")
        line = stdout.readline()
        if not line:
            raise WorkerError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def peak_rss_mib(self) -> float:
        """Return the most memory that the process has had in RAM since its start."""
        status = Path("/proc", str(self._process.pid), "status").read_text(encoding="ascii")
        found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
        if found is None:
            raise WorkerError("the system does not tell the peak memory of a process")
        return int(found[1]) / KIBIBYTES_PER_MEBIBYTE

    def _last_words(self) -> str:
        self._process.kill()
        _, errors = self._process.communicate()
        return (errors.splitlines() or ["it ended without a word"])[-1]


def last_core() -> int:
    """Return the core that contenders run on: the last one, as systems begin with the first."""
    return max(os.sched_getaffinity(0))
