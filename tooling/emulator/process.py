"""Start, stop and watch the embedded AWS as a background process of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3

from tooling.emulator.credentials import (
    RootCredentials,
    ensure_root_credentials,
    read_root_credentials,
)
from tooling.emulator.origins import write_origins
from tooling.emulator.ports import listen
from tooling.errors import OperatorError
from tooling.workspace import locked, make_private

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

USUAL_PORT = 4566
START_TIMEOUT_SECONDS = 60.0
# An orderly stop writes all state; measured 2.5 s, more with much state.
STOP_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.1
HEALTH_PATH = "/_ministack/health"
LAUNCHER = "tooling.emulator.launcher"
ROOT = Path(__file__).resolve().parents[2]
# Those that this very process has started: it must collect them when they end.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Emulator:
    """The embedded AWS whose whole life lies in one folder.

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
        write_origins(make_private(self.folder) / "origins.json", origins)

    @property
    def log(self) -> Path:
        """What it and the functions it runs have printed."""
        return self.folder / "log"

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
        """Start it unless it runs; return whether it had to be started.

        Raises
        ------
        OperatorError
            It did not come up; the end of its log is the reason.
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
                    remedy="Stop it and try again: nox -s emulator -- stop; to begin afresh and "
                    "forget what lives there: nox -s emulator -- reset",
                )
        return had_to_start

    def stop(self) -> bool:
        """Stop it in order, so that all its state is saved; return whether it ran."""
        process_id = self.process_id()
        if process_id is None:
            return False
        os.kill(process_id, signal.SIGTERM)
        if not self._wait_until(lambda: not self.running(), STOP_TIMEOUT_SECONDS):
            os.kill(process_id, signal.SIGKILL)
            self._wait_until(lambda: not self.running(), STOP_TIMEOUT_SECONDS)
        if process_id in _CHILDREN:
            _CHILDREN.pop(process_id).wait(STOP_TIMEOUT_SECONDS)
        return True

    def reset(self) -> None:
        """Stop it and forget everything that lives in it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def process_id(self) -> int | None:
        """Return the number of its process, which that process wrote into the lock it holds."""

        def written() -> bool:
            return not self.running() or bool(self._lock.read_text(encoding="ascii").strip())

        if not self.running() or not self._wait_until(written, STOP_TIMEOUT_SECONDS):
            return None
        return self._number(self._lock) if self.running() else None

    def _start_process(self) -> subprocess.Popen[bytes]:
        with self._listener() as listener:
            port = listener.getsockname()[1]
            (self.folder / "port").write_text(f"{port}\n", encoding="ascii")
            process = self._spawn(port, listener.fileno())
        _CHILDREN[process.pid] = process
        return process

    def _listener(self) -> socket.socket:
        """Take the port to listen on: the usual one or a free one at first, then always that.

        It is handed on open: of two that start at once for the first time, one would find it taken.

        Raises
        ------
        OperatorError
            Something lives here already, and another program has taken its port. Queues keep
            their full URL, so on another port every message in them would lie unseen, and clients
            would send their tokens to that program.
        """
        wanted = self.port or USUAL_PORT
        listener = listen(wanted)
        if self.port is None or not self._inhabited or listener.getsockname()[1] == wanted:
            return listener
        listener.close()
        raise OperatorError(
            f"Port {wanted} is taken by another program; the embedded AWS was not started.",
            reason="What is deployed there is bound to that port.",
            remedy=f"End the program that listens on 127.0.0.1:{wanted}, or forget what is "
            "deployed: nox -s emulator -- reset",
        )

    @property
    def _inhabited(self) -> bool:
        """Whether a bucket is there: every environment has one for its state from first to last."""
        return any((self.folder / "objects").glob("*/*"))

    def _spawn(self, port: int, listener: int) -> subprocess.Popen[bytes]:
        # Its functions inherit all of its environment, so it gets no more than it needs.
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "GATEWAY_PORT": str(port),
            "LISTENER": str(listener),
            "ROOT_CREDENTIALS": str(self._credentials),
            "ORIGINS": str(self.folder / "origins.json"),
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "objects"),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own launcher, our own interpreter
                [sys.executable, "-s", "-P", "-m", LAUNCHER],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self.folder,
                pass_fds=[listener],
                start_new_session=True,  # Ctrl-C is for the command, not for what it leaves running
            )

    def _healthy(self) -> bool:
        try:
            answer = urllib3.request("GET", self.endpoint + HEALTH_PATH, timeout=2.0, retries=False)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200  # noqa: PLR2004 - HTTP OK

    def _wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    @property
    def _credentials(self) -> Path:
        return self.folder / "credentials"

    @property
    def _lock(self) -> Path:
        return self.folder / "state" / "lock"

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
