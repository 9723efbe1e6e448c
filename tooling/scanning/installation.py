"""checkov's own Python environment: it pins an old boto3 that the tooling can't live with."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.workspace import locked

if TYPE_CHECKING:
    from tooling.console import Screen

LOCK = Path(__file__).with_name("requirements.lock")
COMPLETE = "complete"


def checkov_python(cache: Path, screen: Screen) -> Path:
    """Return the interpreter that has checkov, installed as locked on first use.

    Raises
    ------
    OperatorError
        It could not be installed.
    """
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache / f"checkov-{digest}"
    python = folder / "bin" / "python"
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / "checkov.lock"):
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            with screen.working("installing checkov in an environment of its own, once"):
                _install(folder, python)
            (folder / COMPLETE).touch()
    return python


def _install(folder: Path, python: Path) -> None:
    # Without pip of its own: some systems' Python lacks what makes one.
    venv.create(folder, with_pip=False, symlinks=True)
    command = [
        *(sys.executable, "-m", "pip", "--python", str(python)),
        *("install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)),
    ]
    completed = subprocess.run(  # noqa: S603 - our own command, put together above
        command, capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        raise OperatorError(
            "checkov could not be installed.",
            reason="\n".join(completed.stderr.splitlines()[-8:]),
            remedy="Check that the package index is reachable, and run the command again.",
        )
