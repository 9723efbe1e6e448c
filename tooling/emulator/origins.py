"""The web origins whose pages may call the embedded AWS, kept in a file beside it.

The commands write it from the environment files, and the running embedded AWS reads it again for
each request, so a changed file needs no restart.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_origins(path: Path, origins: Iterable[str]) -> None:
    """Write the origins, unless they stand there already."""
    wanted = frozenset(origins)
    if path.exists() and read_origins(path) == wanted:
        return
    scratch = path.with_suffix(f".{secrets.token_hex(4)}")  # of several at once, each has its own
    scratch.write_text(json.dumps(sorted(wanted)) + "\n", encoding="utf-8")
    scratch.replace(path)


def read_origins(path: Path) -> frozenset[str]:
    """Return the origins; none where none were written."""
    try:
        return frozenset(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()
