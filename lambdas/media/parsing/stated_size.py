"""The size that a file's header states, read without a decoder.

An image that is too large is rejected for its size, even if the file is truncated or no decoder
would accept it, and no decoder ever sees it.
"""

import struct
from collections.abc import Callable, Mapping

from media.model.formats import ImageFormat
from media.parsing.exif import read_exif
from media.parsing.jpeg import read_frame

_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TOP_OF_FILE = 65_536
_24_BITS, _14_BITS = 0xFFFFFF, 0x3FFF
_BIG_TIFF_VERSIONS = (b"II+\x00", b"MM\x00+")


def stated_size(data: bytes, image_format: ImageFormat) -> tuple[int, int] | None:
    """Read the width and height in pixels that a file states.

    Parameters
    ----------
    data
        The file, or its beginning.
    image_format
        The format that its first bytes show.

    Returns
    -------
    tuple of int or None
        Before any rotation and, for AVIF and HEIF, before any cropping; None if the header
        cannot be read that far.
    """
    try:
        return _READERS[image_format](data)
    except struct.error:
        return None


def _pair(layout: str, data: bytes, offset: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, data, offset)
    return int(first), int(second)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    frame = read_frame(data)
    return (frame.width, frame.height) if frame else None


def _png(data: bytes) -> tuple[int, int] | None:
    return _pair(">II", data, 16) if data[12:16] == b"IHDR" else None


def _gif(data: bytes) -> tuple[int, int] | None:
    # A logical screen without a size takes that of the first frame.
    width, height = _pair("<HH", data, 6)
    return (width, height) if width and height else None


def _webp(data: bytes) -> tuple[int, int] | None:
    match data[12:16]:
        case b"VP8X":
            low, high = struct.unpack_from("<IH", data, 24)
            both = low | high << 32
            return (both & _24_BITS) + 1, (both >> 24 & _24_BITS) + 1
        case b"VP8L":
            (both,) = struct.unpack_from("<I", data, 21)
            return (both & _14_BITS) + 1, (both >> 14 & _14_BITS) + 1
        case b"VP8 ":
            width, height = _pair("<HH", data, 26)
            return width & _14_BITS, height & _14_BITS
        case _:
            return None


def _tiff(data: bytes) -> tuple[int, int] | None:
    if data[:4] in _BIG_TIFF_VERSIONS:
        return None
    image = read_exif(data).image
    width, height = image.get(_TIFF_WIDTH), image.get(_TIFF_HEIGHT)
    if not isinstance(width, tuple) or not isinstance(height, tuple):
        return None
    if isinstance(width[0], int) and isinstance(height[0], int):
        return width[0], height[0]
    return None


def _largest_item(data: bytes) -> tuple[int, int] | None:
    """Return the size of the largest item of a container."""
    sizes = []
    position = data.find(b"ispe", 0, _TOP_OF_FILE)
    while position >= 0:
        sizes.append(_pair(">II", data, position + 8))
        position = data.find(b"ispe", position + 4, _TOP_OF_FILE)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


_READERS: Mapping[ImageFormat, Callable[[bytes], tuple[int, int] | None]] = {
    ImageFormat.JPEG: _jpeg,
    ImageFormat.PNG: _png,
    ImageFormat.GIF: _gif,
    ImageFormat.WEBP: _webp,
    ImageFormat.TIFF: _tiff,
    ImageFormat.AVIF: _largest_item,
    ImageFormat.HEIF: _largest_item,
}
