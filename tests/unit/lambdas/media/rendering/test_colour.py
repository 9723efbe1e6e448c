import pytest
from PIL import Image, ImageCms

from tests.unit.lambdas.media.inspection.inspected import (
    BLUE,
    LIME,
    RED,
    SRGB,
    WHITE,
    inspect,
    opened,
)
from tests.unit.lambdas.media.inspection.sample_images import (
    corners,
    pixel,
    png_chunk,
    quadrants,
    saved,
)


def test_a_cmyk_jpeg_is_not_inverted() -> None:
    image = inspect(saved(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"))
    red, green, blue = pixel(opened(image).convert("RGB"), (9, 9))
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize(("level", "expected"), [(0, 0), (30_000, 117), (65_535, 255)])
@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(name: str, level: int, expected: int) -> None:
    image = inspect(saved(Image.new("I;16", (20, 20), level), name))
    assert pixel(opened(image).convert("RGB"), (9, 9))[0] == pytest.approx(expected, abs=2)


def test_wide_gamut_colours_are_converted() -> None:
    tagged = saved(Image.new("RGB", (20, 20), (0, 255, 0)), "PNG", icc_profile=_swapped_profile())
    plain = saved(Image.new("RGB", (20, 20), (0, 255, 0)), "PNG")
    assert pixel(opened(inspect(plain)), (9, 9)) != pixel(opened(inspect(tagged)), (9, 9))


def _swapped_profile() -> bytes:
    """Take sRGB and exchange the primaries of red and green: colours must visibly move."""
    profile = bytearray(SRGB)
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))


@pytest.mark.parametrize(
    "profile",
    [
        *(b"", b"no profile", b"\x00" * 200, SRGB[:140]),
        SRGB[:16] + b"RG\x84 " + SRGB[20:],
        SRGB[:16] + b"CMYK" + SRGB[20:],
    ],
    # The last hold the time at which they were made; a test is called the same in every process.
    ids=("empty", "text", "zeros", "cut off", "no such colours", "other colours"),
)
def test_a_broken_profile_is_left_out_of_account(profile: bytes) -> None:
    image = inspect(saved(quadrants(), "JPEG", icc_profile=profile))
    assert corners(image.renditions[0].data) == [RED, LIME, BLUE, WHITE]


@pytest.mark.parametrize(
    ("gamma", "expected"),
    [
        (None, 128),
        (0.45455, 128),
        (1.0, 188),  # half the light, in sRGB
        (0.22727, 62),  # (128 / 255) ** 4.4 of the light
        (0.0, 128),
        (20000.0, 128),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "P"])
def test_a_pngs_gamma_is_applied(gamma: float | None, expected: int, mode: str) -> None:
    grey = Image.new("L", (32, 32), 128).convert(mode)
    if mode == "LA":
        grey.putalpha(200)
    data = saved(grey, "PNG")
    if gamma is not None:
        data = data[:33] + png_chunk(b"gAMA", round(gamma * 100_000).to_bytes(4)) + data[33:]
    red, green, blue = pixel(opened(inspect(data)).convert("RGBA"), (16, 16))[:3]
    assert max(abs(level - expected) for level in (red, green, blue)) <= 2


def test_a_word_of_srgb_or_a_profile_overrules_a_gamma() -> None:
    grey = Image.new("L", (32, 32), 128)
    gamma = png_chunk(b"gAMA", (100_000).to_bytes(4))
    srgb = saved(grey, "PNG")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profiled = saved(grey.convert("RGB"), "PNG", icc_profile=profile)
    for data in (srgb[:33] + png_chunk(b"sRGB", b"\0") + srgb[33:], profiled):
        level = pixel(opened(inspect(data[:33] + gamma + data[33:])).convert("RGB"), (16, 16))[0]
        assert abs(level - 128) <= 2


def test_lab_colours_are_right_after_scaling() -> None:
    lab = Image.new("LAB", (300, 300), (128, 200, 60))
    found = pixel(opened(inspect(saved(lab, "TIFF"))).convert("RGB"), (9, 9))
    assert found == pytest.approx((187, 50, 238), abs=6)
