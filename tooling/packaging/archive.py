"""Zips whose bytes depend on their content alone."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The earliest time that a zip can hold.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644
# Made where and when pip ran, and read by nobody in a function.
VARYING_METADATA = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
# Scripts that name the interpreter of the machine they were installed on.
SCRIPTS_FOLDER = "bin"
LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyi"})
LEFT_OUT_FILES = frozenset({"requirements.in", "requirements.lock"})


def collect(folder: Path, prefix: str = "") -> dict[str, Path]:
    """Return the files of `folder` that belong into a zip, by their name in it.

    Parameters
    ----------
    prefix : str
        Folder of the zip that they go into.
    """
    return {
        str(PurePosixPath(prefix) / path.relative_to(folder).as_posix()): path
        for path in folder.rglob("*")
        if path.is_file() and _belongs(path.relative_to(folder))
    }


def digest(files: Mapping[str, Path]) -> str:
    """Return the SHA-256 over names and contents, in hex."""
    total = hashlib.sha256()
    for name in sorted(files):
        content = hashlib.sha256(files[name].read_bytes()).hexdigest()
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()


def write(path: Path, files: Mapping[str, Path]) -> str:
    """Write a zip and return its SHA-256 in hex.

    Entries are sorted and stored, not deflated: what DEFLATE makes of the same bytes differs
    between builds of zlib.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, FIXED_TIME)
                entry.create_system = 3  # Unix, wherever it is built
                entry.external_attr = FILE_MODE << 16
                archive.writestr(entry, files[name].read_bytes())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _belongs(path: Path) -> bool:
    if path.parts[0] == SCRIPTS_FOLDER or "__pycache__" in path.parts:
        return False
    if path.suffix in LEFT_OUT_SUFFIXES or path.name in LEFT_OUT_FILES:
        return False
    in_metadata = any(part.endswith(".dist-info") for part in path.parts[:-1])
    return not (in_metadata and path.name in VARYING_METADATA)


def merge(parts: Iterable[Mapping[str, Path]]) -> dict[str, Path]:
    """Join the contents of several folders; a name may come from one of them only.

    Raises
    ------
    ValueError
        Two folders bring the same name.
    """
    merged: dict[str, Path] = {}
    for part in parts:
        clash = merged.keys() & part.keys()
        if clash:
            message = f"two sources of a zip bring {', '.join(sorted(clash))}"
            raise ValueError(message)
        merged |= part
    return merged
