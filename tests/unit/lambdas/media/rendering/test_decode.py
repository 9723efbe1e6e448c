import pytest
from PIL import Image

from tests.unit.lambdas.media.inspection.inspected import BLUE, LIME, RED, WHITE, inspect, opened
from tests.unit.lambdas.media.inspection.sample_images import (
    corners,
    pixel,
    png,
    png_chunk,
    quadrants,
    saved,
)


def test_transparency_is_kept_and_opaque_alpha_is_dropped() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert opened(inspect(saved(clear, "PNG"))).mode == "RGBA"
    palette = clear.convert("P")
    palette.info["transparency"] = 0
    assert opened(inspect(saved(palette, "PNG", transparency=0))).mode == "RGBA"
    assert opened(inspect(saved(Image.new("RGBA", (20, 20), "red"), "PNG"))).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_png_mode_is_shown(mode: str) -> None:
    assert inspect(saved(Image.new(mode, (30, 20)), "PNG")).width == 30


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK", "I", "F", "LAB", "YCbCr"])
def test_every_tiff_mode_is_shown(mode: str) -> None:
    assert inspect(saved(Image.new(mode, (30, 20)), "TIFF")).width == 30


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_the_first_frame_of_several_is_shown(name: str) -> None:
    others = [Image.new("RGB", (60, 40), colour) for colour in ("black", "blue")]
    image = inspect(saved(quadrants(), name, save_all=True, append_images=others))
    assert image.frames == 3
    assert corners(image.renditions[0].data) == [RED, LIME, BLUE, WHITE]


@pytest.mark.parametrize(
    ("depth", "colour", "shown", "transparent", "other"),
    [
        (1, 0, b"\xff", b"\0\1", b"\0\0"),
        (2, 0, b"\x55", b"\0\1", b"\0\2"),
        (4, 0, b"\x77", b"\0\7", b"\0\6"),
        (8, 0, b"\x64", b"\0\x64", b"\0\x65"),
        (16, 0, b"\x75\x30", b"\x75\x30", b"\x75\x31"),
        (8, 2, b"abc", b"\0a\0b\0c", b"\0a\0b\0d"),
        (16, 2, b"a1b2c3", b"a1b2c3", b"a1b2d3"),
    ],
)
def test_the_one_transparent_colour_of_a_png(
    depth: int, colour: int, shown: bytes, transparent: bytes, other: bytes
) -> None:
    bands = 3 if colour else 1
    row = b"\0" + (shown * 16)[: 16 * depth * bands // 8]
    for named, mode in ((transparent, "RGBA"), (other, "RGB")):
        data = png((16, 16), depth, colour, row * 16, png_chunk(b"tRNS", named))
        assert opened(inspect(data)).mode == mode


def test_colours_that_a_palette_has_twice_keep_their_own_transparency() -> None:
    palette = png_chunk(b"PLTE", b"\xff\0\0" * 3) + png_chunk(b"tRNS", b"\xff\xff\x00")
    data = png((16, 16), 8, 3, (b"\0" + b"\2" * 16) * 16, palette)
    assert pixel(opened(inspect(data)), (8, 8))[3] == 0
