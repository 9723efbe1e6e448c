"""Folders that nobody but their owner may enter, whatever lies in them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ALONE = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# What a process that calls this makes is its owner's alone: keys, state, plans, pictures.
PRIVATE_UMASK = OTHERS


def make_private(folder: Path) -> Path:
    """Make a folder that its owner alone may enter, or close one that is there; return it.

    Raises
    ------
    OperatorError
        It belongs to somebody else, who could read and change what is put there.
    """
    folder.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise OperatorError(
            f"{folder} belongs to another user of this machine; nothing was written there.",
            reason="Who owns a folder may read and change all that is put into it.",
            remedy="Name a folder of your own in MEDIA_STATE_DIR and MEDIA_CACHE_DIR, or take the "
            "variables away.",
        )
    if found.st_mode & OTHERS:
        folder.chmod(OWNER_ALONE)
    return folder


def close_if_there(folder: Path) -> None:
    """Close a folder that an earlier version left open to others; make none."""
    if folder.exists():
        make_private(folder)
