import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media.model.formats import ImageFormat
from media.parsing.duration import duration_ms
from tests.unit.lambdas.media.inspection.sample_images import saved

FRAMES = [Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in (0, 90, 180, 250)]


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "AVIF"])
def test_the_times_of_all_frames_are_added(name: str) -> None:
    data = saved(FRAMES[0], name, save_all=True, append_images=FRAMES[1:], duration=[70] * 4)
    assert duration_ms(data, ImageFormat(name.lower())) == 280


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "JPEG"])
def test_a_still_has_no_duration(name: str) -> None:
    assert duration_ms(saved(FRAMES[1], name), ImageFormat(name.lower())) is None


def test_a_sequence_with_a_long_header_or_without_a_clock() -> None:
    start = b"....mdhd"
    long = start + b"\x01\0\0\0" + struct.pack(">QQIQ", 1, 1, 600, 900)
    stopped = start + bytes(4) + struct.pack(">IIII", 1, 1, 0, 900)
    assert duration_ms(long, ImageFormat.AVIF) == 1500
    assert duration_ms(stopped, ImageFormat.AVIF) is None


def test_a_claim_of_years_is_bounded() -> None:
    long = b"....mdhd" + bytes(4) + struct.pack(">IIII", 1, 1, 1, 2**32 - 1)
    assert duration_ms(long, ImageFormat.HEIF) == 86_400_000


@given(st.binary(max_size=300), st.sampled_from(ImageFormat))
def test_no_bytes_make_it_fail(tail: bytes, image_format: ImageFormat) -> None:
    for head in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"1234mdhd"):
        found = duration_ms(head + tail, image_format)
        assert found is None or 0 < found <= 86_400_000
