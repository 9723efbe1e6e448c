"""Reads how long an animation plays from the structure of the file, without decoding."""

import struct
from collections.abc import Callable, Iterator, Mapping

from media.model.formats import ImageFormat
from media.parsing.frame_count import gif_blocks

_GIF_EXTENSION, _GIF_CONTROL = 0x21, 0xF9
_HUNDREDTH_MS = 10
_PNG_SIGNATURE_BYTES, _PNG_DEFAULT_DENOMINATOR = 8, 100
_RIFF_HEADER_BYTES = 12
_WEBP_DURATION_AT = 12
_LONG_VERSION = 1
LONGEST_MS = 24 * 60 * 60 * 1000


def duration_ms(data: bytes, image_format: ImageFormat) -> int | None:
    """Add up the display times of an animation's frames.

    Parameters
    ----------
    data
        The whole file; its number of frames is within the limits.
    image_format
        Its format.

    Returns
    -------
    int or None
        Milliseconds of one loop as the file states them (viewers slow very short frames down), at
        most a day. None if the format or the file has no display times.
    """
    reader = _READERS.get(image_format)
    if reader is None:
        return None
    try:
        return min(reader(data), LONGEST_MS) or None
    except (struct.error, IndexError):
        return None


def _gif(data: bytes) -> int:
    controls = (
        at for at in gif_blocks(data) if data[at] == _GIF_EXTENSION and data[at + 1] == _GIF_CONTROL
    )
    return sum(int.from_bytes(data[at + 4 : at + 6], "little") for at in controls) * _HUNDREDTH_MS


def _png(data: bytes) -> int:
    total = 0.0
    for kind, at in _chunks(data, _PNG_SIGNATURE_BYTES, ">I4s"):
        if kind == b"fcTL":
            numerator, denominator = struct.unpack_from(">HH", data, at + 20)
            total += 1000 * numerator / (denominator or _PNG_DEFAULT_DENOMINATOR)
    return round(total)


def _webp(data: bytes) -> int:
    return sum(
        int.from_bytes(data[at + _WEBP_DURATION_AT : at + _WEBP_DURATION_AT + 3], "little")
        for kind, at in _chunks(data, _RIFF_HEADER_BYTES, "<4sI")
        if kind == b"ANMF"
    )


def _chunks(data: bytes, start: int, layout: str) -> Iterator[tuple[bytes, int]]:
    """Yield the type of each chunk and where its body starts."""
    is_png = layout.startswith(">")
    while start + 8 <= len(data):
        first, second = struct.unpack_from(layout, data, start)
        kind, length = (second, first) if is_png else (first, second)
        yield kind, start + 8
        # A PNG chunk ends with a checksum; a RIFF chunk is padded to an even length.
        start += 8 + length + (4 if is_png else length % 2)


def _sequence(data: bytes) -> int:
    at = data.find(b"mdhd")
    if at < 0:
        return 0
    layout = ">QQIQ" if data[at + 4] == _LONG_VERSION else ">IIII"
    _, _, ticks_per_second, ticks = struct.unpack_from(layout, data, at + 8)
    return round(1000 * ticks / ticks_per_second) if ticks_per_second else 0


_READERS: Mapping[ImageFormat, Callable[[bytes], int]] = {
    ImageFormat.GIF: _gif,
    ImageFormat.PNG: _png,
    ImageFormat.WEBP: _webp,
    ImageFormat.AVIF: _sequence,
    ImageFormat.HEIF: _sequence,
}
