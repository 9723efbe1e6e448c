"""Small faults that viewers overlook and decoders don't, put right before decoding."""

import zlib
from collections.abc import Iterator

from media.formats import ImageFormat

_PNG_SIGNATURE_BYTES = 8
_PNG_FRAME_BYTES = 12
# A lower case first letter marks a chunk that a picture can be shown without.
_ANCILLARY_BIT = 0x20
_BRANDS = {
    ImageFormat.AVIF: (b"avif", b"avis"),
    ImageFormat.HEIF: (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"),
}


def mend(data: bytes, image_format: ImageFormat) -> bytes:
    """Put right what is wrong around the pixels; the same bytes where nothing is.

    Parameters
    ----------
    data
        The whole file.
    image_format
        What its bytes are.

    Returns
    -------
    bytes
        A PNG without the optional chunks whose checksum is wrong; an AVIF or HEIF whose first
        brand is one of its own.
    """
    if image_format is ImageFormat.PNG:
        return _without_damaged_chunks(data)
    brands = _BRANDS.get(image_format)
    if brands and data[8:12] not in brands:
        return data[:8] + brands[0] + data[12:]
    return data


def _without_damaged_chunks(data: bytes) -> bytes:
    damaged = [
        (start, end) for start, end in _png_chunks(data) if _is_damaged_extra(data, start, end)
    ]
    if not damaged:
        return data
    view = memoryview(data)
    kept, position = bytearray(), 0
    for start, end in damaged:
        kept += view[position:start]
        position = end
    return bytes(kept + view[position:])


def _is_damaged_extra(data: bytes, start: int, end: int) -> bool:
    if not data[start + 4] & _ANCILLARY_BIT:
        return False
    checksum = zlib.crc32(memoryview(data)[start + 4 : end - 4])
    return checksum != int.from_bytes(data[end - 4 : end])


def _png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    start = _PNG_SIGNATURE_BYTES
    while start + _PNG_FRAME_BYTES <= len(data):
        end = start + _PNG_FRAME_BYTES + int.from_bytes(data[start : start + 4])
        if end > len(data) or data[start + 4 : start + 8] == b"IEND":
            return
        yield start, end
        start = end
