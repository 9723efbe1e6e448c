"""Finding the files that an operator names, directly or by folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def find_files(named: Iterable[Path]) -> list[Path]:
    """Return the named files, and those in named folders, except hidden ones.

    A name that is neither is returned too, and reported with the rest.

    Raises
    ------
    OperatorError
        No file was found.
    """
    files: list[Path] = []
    for path in named:
        if path.is_dir():
            files += sorted(
                found
                for found in path.rglob("*")
                if found.is_file()
                and not any(part.startswith(".") for part in found.relative_to(path).parts)
            )
        else:
            files.append(path)
    if not files:
        raise OperatorError(
            "No files found.",
            reason="No file was named, or the folder is empty.",
            remedy="Name files, or folders with files in them, such as: image.jpg holiday/",
        )
    return files
