"""Asking git about the checkout; the tooling also works without git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def git(root: Path, *arguments: str, operands: Sequence[str] = ()) -> bytes | None:
    """Return what git prints, None where it refuses or is not installed.

    Parameters
    ----------
    arguments : str
        The command and its options, fixed.
    operands : sequence of str
        Revisions and paths, which git never takes for options: they may be other people's.
    """
    command = ["git", *arguments, *(("--end-of-options", *operands) if operands else ())]
    try:
        completed = subprocess.run(  # noqa: S603 - what is not fixed stands behind all options
            command,
            cwd=root,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return completed.stdout if completed.returncode == 0 else None
