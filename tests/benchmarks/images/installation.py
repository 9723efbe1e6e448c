"""Installing contenders into the cache folder, once, each apart from what is deployed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tooling.errors import OperatorError

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
BUILD_LOCK = HERE / "build-requirements.lock"
SOURCE_ONLY = "derpconf,pyvips"
SHARP = HERE / "sharp"
SHARP_FILES = (".npmrc", "package.json", "package-lock.json", "worker.mjs")
COMPLETE = "complete"
REMEDY = "Check that the package index is reachable, and run the command again."


def install_python_contenders(cache: Path) -> Path:
    """Return an interpreter that has the contenders written in Python, as locked.

    Raises
    ------
    OperatorError
        They could not be installed.
    """
    locks = (LOCK.read_bytes(), BUILD_LOCK.read_bytes())
    folder = cache / f"benchmark-python-{_digest(*locks, sys.version.encode())}"
    python = folder / "bin" / "python"
    if not (folder / COMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False, symlinks=True)
        install = (
            *(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"),
            *("--disable-pip-version-check", "--no-input"),
            *("--require-hashes", "--only-binary", ":all:"),
        )
        _run([*install, "--requirement", str(BUILD_LOCK)])
        from_source = ("--no-binary", SOURCE_ONLY, "--no-build-isolation")
        _run([*install, *from_source, "--requirement", str(LOCK)])
        (folder / COMPLETE).touch()
    return python


def install_sharp(cache: Path) -> Path:
    """Return a folder that holds sharp, as locked, and its worker.

    Raises
    ------
    OperatorError
        There is no node or npm, or it could not be installed.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise OperatorError("node and npm are not on PATH", remedy="Install Node.js 20 or newer.")
    contents = {name: (SHARP / name).read_bytes() for name in SHARP_FILES}
    folder = cache / f"benchmark-sharp-{_digest(*contents.values())}"
    if not (folder / COMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        _run([npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
        (folder / COMPLETE).touch()
    return folder


def _digest(*contents: bytes) -> str:
    total = hashlib.sha256()
    for content in contents:
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def _run(command: list[str], folder: Path | None = None) -> None:
    completed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if completed.returncode != 0:
        said = (completed.stderr or completed.stdout).strip().splitlines()
        raise OperatorError(f"not installed: {said[-1] if said else command[0]}", remedy=REMEDY)
