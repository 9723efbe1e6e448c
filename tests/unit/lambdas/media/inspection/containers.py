"""Readers of what an encoded file is made of, written against the formats' specifications."""

import struct
from collections.abc import Iterator

_BOXES_OF_BOXES = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"iinf": 14, b"moov": 8, b"iref": 12}


def parts(data: bytes) -> list[str]:
    """Name the parts of a WebP, JPEG or AVIF in their order, metadata among them."""
    if data[:4] == b"RIFF":
        return [kind.decode("latin-1") for kind in _riff(data)]
    if data[:2] == b"\xff\xd8":
        return [f"{marker:02X}" for marker in _jpeg(data)]
    return [kind.decode("latin-1") for kind in _boxes(data, 0, len(data))]


def _riff(data: bytes) -> Iterator[bytes]:
    assert len(data) == 8 + struct.unpack_from("<I", data, 4)[0]
    at = 12
    while at < len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind
        at += 8 + length + length % 2
    assert at == len(data)


def _jpeg(data: bytes) -> Iterator[int]:
    at = 2
    while data[at + 1] != 0xD9:
        assert data[at] == 0xFF
        marker = data[at + 1]
        yield marker
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xDA:
            at = _after_scan(data, at)
    assert at + 2 == len(data)


def _after_scan(data: bytes, at: int) -> int:
    while not (data[at] == 0xFF and data[at + 1] not in (0, *range(0xD0, 0xD8))):
        at += 1
    return at


def _boxes(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        length, kind = struct.unpack_from(">I4s", data, at)
        assert length >= 8
        yield kind
        if kind == b"infe":
            yield data[at + 16 : at + 20]
        if kind in _BOXES_OF_BOXES:
            yield from _boxes(data, at + _BOXES_OF_BOXES[kind], at + length)
        at += length
    assert at == end
