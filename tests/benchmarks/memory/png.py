"""PNG files that Pillow reads but doesn't write: 16 bits in colour, and interlaced."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR, COLOUR_WITH_ALPHA = 2, 6
BYTE_DEPTH = 8
# First row and column, then the distance between rows and columns, of each pass of Adam7.
PASSES = (
    *((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)),
    *((2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)),
)


def write_png(
    levels: NDArray[np.uint8], *, depth: int = 8, alpha: bool = False, interlaced: bool = False
) -> bytes:
    """Return a PNG of RGB levels.

    Parameters
    ----------
    levels : ndarray
        Height x width x 3.
    depth : int
        8 or 16 bits a channel.
    alpha : bool
        Add a channel for it, half transparent.
    interlaced : bool
        In the seven passes of Adam7.
    """
    if alpha:
        levels = np.dstack([levels, np.full(levels.shape[:2], 128, np.uint8)])
    height, width = levels.shape[:2]
    colour = COLOUR_WITH_ALPHA if alpha else COLOUR
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    compressor = zlib.compressobj(1)
    data = b"".join(map(compressor.compress, _rows(levels, depth, interlaced=interlaced)))
    chunks = ((b"IHDR", header), (b"IDAT", data + compressor.flush()), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _rows(levels: NDArray[np.uint8], depth: int, *, interlaced: bool) -> Iterator[bytes]:
    for row, column, down, across in PASSES if interlaced else ((0, 0, 1, 1),):
        for line in levels[row::down, column::across]:
            stored = line if depth == BYTE_DEPTH else (line.astype(">u2") * 257)
            yield b"\0" + stored.tobytes()  # 0: no filter


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
