"""The files that an operator names, on their own or by the folder they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def find_files(named: Iterable[Path]) -> list[Path]:
    """Return the files that are named, folders walked; hidden ones are left alone.

    A name that is neither file nor folder is among them: it is reported with the rest.

    Raises
    ------
    OperatorError
        There is no file at all.
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
            "There is nothing to take.",
            reason="No file was named, or the folder is empty.",
            remedy="Name files or folders that hold some, such as: image.jpg holiday/",
        )
    return files
