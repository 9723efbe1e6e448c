"""A function's third-party packages, installed from its lock into a folder."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from tooling.packaging.platforms import Platform

# botocore describes some 400 services in 25 MB; a function carries those it calls.
BOTOCORE_SERVICES = frozenset({"dynamodb", "s3", "sso", "sso-oidc", "sts"})


def locked_versions(lock: Path, platform: Platform) -> dict[str, str]:
    """Return the version of each package that `lock` wants on `platform`.

    Parameters
    ----------
    lock : Path
        A requirements file with one ``name==version`` a package, hashes below it.
    """
    wanted: dict[str, str] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line or line[0] in " #":
            continue
        requirement = Requirement(line.rstrip("\\ "))
        environment = platform.marker_environment()
        if requirement.marker is None or requirement.marker.evaluate(dict(environment)):
            wanted[canonicalize_name(requirement.name)] = str(requirement.specifier).lstrip("=")
    return wanted


def folder_of(lock: Path, platform: Platform, cache: Path) -> Path:
    """Return where `install` keeps what `lock` names for `platform`, made or not."""
    digest = hashlib.sha256(lock.read_bytes() + repr(platform).encode()).hexdigest()[:16]
    return cache / "dependencies" / f"{lock.parent.name}-{platform.name}-{digest}"


def install(lock: Path, platform: Platform, cache: Path) -> Path:
    """Return a folder with what `lock` names for `platform`, installed once and then kept.

    Raises
    ------
    OperatorError
        pip could not install it, or what it installed is not what the lock says.
    """
    folder = folder_of(lock, platform, cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two runs at once: one installs, one finds it there
        if not folder.exists():
            _install(lock, platform, folder)
    return folder


def _install(lock: Path, platform: Platform, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        installed = Path(scratch) / "installed"
        _pip_install(_applicable_lock(lock, platform, Path(scratch)), platform, installed)
        _require_locked(installed, locked_versions(lock, platform), lock)
        _prune_botocore(installed)
        installed.rename(folder)


def _applicable_lock(lock: Path, platform: Platform, folder: Path) -> Path:
    """Copy the lock without environment markers: pip would judge them by its own interpreter."""
    wanted = locked_versions(lock, platform)
    kept: list[str] = []
    keeping = False
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in " #":
            requirement = Requirement(line.rstrip("\\ "))
            name, version = canonicalize_name(requirement.name), str(requirement.specifier)
            keeping = wanted.get(name) == version.lstrip("=")
            line = f"{requirement.name}{version} \\"  # noqa: PLW2901 - the line without its marker
        if keeping:
            kept.append(line)
    path = folder / "requirements.txt"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


def _pip_install(lock: Path, platform: Platform, folder: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install"),
        *("--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps"),
        *("--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)),
        *("--target", str(folder)),
        *platform.pip_arguments,
    ]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if completed.returncode != 0:
        lines = [line for line in completed.stderr.splitlines() if not line.startswith("WARNING")]
        raise OperatorError(
            f"The packages of a function could not be installed for {platform.name}.",
            reason="\n".join(lines[-8:]),
            remedy="Check that the package index is reachable and that the lock beside the "
            "function's requirements.in is up to date.",
        )


def _require_locked(folder: Path, wanted: dict[str, str], lock: Path) -> None:
    found = {
        canonicalize_name(entry.metadata["Name"]): entry.version
        for entry in distributions(path=[str(folder)])
    }
    if found != wanted:
        differing = sorted(set(found.items()) ^ set(wanted.items()))
        raise OperatorError(
            f"pip did not install what {lock.parent.name}/{lock.name} says.",
            reason=f"Differing: {', '.join(f'{name} {version}' for name, version in differing)}.",
            remedy="Make the lock anew: nox -s lock",
        )


def _prune_botocore(folder: Path) -> None:
    data = folder / "botocore" / "data"
    if data.is_dir():
        for service in data.iterdir():
            if service.is_dir() and service.name not in BOTOCORE_SERVICES:
                shutil.rmtree(service)
