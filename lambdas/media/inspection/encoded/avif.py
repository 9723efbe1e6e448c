"""The boxes of an AVIF rendition, by ISO 14496-12, ISO 23008-12 and the AVIF specification."""

import struct
from collections.abc import Iterator

_HEADER_BYTES = 8
_TOP = (b"ftyp", b"meta", b"mdat")
# Boxes that contain boxes, and the offset at which these begin.
_CONTAINERS = {b"meta": 4, b"iinf": 6, b"iprp": 0, b"ipco": 0, b"iref": 4}
_PLAIN = frozenset(
    {
        *(b"hdlr", b"pitm", b"iloc", b"iinf", b"infe", b"iref", b"auxl", b"prem", b"iprp"),
        *(b"ipco", b"ipma", b"ispe", b"pixi", b"av1C", b"colr", b"auxC"),
    }
)
_BRAND, _CODEC, _COLOUR_NUMBERS = b"avif", b"av01", b"nclx"
_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_TEXT_MAX = 64
# How libavif stores item locations: four-byte offsets and lengths, and no base offset.
_FOUR_BYTES_EACH = 0x4400
_DEPTH_MAX = 4
Box = tuple[bytes, int, int]


def is_plain_avif(data: bytes, size: tuple[int, int]) -> bool:
    """Return whether bytes are a still AVIF of this size, without metadata or trailing data."""
    top = list(_boxes(data, 0, len(data)))
    if tuple(kind for kind, _, _ in top) != _TOP:
        return False
    (_, brand_at, _), (_, meta_start, meta_end), (_, pixels_start, pixels_end) = top
    if data[brand_at : brand_at + 4] != _BRAND:
        return False
    inner = list(_inside(data, (b"meta", meta_start, meta_end), 0))
    locations = [box for box in inner if box[0] == b"iloc"]
    return (
        len(locations) == 1
        and _is_plain(data, inner, size)
        and _located(data, locations[0]) == [(pixels_start, pixels_end)]
    )


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield type, start and end of the body of each box; an invalid box raises an error."""
    while start < end:
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < _HEADER_BYTES or start + length > end:
            raise IndexError
        yield kind, start + _HEADER_BYTES, start + length
        start += length


def _inside(data: bytes, box: Box, depth: int) -> Iterator[Box]:
    """Yield the boxes within a box recursively, down to a depth that no valid one reaches."""
    if depth > _DEPTH_MAX:
        raise IndexError
    kind, start, end = box
    for inner in _boxes(data, start + _CONTAINERS[kind], end):
        yield inner
        if inner[0] in _CONTAINERS:
            yield from _inside(data, inner, depth + 1)


def _is_plain(data: bytes, inner: list[Box], size: tuple[int, int]) -> bool:
    """Return whether the boxes state exactly this size and contain only image data."""
    states_size = any(kind == b"ispe" for kind, _, _ in inner)
    return states_size and all(_fits(data, box, size) for box in inner)


def _fits(data: bytes, box: Box, size: tuple[int, int]) -> bool:
    kind, start, end = box
    body = data[start:end]
    match kind:
        case b"ispe":
            return body == struct.pack(">III", 0, *size)
        case b"infe":
            # An AV1 item with a short name and nothing else: no EXIF, no XMP.
            return body[8:12] == _CODEC and len(body) <= _TEXT_MAX
        case b"colr":
            return body[:4] == _COLOUR_NUMBERS
        case b"auxC":
            return body[4:] == _ALPHA
        case b"hdlr":
            return body[8:12] == b"pict" and len(body) <= _TEXT_MAX
        case _:
            return kind in _PLAIN


def _located(data: bytes, box: Box) -> list[tuple[int, int]]:
    """Return the ranges of the file that the items occupy, with adjacent ones merged."""
    _, at, end = box
    version, sizes, count = struct.unpack_from(">B3xHH", data, at)
    if version or sizes != _FOUR_BYTES_EACH:
        raise IndexError
    at += 8
    extents = []
    for _ in range(count):
        _, _, number = struct.unpack_from(">HHH", data, at)
        at += 6
        for _ in range(number):
            offset, length = struct.unpack_from(">II", data, at)
            extents.append((offset, offset + length))
            at += 8
    if at != end:
        raise IndexError
    return _joined(sorted(extents))


def _joined(extents: list[tuple[int, int]]) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    for start, end in extents:
        if parts and parts[-1][1] == start:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return parts
