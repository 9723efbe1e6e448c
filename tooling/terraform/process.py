"""Running Terraform so that it writes its state even if the tooling is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tooling.errors import INTERRUPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK_BYTES = 1 << 16
POLL_SECONDS = 0.05


def run_to_its_end(
    line: list[str], folder: Path, environment: dict[str, str], on_line: Callable[[str], None]
) -> int:
    """Run a program; return its exit code.

    Any exception, such as an interrupt, stops the program in order and is raised again.

    Parameters
    ----------
    line : list of str
        The program and its arguments.
    folder : Path
        The folder it works in.
    environment : dict of str to str
        All of its environment.
    on_line : callable
        Called with each line of output.
    """
    # Into a file, not a pipe: should this process be killed, a pipe would break under Terraform
    # and take it down before its state is written.
    with TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the caller has put it together
            line,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches it once, from here. Twice would make it give up
            # its state.
            process_group=0,
        )
        try:
            for text in _lines(process, output.fileno()):
                on_line(text)
        except BaseException:
            _end_in_order(process)
            raise
    return process.returncode


def _lines(process: subprocess.Popen[bytes], output: int) -> Iterator[str]:
    """Yield the lines that a program prints into a file, until it ends."""
    position, rest = 0, b""
    while True:
        ended = process.poll() is not None  # asked first: what it has printed is there by then
        chunk = os.pread(output, CHUNK_BYTES, position)
        position += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace") + "\n" for line in lines)
        if chunk:
            continue
        if ended:
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_SECONDS)
    if rest:
        yield rest.decode("utf-8", "replace")


def _end_in_order(process: subprocess.Popen[bytes]) -> None:
    """Let Terraform finish the calls under way and write its state, however long that takes."""
    with _interrupts_ignored():  # a second Ctrl-C must not lose the state
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    before = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
