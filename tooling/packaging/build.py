"""From the sources and locks of the functions to their zips."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tooling.packaging import archive, dependencies

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.packaging.platforms import Platform
    from tooling.workspace import Workspace

FUNCTIONS = ("api", "processor")


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


def build(workspace: Workspace, function: str, platform: Platform) -> Artifact:
    """Return the zip of `function` for `platform`, built unless its content is unchanged.

    Raises
    ------
    OperatorError
        Its packages could not be installed as locked.
    """
    sources = workspace.lambdas
    lock = sources / "functions" / function / "requirements.lock"
    files = archive.merge(
        [
            archive.collect(sources / "media", "media"),
            archive.collect(sources / "functions" / function, f"functions/{function}"),
            {"functions/__init__.py": sources / "functions" / "__init__.py"},
            archive.collect(dependencies.install(lock, platform, workspace.cache)),
        ]
    )
    path = workspace.cache / "zips" / f"{function}-{platform.name}-{archive.digest(files)[:16]}.zip"
    if path.exists():
        return Artifact(function, path, hashlib.sha256(path.read_bytes()).hexdigest(), built=False)
    return Artifact(function, path, archive.write(path, files), built=True)


def build_all(workspace: Workspace, platform: Platform) -> list[Artifact]:
    """Return the zips of all functions for `platform`."""
    return [build(workspace, function, platform) for function in FUNCTIONS]
