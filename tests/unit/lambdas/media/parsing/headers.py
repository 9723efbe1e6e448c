"""Files of which only the head is real, and what becomes of them."""

import struct
import zlib

from media.inspection import RejectedError, RenditionSpec, inspect_image
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved

SPECS = (RenditionSpec("thumb", 64),)
JPEG = saved(quadrants(), "JPEG")
FRAME = JPEG.index(b"\xff\xc0")


def outcome(data: bytes) -> RejectionReason | tuple[ImageFormat, int, int]:
    try:
        image = inspect_image(data, Limits(), SPECS)
    except RejectedError as rejection:
        return rejection.reason
    return image.format, image.width, image.height


def with_jpeg_frame(marker: int, bits: int = 8, size: tuple[int, int] = (60, 40)) -> bytes:
    frame = struct.pack(">BHBHH", marker, 17, bits, size[1], size[0])
    return JPEG[: FRAME + 1] + frame + JPEG[FRAME + 9 :]


def tiff(tags: dict[int, int | bytes], head: bytes = b"") -> bytes:
    """Write the first directory of a TIFF: whole numbers inline, bytes after the directory."""
    start = 8 + len(head)
    behind = start + 2 + 12 * len(tags) + 4
    directory, values = struct.pack("<H", len(tags)), b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, int):
            directory += struct.pack("<HHII", tag, 4, 1, value)
        else:
            directory += struct.pack("<HHII", tag, 1, len(value), behind + len(values))
            values += value
    return b"II*\x00" + struct.pack("<I", start) + head + directory + bytes(4) + values


def png_with(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    data = saved(quadrants(), "PNG")
    crc = zlib.crc32(kind + body) if checksum is None else checksum
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
    return data[:33] + chunk + data[33:]
