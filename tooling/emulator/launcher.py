"""``python -m tooling.emulator.launcher``: run ministack as the embedded AWS, repaired.

Run it in an environment that holds nothing but what the emulator should see: the functions it runs
inherit all of it but what is for this program alone: ``PYTHONPATH``, ``ROOT_CREDENTIALS``, the
file of the root's key, and ``ORIGINS``, the file of the web origins whose pages may call. It needs
``STATE_DIR`` and ``LISTENER``, the number of an open socket that listens; ministack itself reads
the rest (``GATEWAY_PORT``, which that socket is on, ``AUTH``, ``PERSIST_STATE``, ``S3_PERSIST``,
``S3_DATA_DIR`` and so on).

Everything lands below ``STATE_DIR`` and ``S3_DATA_DIR``. The server answers
``GET /_ministack/health`` once its saved state is loaded, and SIGTERM or SIGINT saves and stops it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tooling.emulator.credentials import read_root_credentials
from tooling.emulator.guard import Guard
from tooling.emulator.origins import read_origins
from tooling.emulator.repairs import repair
from tooling.emulator.state_saver import StateSaver
from tooling.workspace import PRIVATE_UMASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tooling.emulator.credentials import RootCredentials

KEEP_ALIVE_SECONDS = 75.0
# Checking the lock holds it for a moment.
LOCK_PATIENCE_SECONDS = 1.0


class LauncherError(Exception):
    """The embedded AWS cannot start; the message says why and what to do."""


def main() -> int:
    """Serve until a signal.

    Returns
    -------
    int
        Exit code: 0 after an orderly stop, 1 if the server could not start.
    """
    os.umask(PRIVATE_UMASK)
    os.environ.pop("PYTHONPATH", None)
    try:
        root, origins = _root_credentials(), Path(_taken("ORIGINS"))
        state_folder = Path(_required("STATE_DIR"))
        listener = socket.socket(fileno=int(_required("LISTENER")))
        listener.set_inheritable(False)  # not for the functions
        listener.settimeout(0)
        with _exclusive(state_folder), _scratch_folder(state_folder / "tmp"):
            # ministack reads its environment while it is imported, so not before here.
            application = import_module("ministack.app")
            repair(root)
            guard = Guard(application.app, partial(read_origins, origins))
            asyncio.run(_serve(application, guard, listener))
    except LauncherError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _serve(application: ModuleType, guard: Guard, listener: socket.socket) -> None:
    """Serve on the bound socket until a signal, saving all the while."""
    config = import_module("hypercorn.config").Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.loglevel = os.environ.get("LOG_LEVEL", "INFO").upper()

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    saver = StateSaver(application)

    async def wait_for_stop() -> None:
        # The server asks for this when the saved state is loaded: to save earlier would write
        # an empty state over it.
        saver.start()
        await stopped.wait()
        await asyncio.to_thread(saver.stop)

    serve = import_module("hypercorn.asyncio").serve
    await serve(guard, config, shutdown_trigger=wait_for_stop)


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        message = f"{name} is not set: the embedded AWS needs it in its environment."
        raise LauncherError(message)
    return value


def _taken(name: str) -> str:
    """Return a setting that the functions need not inherit."""
    value = _required(name)
    del os.environ[name]
    return value


def _root_credentials() -> RootCredentials:
    path = Path(_taken("ROOT_CREDENTIALS"))
    credentials = read_root_credentials(path)
    if credentials is None:
        message = f"{path} holds no key for the root of the embedded AWS."
        raise LauncherError(message)
    return credentials


@contextmanager
def _exclusive(state_folder: Path) -> Iterator[None]:
    """Hold the state folder: two servers would overwrite each other's files."""
    state_folder.mkdir(parents=True, exist_ok=True)
    with (state_folder / "lock").open("a") as lock:
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        while not _locked(lock):
            if time.monotonic() > deadline:
                message = f"{state_folder} belongs to an embedded AWS that is running: stop that."
                raise LauncherError(message)
            time.sleep(0.05)
        # Holds the process id, for whoever wants to stop the process.
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _scratch_folder(folder: Path) -> Iterator[None]:
    """Give ministack and its functions a temporary folder of their own, empty before and after.

    ministack unpacks a function into the temporary folder for every worker and leaves it there
    when it is killed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
