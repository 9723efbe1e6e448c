"""Counts the frames of GIF and PNG and the pages of TIFF, without decoding.

Pillow counts them by seeking through the file, which a hostile file can make arbitrarily slow. The
walks here stop at a bound, and at the first damage.
"""

import struct
from collections.abc import Iterator

from media.parsing.png import png_chunks

_GIF_HEADER_BYTES = 13
_GIF_EXTENSION, _GIF_FRAME = 0x21, 0x2C
_GIF_DESCRIPTOR_BYTES = 9
_COLOUR_TABLE_FLAG = 0x80
_BIG_TIFF = 43


def count_gif_frames(data: bytes, stop_at: int) -> int:
    """Count the frames of a GIF.

    Parameters
    ----------
    data
        The whole file.
    stop_at
        Where counting may stop: a lower result is exact.

    Returns
    -------
    int
        At least 1.
    """
    frames = 0
    for at in gif_blocks(data):
        frames += data[at] == _GIF_FRAME
        if frames >= stop_at:
            break
    return max(1, frames)


def count_png_frames(data: bytes, stop_at: int) -> int:
    """Count the frames of a PNG; parameters and result as for `count_gif_frames`.

    The count is that of the animation header, but at most the number of frames present. Without
    exactly one such header it is 1, because viewers then show the still image.
    """
    stated: list[int] = []
    found = 0
    for start, _ in png_chunks(data):
        match data[start + 4 : start + 8]:
            case b"acTL":
                stated.append(int.from_bytes(data[start + 8 : start + 12]))
            case b"fcTL":
                found += 1
        if found >= stop_at:
            break
    return max(1, min(stated[0], found)) if len(stated) == 1 else 1


def gif_blocks(data: bytes) -> Iterator[int]:
    """Yield the offset of each frame and extension of a GIF, up to the first damage."""
    try:
        yield from _walk_gif(data)
    except IndexError:
        return


def _walk_gif(data: bytes) -> Iterator[int]:
    position = _GIF_HEADER_BYTES + _colour_table_bytes(data[10])
    while position < len(data):
        start, block = position, data[position]
        if block == _GIF_EXTENSION:
            position += 2
        elif block == _GIF_FRAME and position + _GIF_DESCRIPTOR_BYTES < len(data):
            flags = data[position + _GIF_DESCRIPTOR_BYTES]
            position += 1 + _GIF_DESCRIPTOR_BYTES + _colour_table_bytes(flags) + 1
        else:
            return
        yield start
        while position < len(data) and data[position]:
            position += 1 + data[position]
        position += 1


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _COLOUR_TABLE_FLAG else 0


def count_tiff_pages(data: bytes, stop_at: int) -> int:
    """Count the pages of a TIFF or BigTIFF; parameters and result as for `count_gif_frames`."""
    pages: set[int] = set()
    try:
        for offset in _tiff_directories(data):
            if offset in pages or len(pages) >= stop_at:
                break
            pages.add(offset)
    except struct.error:
        # The chain leads out of the file; only the pages counted so far can be read.
        return max(1, len(pages))
    return max(1, len(pages))


def _tiff_directories(data: bytes) -> Iterator[int]:
    order = "<" if data[:2] == b"II" else ">"
    is_big = struct.unpack_from(f"{order}H", data, 2)[0] == _BIG_TIFF
    count_type, entry_bytes, link_type = ("Q", 20, "Q") if is_big else ("H", 12, "I")
    count_bytes = struct.calcsize(f"{order}{count_type}")
    (offset,) = struct.unpack_from(f"{order}{link_type}", data, 8 if is_big else 4)
    while 0 < offset < len(data):
        (count,) = struct.unpack_from(f"{order}{count_type}", data, offset)
        yield offset
        link = min(offset + count_bytes + count * entry_bytes, len(data))
        (offset,) = struct.unpack_from(f"{order}{link_type}", data, link)
