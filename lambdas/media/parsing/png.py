"""The chunks of a PNG."""

from collections.abc import Iterator

_SIGNATURE_BYTES = 8
_FRAME_BYTES = 12


def png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each chunk starts and ends, up to the end chunk or a truncated one."""
    start = _SIGNATURE_BYTES
    while start + _FRAME_BYTES <= len(data):
        end = start + _FRAME_BYTES + int.from_bytes(data[start : start + 4])
        if end > len(data) or data[start + 4 : start + 8] == b"IEND":
            return
        yield start, end
        start = end
