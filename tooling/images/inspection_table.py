"""The lines of the table that ``inspect`` prints while results come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tooling.console import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("status", "reason", "format", "size", "frames", "ms", "renditions", "file")
# Fixed widths, since lines are printed one by one; the file name may have any length.
WIDTHS = (8, 18, 6, 11, 6, 8, 44, 0)


def heading() -> str:
    """Return the first line."""
    return _line(COLUMNS)


def row(result: Mapping[str, Any]) -> str:
    """Return the line of one result."""
    return _line(
        (
            result["status"],
            _text(result["reason"]),
            _text(result["format"]),
            _size(result),
            _text(result["frames"]),
            _text(result["milliseconds"]),
            " ".join(f"{made['name']} {_size(made)}" for made in result["renditions"]),
            printable(result["file"]),
        )
    )


def _size(sized: Mapping[str, Any]) -> str:
    return f"{sized['width']}x{sized['height']}" if sized["width"] else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _line(cells: Iterable[str]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    return "  ".join(padded).rstrip()
