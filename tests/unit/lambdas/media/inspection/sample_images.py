"""Images made for the tests: small, real, and of every kind that the tests ask for."""

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

# The code under test loads this when it first meets such a file; tests write one before.
pillow_heif.register_heif_opener()

GPS = {1: "N", 2: (43.0, 28.0, 2.8), 3: "W", 4: (11.0, 53.0, 6.5), 5: b"\x01", 6: 12.5}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def quadrants(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Draw an image whose corners tell its orientation: red green over blue white."""
    width, height = size
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def saved(image: Image.Image, image_format: str, **options: Any) -> bytes:
    output = io.BytesIO()
    image.save(output, image_format, **options)
    return output.getvalue()


def exif(tags: Mapping[int, Any], gps: Mapping[int, Any] | None = None) -> bytes:
    """Write an EXIF block with Pillow, which is not what the code under test reads it with."""
    block = Image.Exif()
    for tag, value in tags.items():
        block[tag] = value
    if gps:
        block.get_ifd(0x8825).update(gps)
    return block.tobytes()


def png_header(width: int, height: int) -> bytes:
    """Write a PNG that promises pixels and has next to none."""
    return png((width, height), 8, 2, bytes(100))


def png(size: tuple[int, int], depth: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    """Write a PNG of any depth and colour type from unfiltered rows, each after a zero byte."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + body


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def corners(data: bytes) -> list[tuple[int, ...]]:
    """Read the colours near the four corners: top left, top right, bottom left, bottom right."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    places = [(3, 3), (width - 4, 3), (3, height - 4), (width - 4, height - 4)]
    return [tuple(round(c / 255) for c in pixel(image, at)) for at in places]


def pixel(image: Image.Image, at: tuple[int, int] = (0, 0)) -> tuple[int, ...]:
    value = image.getpixel(at)
    assert isinstance(value, tuple)
    return tuple(int(channel) for channel in value)
