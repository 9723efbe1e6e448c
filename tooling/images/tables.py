"""The lines of the table that ``ls`` prints while pages come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tooling.console import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("image", "status", "size", "bytes", "uploaded", "title")
# Fixed widths, since pages are printed one by one; the title may have any length.
WIDTHS = (36, 8, 11, 9, 20, 0)
UNITS = ("B", "kB", "MB", "GB")
STEP = 1000


def heading() -> str:
    """Return the first line."""
    return _line(COLUMNS)


def row(image: Mapping[str, Any]) -> str:
    """Return the line of one image as the API lists it."""
    return _line(
        (
            image["image_id"],
            image["status"],
            f"{image['width']}x{image['height']}" if image.get("width") else "",
            size_of(image.get("bytes")),
            moment_of(image.get("uploaded_at")),
            printable(image.get("title") or ""),
        )
    )


def size_of(count: int | None) -> str:
    """Return a number of bytes for a person; empty if it is not known."""
    if count is None:
        return ""
    value, unit = float(count), UNITS[0]
    for unit in UNITS:
        # 1000 of a unit is shown as 1 of the next.
        if round(value, 1) < STEP or unit == UNITS[-1]:
            break
        value /= STEP
    return f"{count} {unit}" if unit == UNITS[0] else f"{value:.1f} {unit}"


def moment_of(timestamp: str | None) -> str:
    """Return a time of the API, which is in UTC, to the second."""
    return (timestamp or "").partition(".")[0].removesuffix("Z").replace("T", " ")


def _line(cells: Iterable[str]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    return "  ".join(padded).rstrip()
