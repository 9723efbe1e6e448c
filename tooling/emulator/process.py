"""Start, stop and watch the embedded AWS as a background process of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from tooling.emulator.child import CREDENTIALS, LOG, OBJECTS, ORIGINS, STATE, collect, spawn
from tooling.emulator.credentials import (
    RootCredentials,
    ensure_root_credentials,
    read_root_credentials,
)
from tooling.emulator.origins import write_origins
from tooling.emulator.ports import take_port
from tooling.errors import OperatorError
from tooling.workspace import locked, make_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from subprocess import Popen

    from tooling.workspace import Workspace

START_TIMEOUT_SECONDS = 60.0
# An orderly stop writes all state; measured 2.5 s, more with much state.
STOP_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.1
HEALTH_PATH = "/_ministack/health"


@dataclass(frozen=True)
class Emulator:
    """The embedded AWS, whose data lies in one folder.

    Parameters
    ----------
    folder : Path
        Holds ``port``, ``log``, ``credentials`` (of its root), ``origins.json`` (whose pages may
        call), ``state/`` (its services) and ``objects/`` (S3). No other user may enter it.
    """

    folder: Path

    @property
    def port(self) -> int | None:
        """The remembered port; None before the first start."""
        return self._number(self.folder / "port")

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS service.

        Raises
        ------
        OperatorError
            It was never started.
        """
        if self.port is None:
            raise OperatorError(
                "The embedded AWS was never started here.",
                remedy="Start it: nox -s emulator -- start",
            )
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> RootCredentials:
        """The key of its root, which no other program of this machine knows.

        Raises
        ------
        OperatorError
            It was never started.
        """
        found = read_root_credentials(self._credentials)
        if found is None:
            raise OperatorError(
                "The embedded AWS has no key yet: it was never started here.",
                remedy="Start it: nox -s emulator -- start",
            )
        return found

    def admit(self, origins: Iterable[str]) -> None:
        """Let pages of these origins call, and of no others; at once, where it runs."""
        write_origins(make_private(self.folder) / ORIGINS, origins)

    @property
    def log(self) -> Path:
        """What it and the functions it runs have printed."""
        return self.folder / LOG

    def running(self) -> bool:
        """Return whether it runs: its process holds a lock for as long as it lives."""
        if not self._lock.exists():
            return False
        try:
            with locked(self._lock, wait=False):
                return False
        except BlockingIOError:
            return True

    def start(self) -> bool:
        """Start it unless it runs; return whether it was started.

        Raises
        ------
        OperatorError
            It did not start; the reason is the end of its log.
        """
        make_private(self.folder)
        # Two commands at once: one starts it, one finds it.
        with locked(self.folder / "starting"):
            if read_root_credentials(self._credentials) is None:
                self.stop()  # one of an earlier version, which lets everybody in
            ensure_root_credentials(self._credentials)
            had_to_start = not self.running()
            process = self._start_process() if had_to_start else None

            def decided() -> bool:
                return self._healthy() or (process is not None and process.poll() is not None)

            if not self._wait_until(decided, START_TIMEOUT_SECONDS) or not self._healthy():
                raise OperatorError(
                    "The embedded AWS did not start." if process else "The embedded AWS is stuck.",
                    reason=self._log_end(),
                    remedy="Stop it and try again: nox -s emulator -- stop; to start over and "
                    "delete everything in it: nox -s emulator -- reset",
                )
        return had_to_start

    def stop(self) -> bool:
        """Stop it in order, saving its state; return whether it ran."""
        process_id = self.process_id()
        if process_id is None:
            return False
        os.kill(process_id, signal.SIGTERM)
        if not self._wait_until(lambda: not self.running(), STOP_TIMEOUT_SECONDS):
            os.kill(process_id, signal.SIGKILL)
            self._wait_until(lambda: not self.running(), STOP_TIMEOUT_SECONDS)
        collect(process_id, STOP_TIMEOUT_SECONDS)
        return True

    def reset(self) -> None:
        """Stop it and delete everything in it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def process_id(self) -> int | None:
        """Return the number of its process, which that process wrote into the lock it holds."""

        def written() -> bool:
            return not self.running() or bool(self._lock.read_text(encoding="ascii").strip())

        if not self.running() or not self._wait_until(written, STOP_TIMEOUT_SECONDS):
            return None
        return self._number(self._lock) if self.running() else None

    def _start_process(self) -> Popen[bytes]:
        with take_port(self.port, inhabited=self._inhabited) as listener:
            port = listener.getsockname()[1]
            (self.folder / "port").write_text(f"{port}\n", encoding="ascii")
            return spawn(self.folder, listener)

    @property
    def _inhabited(self) -> bool:
        """Whether a bucket is there: every environment has one for its state from first to last."""
        return any((self.folder / OBJECTS).glob("*/*"))

    def _healthy(self) -> bool:
        # The standard library will do: to import urllib3 takes a tenth of `emulator status`.
        connection = HTTPConnection(self.endpoint.removeprefix("http://"), timeout=2.0)
        try:
            connection.request("GET", HEALTH_PATH)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    @property
    def _credentials(self) -> Path:
        return self.folder / CREDENTIALS

    @property
    def _lock(self) -> Path:
        return self.folder / STATE / "lock"

    def _number(self, path: Path) -> int | None:
        try:
            return int(path.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def _log_end(self, lines: int = 10) -> str:
        if not self.log.exists():
            return "It left no log."
        ending = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
        return "\n".join([*ending, f"(log: {self.log})"])


def emulator_of(workspace: Workspace) -> Emulator:
    """Return the embedded AWS of a checkout, running or not."""
    return Emulator(workspace.state / "emulator")
