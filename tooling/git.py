"""What git knows of the checkout; nothing of the tooling depends on its being there."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def git(root: Path, *arguments: str) -> bytes | None:
    """Return what git prints, None where it refuses or is not installed."""
    try:
        completed = subprocess.run(  # noqa: S603 - fixed arguments, and commits from releases
            ["git", *arguments],  # noqa: S607 - the operator's own git
            cwd=root,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return completed.stdout if completed.returncode == 0 else None
