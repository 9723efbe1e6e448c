"""Reads frame header and scans of a JPEG from its segments."""

from collections.abc import Iterator
from dataclasses import dataclass

_START = 2
_MARKER = 0xFF
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Baseline, extended and progressive, with Huffman or arithmetic coding.
_SHOWN_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END = 0xDA, 0xD9
_FRAME_BYTES = 6
_EIGHT_BITS = 8


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """The frame header of a JPEG: coding process, bits per channel, size in pixels."""

    marker: int
    bits: int
    width: int
    height: int

    @property
    def is_common(self) -> bool:
        """Whether decoders support it: not lossless, hierarchical or 12-bit."""
        return self.marker in _SHOWN_FRAMES and self.bits == _EIGHT_BITS


def read_frame(data: bytes) -> JpegFrame | None:
    """Read the first frame header of a JPEG; None if it has no readable one."""
    for marker, start, end in _segments(data):
        if marker in (_SCAN, _END):
            return None
        if marker in _FRAME_MARKERS:
            body = data[start:end]
            if len(body) < _FRAME_BYTES:
                return None
            height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
            return JpegFrame(marker=marker, bits=body[0], width=width, height=height)
    return None


def count_scans(data: bytes) -> int:
    """Count the scans of the first image of a JPEG; phones append videos and further images.

    Each scan of a progressive image costs a pass over the whole image, however few bytes it has.
    """
    first = next((start for marker, start, _ in _segments(data) if marker == _SCAN), None)
    if first is None:
        return 0
    end = data.find(bytes((_MARKER, _END)), first)
    return 1 + data.count(bytes((_MARKER, _SCAN)), first, end if end >= 0 else len(data))


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield each segment's marker, and where its body starts and ends."""
    position = _START
    while (found := data.find(_MARKER, position)) >= 0:
        position = found + 1
        # A marker may be preceded by any number of fill bytes.
        while position < len(data) and data[position] == _MARKER:
            position += 1
        if position >= len(data):
            return
        marker = data[position]
        position += 1
        if marker == 0 or marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(data[position : position + 2])
        yield marker, position + 2, position + length
        position += max(2, length)
