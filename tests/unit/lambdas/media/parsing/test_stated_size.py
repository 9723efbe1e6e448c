import struct

import pytest

from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.parsing.stated_size import stated_size
from tests.unit.lambdas.media.inspection.sample_images import png_header, quadrants, saved
from tests.unit.lambdas.media.parsing.headers import (
    FRAME,
    outcome,
    tiff,
    with_jpeg_frame,
)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_stated_size_is_the_images(name: str, mode: str) -> None:
    if (name, mode) == ("JPEG", "RGBA"):
        mode = "L"
    data = saved(quadrants().convert(mode), name)
    assert stated_size(data, ImageFormat(name.lower())) == (60, 40)


def test_a_container_states_the_size_that_is_coded() -> None:
    # The codec works in blocks of 16 and the container then cuts to the image.
    assert stated_size(saved(quadrants(), "HEIF"), ImageFormat.HEIF) == (64, 64)


def test_the_stated_size_of_each_kind_of_webp() -> None:
    image = quadrants()
    assert stated_size(saved(image, "WEBP", lossless=True), ImageFormat.WEBP) == (60, 40)
    assert stated_size(saved(image, "WEBP", exif=b"Exif\0\0II"), ImageFormat.WEBP) == (60, 40)


@pytest.mark.parametrize(
    "data",
    [
        png_header(65_536, 65_536)[:33],
        with_jpeg_frame(0xC0, size=(65_535, 65_535))[: FRAME + 30],
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535),
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff\xff\xff" * 2,
        tiff({256: 100_000, 257: 100_000}),
    ],
)
def test_too_many_pixels_are_found_even_in_a_truncated_file(data: bytes) -> None:
    assert outcome(data) is RejectionReason.TOO_MANY_PIXELS
