"""The segments of a JPEG rendition, by ITU-T T.81 and the JFIF specification."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_MARKER = 0xFF
_JFIF, _SCAN = 0xE0, 0xDA
# Baseline and progressive frames.
_FRAMES = frozenset({0xC0, 0xC2})
# Quantisation, Huffman tables, restart interval.
_TABLES = frozenset({0xDB, 0xC4, 0xDD})
_RESTARTS = frozenset(range(0xD0, 0xD8))
# Identifier, version, density, and an empty thumbnail.
_JFIF_BYTES, _JFIF_NAME, _NO_THUMBNAIL = 14, b"JFIF\0", b"\0\0"
_EIGHT_BITS = 8
_FRAME_FIXED_BYTES, _FRAME_BYTES_A_COMPONENT = 6, 3


def is_plain_jpeg(data: bytes, size: tuple[int, int]) -> bool:
    """Return whether bytes are a JPEG of this size, without metadata or trailing data."""
    if not data.startswith(_START):
        return False
    at, frames, scans = len(_START), 0, 0
    while data[at : at + 2] != _END:
        if data[at] != _MARKER:
            return False
        marker, start = data[at + 1], at + 4
        at = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        # Each step advances by the length of a segment, which includes its own two bytes.
        if at < start or not _fits(marker, data[start:at], size):
            return False
        if marker == _SCAN:
            scans += 1
            at = _after_scan(data, at)
        frames += marker in _FRAMES
    return frames == 1 and scans > 0 and at + len(_END) == len(data)


def _fits(marker: int, body: bytes, size: tuple[int, int]) -> bool:
    if marker == _JFIF:
        is_named = body.startswith(_JFIF_NAME) and body.endswith(_NO_THUMBNAIL)
        return len(body) == _JFIF_BYTES and is_named
    if marker in _FRAMES:
        height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
        length = _FRAME_FIXED_BYTES + _FRAME_BYTES_A_COMPONENT * body[5]
        return body[0] == _EIGHT_BITS and (width, height) == size and len(body) == length
    return marker in _TABLES or marker == _SCAN


def _after_scan(data: bytes, at: int) -> int:
    """Find the marker that ends a scan's pixels; a 0xFF among them is followed by 0."""
    while True:
        at = data.index(_MARKER, at)
        if data[at + 1] != 0 and data[at + 1] not in _RESTARTS:
            return at
        at += 2
