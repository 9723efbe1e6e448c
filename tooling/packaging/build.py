"""From the sources and locks of the functions to their zips."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.packaging import archive, dependencies

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.console import Screen
    from tooling.packaging.platforms import Platform
    from tooling.workspace import Workspace

FUNCTIONS = ("api", "processor", "purger")


@dataclass(frozen=True)
class Artifact:
    """One function's zip.

    Parameters
    ----------
    function : str
        Name of the function.
    path : Path
        The zip on this machine.
    sha256 : str
        Of the zip, in hex.
    built : bool
        False if a zip with the same content was there already.
    """

    function: str
    path: Path
    sha256: str
    built: bool

    @property
    def key(self) -> str:
        """Key in the artifact bucket; it names the content, so it is written once."""
        return f"functions/{self.function}/{self.sha256}.zip"


def needs_packages(workspace: Workspace, function: str, platform: Platform) -> bool:
    """Return whether a build would have to fetch packages first, which takes a while."""
    return not dependencies.folder_of(
        _lock(workspace, function), platform, workspace.cache
    ).exists()


def install_packages(workspace: Workspace, function: str, platform: Platform) -> Path:
    """Return the folder with the packages of `function` for `platform`, installed once.

    Raises
    ------
    OperatorError
        They could not be installed as locked.
    """
    return dependencies.install(_lock(workspace, function), platform, workspace.cache)


def build(workspace: Workspace, function: str, platform: Platform) -> Artifact:
    """Return the zip of `function` for `platform`, built unless its content is unchanged.

    Raises
    ------
    OperatorError
        Its packages could not be installed as locked.
    """
    sources = workspace.lambdas
    packages = install_packages(workspace, function, platform)
    files = archive.merge(
        [
            archive.collect(sources / "media", "media"),
            archive.collect(sources / "functions" / function, f"functions/{function}"),
            {f"functions/{file.name}": file for file in (sources / "functions").glob("*.py")},
            archive.collect(packages),
        ]
    )
    path = workspace.cache / "zips" / f"{function}-{platform.name}-{archive.digest(files)[:16]}.zip"
    if path.exists():
        return Artifact(function, path, hashlib.sha256(path.read_bytes()).hexdigest(), built=False)
    return Artifact(function, path, archive.write(path, files), built=True)


def build_all(workspace: Workspace, platform: Platform, screen: Screen) -> list[Artifact]:
    """Return the zips of all functions for `platform`, showing progress."""
    artifacts = []
    for function in FUNCTIONS:
        fetching = needs_packages(workspace, function, platform)
        with screen.working(f"fetching the packages of {function}, once" if fetching else function):
            artifacts.append(build(workspace, function, platform))
    return artifacts


def _lock(workspace: Workspace, function: str) -> Path:
    return workspace.lambdas / "functions" / function / "requirements.lock"
