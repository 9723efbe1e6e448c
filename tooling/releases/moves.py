"""Reversing the resource moves of later releases for the sources of an earlier one.

``terraform/moved.tf`` moves resources from the addresses of earlier releases to the current ones.
Earlier sources don't know the current addresses: they would destroy and recreate the resources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOVES = "moved.tf"
REVERSE_MOVES = "moved_back.tf"
MOVE = re.compile(r"^moved \{\n +from += (\S+)\n +to += (\S+)\n\}\n", re.MULTILINE)


@dataclass(frozen=True)
class Move:
    """A resource or module under another address than before.

    Parameters
    ----------
    before, after : str
        Its addresses.
    """

    before: str
    after: str

    def reversed(self) -> Move:
        """Return the move that undoes this one."""
        return Move(self.after, self.before)

    def __str__(self) -> str:
        return f"moved {{\n  from = {self.before}\n  to   = {self.after}\n}}\n"


def moves_of(sources: Path) -> list[Move]:
    """Return the moves that a root module declares."""
    path = sources / MOVES
    if not path.exists():
        return []
    return [Move(*addresses) for addresses in MOVE.findall(path.read_text(encoding="utf-8"))]


def add_reverse_moves(sources: Path, later: Path) -> None:
    """Add to `sources` the reverse of the moves that `later` sources declare."""
    known = moves_of(sources)
    since = [move for move in moves_of(later) if move not in known]
    path = sources / REVERSE_MOVES
    if since:
        path.write_text("".join(str(move.reversed()) for move in since), encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def holds_reverse_moves_alone(path: Path) -> bool:
    """Return whether a file is one that :func:`add_reverse_moves` may have written.

    It makes, changes and removes nothing by itself, so it belongs to no release.
    """
    if path.name != REVERSE_MOVES:
        return False
    return MOVE.sub("", path.read_text(encoding="utf-8")) == ""
