"""A deployment, shared by the tests that need AWS: made from a copy of the checkout and removed.

The copy has its own state folder, its own embedded AWS on a free port, and its own environment
files, so nothing that the developer has running is touched. Only what can be made again at any
time (wheels, zips, the scanner) is shared, through the cache folder.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pytest
from hypothesis import HealthCheck, settings

from tooling.emulator.process import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ("tests.workers",)

# On a busy machine slow is no fault, and no test is one of speed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = (
    ".state",
    ".cache",
    ".nox",
    ".venv",
    "results",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)
COMMAND_TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Checkout:
    """A copy of the checkout in which an operator types commands.

    Parameters
    ----------
    folder : Path
        The copy.
    """

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment of every command."""
        cache = os.environ.get("MEDIA_CACHE_DIR") or str(ROOT / ".cache")
        return {**os.environ, "MEDIA_CACHE_DIR": cache, "MEDIA_STATE_DIR": str(self.state)}

    @property
    def state(self) -> Path:
        """The state folder of the copy."""
        return self.folder / ".state"

    @property
    def emulator(self) -> Emulator:
        """The embedded AWS of the copy, with the key of its root."""
        return Emulator(self.state / "emulator")

    def start(
        self, *arguments: str, output: IO[str] | int = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a terminal does."""
        return subprocess.Popen(
            [sys.executable, "-m", "tooling", *arguments],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command, require its exit code, and return what it printed."""
        completed = self._complete(*arguments)
        printed = completed.stdout + completed.stderr
        assert completed.returncode == code, printed
        assert "Traceback" not in printed, printed
        return printed

    def document(self, *arguments: str) -> Any:
        """Run a command with ``--json`` and return what it wrote to standard output."""
        completed = self._complete(*arguments, "--json")
        assert completed.stdout, completed.stderr
        return json.loads(completed.stdout)

    def _complete(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tooling", *arguments],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_TIMEOUT_SECONDS,
        )


class Run:
    """A command that runs beside the tests; a context manager that stops it.

    Parameters
    ----------
    checkout : Checkout
        Where it is typed.
    arguments : str
        What is typed.
    """

    def __init__(self, checkout: Checkout, *arguments: str) -> None:
        self._printed = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed on exit
        self._process = checkout.start(*arguments, output=self._printed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Ctrl-C, as an operator who can't wait: it lets Terraform write its state.
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._printed.close()

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(COMMAND_TIMEOUT_SECONDS)

    def printed(self) -> str:
        """Return what it has printed."""
        self._printed.seek(0)
        return self._printed.read()

    def require_success(self) -> str:
        """Wait for its end, require that it went well, and return what it printed."""
        code, printed = self.wait(), self.printed()
        assert code == 0, printed
        assert "Traceback" not in printed, printed
        return printed


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of the checkout whose environments may all be destroyed, and called by a page."""
    folder = tmp_path_factory.mktemp("operator") / "checkout"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (folder / "environments").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        unprotected = text.replace("deletion_protection: true", "deletion_protection: false")
        reachable = unprotected.replace(
            "cors_origins: []", 'cors_origins: ["https://app.example.com"]'
        )
        path.write_text(reachable, encoding="utf-8")
    copy = Checkout(folder)
    yield copy
    copy.run("emulator", "stop")


@pytest.fixture(scope="session")
def dev(checkout: Checkout) -> Iterator[Checkout]:
    """The checkout with ``dev`` deployed."""
    checkout.run("deploy", "dev")
    yield checkout
    assert "dev is gone" in checkout.run("destroy", "dev", "--yes")


@pytest.fixture(scope="session")
def outputs(dev: Checkout) -> dict[str, Any]:
    """The outputs of ``dev``."""
    found = dev.document("outputs", "dev")
    assert isinstance(found, dict)
    return found
