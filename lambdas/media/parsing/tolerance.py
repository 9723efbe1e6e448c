"""Repairs small faults that viewers tolerate and decoders do not, before decoding."""

import zlib

from media.model.formats import ImageFormat
from media.parsing.png import png_chunks

# A lower-case first letter marks a chunk that is not needed to show the image.
_ANCILLARY_BIT = 0x20
# Compressed text may unpack to any size. Of an animation only the still image is decoded, and
# viewers show that even if decoders reject the rest.
_UNUSED = frozenset({b"zTXt", b"iTXt", b"acTL", b"fcTL", b"fdAT"})
_PROFILE, _PROFILE_BYTES_MAX = b"iCCP", 4 * 1024 * 1024
_BRANDS = {
    ImageFormat.AVIF: (b"avif", b"avis"),
    ImageFormat.HEIF: (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"),
}


def repair(data: bytes, image_format: ImageFormat) -> bytes:
    """Repair what is wrong around the pixels; returns the same bytes if nothing is.

    Parameters
    ----------
    data
        The whole file.
    image_format
        Its format.

    Returns
    -------
    bytes
        A PNG without animation, compressed text, colour profiles that unpack to excessive sizes,
        and optional chunks with a wrong checksum; an AVIF or HEIF whose major brand is its own.
    """
    if image_format is ImageFormat.PNG:
        return _without_surplus_chunks(data)
    brands = _BRANDS.get(image_format)
    if brands and data[8:12] not in brands:
        return data[:8] + brands[0] + data[12:]
    return data


def _without_surplus_chunks(data: bytes) -> bytes:
    left_out = [(start, end) for start, end in png_chunks(data) if _is_surplus(data, start, end)]
    if not left_out:
        return data
    view = memoryview(data)
    kept, position = bytearray(), 0
    for start, end in left_out:
        kept += view[position:start]
        position = end
    return bytes(kept + view[position:])


def _is_surplus(data: bytes, start: int, end: int) -> bool:
    kind = _kind(data, start)
    if not kind[0] & _ANCILLARY_BIT:
        return False
    if kind in _UNUSED or (kind == _PROFILE and _is_bomb(data[start + 8 : end - 4])):
        return True
    checksum = zlib.crc32(memoryview(data)[start + 4 : end - 4])
    return checksum != int.from_bytes(data[end - 4 : end])


def _is_bomb(profile: bytes) -> bool:
    packed = profile.partition(b"\0")[2][1:]
    unpacking = zlib.decompressobj()
    try:
        return len(unpacking.decompress(packed, _PROFILE_BYTES_MAX)) == _PROFILE_BYTES_MAX
    except zlib.error:
        return False


def _kind(data: bytes, start: int) -> bytes:
    return data[start + 4 : start + 8]
