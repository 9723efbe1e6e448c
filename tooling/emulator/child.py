"""The background process of the embedded AWS: started, and collected when it has ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

LAUNCHER = "tooling.emulator.launcher"
ROOT = Path(__file__).resolve().parents[2]
# What lies in its folder.
LOG, CREDENTIALS, ORIGINS, STATE, OBJECTS = "log", "credentials", "origins.json", "state", "objects"
# Those that this very process has started: it must collect them when they end.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def spawn(folder: Path, listener: socket.socket) -> subprocess.Popen[bytes]:
    """Start the embedded AWS that lives in a folder.

    Parameters
    ----------
    folder : Path
        Holds its root's credentials and the origins already.
    listener : socket.socket
        Listens on its port, and is inherited by it.
    """
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own launcher, our own interpreter
            [sys.executable, "-s", "-P", "-m", LAUNCHER],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_variables(folder, listener),
            cwd=folder,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the command, not for what it leaves running
        )
    _CHILDREN[process.pid] = process
    return process


def collect(process_id: int, seconds: float) -> None:
    """Wait until a process has ended, if this one has started it; others have another parent."""
    if process_id in _CHILDREN:
        _CHILDREN.pop(process_id).wait(seconds)


def _variables(folder: Path, listener: socket.socket) -> dict[str, str]:
    # Its functions inherit all of its environment, so it gets no more than it needs.
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "GATEWAY_PORT": str(listener.getsockname()[1]),
        "LISTENER": str(listener.fileno()),
        "ROOT_CREDENTIALS": str(folder / CREDENTIALS),
        "ORIGINS": str(folder / ORIGINS),
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / STATE),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / OBJECTS),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
