"""What the processor's memory has to hold, so that limits and memory are one decision."""

from __future__ import annotations

from math import ceil

MEBIBYTE = 1024**2
# Measured by `nox -s benchmark -- memory`; terraform/locals.tf has the same two figures.
# Three interpreters (one process to spare), libraries, connections, and what an image of any size
# takes.
BASE_MIB = 256
# Of the worst format and mode, which is a lossy WebP with transparency.
BYTES_PER_PIXEL = 24
# The function has the file, and so has the process that looks at it.
FILE_COPIES = 2


def require_room(*, pixels: int, upload_bytes: int, rendition_pixels: int, memory_mb: int) -> None:
    """Refuse a pixel limit that the processor's memory can't hold.

    Parameters
    ----------
    pixels, upload_bytes : int
        Of the largest image and the largest file that are taken.
    rendition_pixels : int
        Of the largest rendition.
    memory_mb : int
        The processor's memory in MiB.

    Raises
    ------
    ValueError
        It can't; the message says what to write.
    """
    fixed = BASE_MIB * MEBIBYTE + FILE_COPIES * upload_bytes + BYTES_PER_PIXEL * rendition_pixels
    needed = fixed + BYTES_PER_PIXEL * pixels
    memory = memory_mb * MEBIBYTE
    if needed > memory:
        held = max(0, memory - fixed) // BYTES_PER_PIXEL // 1_000_000 * 1_000_000
        message = (
            f"limits.pixels: {pixels} pixels don't fit into "
            f"processor.memory_mb: write {ceil(needed / MEBIBYTE)} or more there"
            + (f", or {held} or less here" if held else "")
        )
        raise ValueError(message)
