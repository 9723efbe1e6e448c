"""The chunks of a WebP rendition, by the WebP container specification."""

import struct

_RIFF_HEADER_BYTES, _CHUNK_HEADER_BYTES = 12, 8
_ALPHA_FLAG = 0x10
_KEY_FRAME_MARK, _LOSSLESS_MARK = b"\x9d\x01\x2a", b"\x2f"
_14_BITS = 0x3FFF
_LAYOUTS = ((b"VP8 ",), (b"VP8L",), (b"VP8X", b"ALPH", b"VP8 "), (b"VP8X", b"VP8L"))


def is_plain_webp(data: bytes, size: tuple[int, int]) -> bool:
    """Return whether bytes are a still WebP of this size, without metadata or trailing data."""
    if data[:4] != b"RIFF" or data[8:_RIFF_HEADER_BYTES] != b"WEBP":
        return False
    if int.from_bytes(data[4:8], "little") != len(data) - 8:
        return False
    chunks = _chunks(data)
    if tuple(kind for kind, _, _ in chunks) not in _LAYOUTS:
        return False
    return all(_fits(kind, data[start:end], size) for kind, start, end in chunks)


def _chunks(data: bytes) -> list[tuple[bytes, int, int]]:
    """List type, start and end of each chunk body; empty if the chunks do not fill the file."""
    found = []
    at = _RIFF_HEADER_BYTES
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        start, end = at + _CHUNK_HEADER_BYTES, at + _CHUNK_HEADER_BYTES + length
        found.append((kind, start, end))
        at = end + length % 2
        if length % 2 and data[end] != 0:
            return []
    return found if at == len(data) else []


def _fits(kind: bytes, body: bytes, size: tuple[int, int]) -> bool:
    width, height = size
    match kind:
        case b"VP8X":
            stated = struct.pack("<I", _ALPHA_FLAG) + _24_bits(width) + _24_bits(height)
            # An image without transparency may use the extended layout too.
            return body in (stated, bytes(4) + stated[4:])
        case b"VP8 ":
            across, down = struct.unpack_from("<HH", body, 6)
            found = (across & _14_BITS, down & _14_BITS)
            return body[3:6] == _KEY_FRAME_MARK and not body[0] & 1 and found == size
        case b"VP8L":
            (stated_bits,) = struct.unpack_from("<I", body, 1)
            found = ((stated_bits & _14_BITS) + 1, (stated_bits >> 14 & _14_BITS) + 1)
            return body[:1] == _LOSSLESS_MARK and found == size
        case _:
            return bool(body)


def _24_bits(side: int) -> bytes:
    return (side - 1).to_bytes(3, "little")
