"""A function's third-party packages, installed from its lock into a folder."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tooling.errors import OperatorError
from tooling.workspace import locked

if TYPE_CHECKING:
    from tooling.packaging.platforms import Platform

# botocore describes some 400 services in 25 MB; a function keeps those it calls.
BOTOCORE_SERVICES = frozenset({"dynamodb", "s3", "sso", "sso-oidc", "sts"})
# Left in the folder by uv, for its own next run there.
UV_LOCK = ".lock"


def folder_of(lock: Path, platform: Platform, cache: Path) -> Path:
    """Return where `install` keeps what `lock` names for `platform`, made or not."""
    digest = hashlib.sha256(lock.read_bytes() + repr(platform).encode()).hexdigest()[:16]
    return cache / "dependencies" / f"{lock.parent.name}-{platform.name}-{digest}"


def install(lock: Path, platform: Platform, cache: Path) -> Path:
    """Return a folder with what `lock` names for `platform`, installed once and then kept.

    Raises
    ------
    OperatorError
        Some package could not be installed as locked.
    """
    folder = folder_of(lock, platform, cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Of two concurrent runs one installs, and the other finds the result.
    with locked(folder.parent / f"{folder.name}.lock"):
        if not folder.exists():
            _install(lock, platform, folder)
    return folder


def _install(lock: Path, platform: Platform, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        installed = Path(scratch) / "installed"
        _uv_install(lock, platform, installed)
        (installed / UV_LOCK).unlink(missing_ok=True)
        _prune_botocore(installed)
        installed.rename(folder)


def _uv_install(lock: Path, platform: Platform, folder: Path) -> None:
    command = [
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config"),
        *("--system-certs", "--link-mode", "copy"),
        *("--no-build", "--require-hashes", "--requirement", str(lock)),
        *("--target", str(folder)),
        *platform.uv_arguments,
    ]
    completed = subprocess.run(  # noqa: S603 - our own command, put together above
        command, capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        raise OperatorError(
            f"The packages of {lock.parent.name} could not be installed for {platform.name}.",
            reason="\n".join(completed.stderr.splitlines()[-8:]),
            remedy="Check that the package index is reachable and that the lock beside the "
            "function's requirements.in is up to date: nox -s lock",
        )


def _prune_botocore(folder: Path) -> None:
    data = folder / "botocore" / "data"
    if data.is_dir():
        for service in data.iterdir():
            if service.is_dir() and service.name not in BOTOCORE_SERVICES:
                shutil.rmtree(service)
