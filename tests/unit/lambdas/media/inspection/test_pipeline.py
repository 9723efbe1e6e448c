import io

import pillow_heif
import pytest
from PIL import Image, ImageCms

from media.inspection import (
    DEFAULT_RENDITIONS,
    InspectedImage,
    RejectedError,
    RenditionFormat,
    RenditionSpec,
    inspect_image,
)
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.pictures import (
    GPS,
    corners,
    exif,
    pixel,
    png,
    png_chunk,
    png_header,
    quadrants,
    saved,
)

RED, LIME, BLUE, WHITE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)


def inspect(data: bytes, limits: Limits | None = None) -> InspectedImage:
    return inspect_image(data, limits or Limits(), DEFAULT_RENDITIONS)


def rejection(data: bytes, limits: Limits | None = None) -> RejectionReason:
    with pytest.raises(RejectedError) as caught:
        inspect(data, limits)
    assert caught.value.message
    return caught.value.reason


def opened(image: InspectedImage, name: str = "thumb") -> Image.Image:
    data = next(r.data for r in image.renditions if r.name == name)
    return Image.open(io.BytesIO(data))


def heif(image: Image.Image, **options: bytes) -> bytes:
    output = io.BytesIO()
    pillow_heif.from_pillow(image).save(output, quality=90, **options)
    return output.getvalue()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("JPEG", ImageFormat.JPEG),
        ("PNG", ImageFormat.PNG),
        ("GIF", ImageFormat.GIF),
        ("WEBP", ImageFormat.WEBP),
        ("AVIF", ImageFormat.AVIF),
        ("TIFF", ImageFormat.TIFF),
    ],
)
def test_every_accepted_format_becomes_upright_renditions(name: str, expected: ImageFormat) -> None:
    image = inspect(saved(quadrants(), name))
    assert (image.format, image.width, image.height, image.frames) == (expected, 60, 40, 1)
    assert [(r.name, r.width, r.height) for r in image.renditions] == [
        ("thumb", 60, 40),
        ("small", 60, 40),
        ("large", 60, 40),
    ]
    for rendition in image.renditions:
        assert corners(rendition.data) == [RED, LIME, BLUE, WHITE]


def test_heif_is_accepted_whatever_it_is_called() -> None:
    image = inspect(heif(quadrants()))
    assert (image.format, image.width, image.height) == (ImageFormat.HEIF, 60, 40)
    assert corners(image.renditions[0].data) == [RED, LIME, BLUE, WHITE]


def test_a_phones_mpo_is_a_jpeg_of_one_frame() -> None:
    data = saved(quadrants(), "MPO", save_all=True, append_images=[quadrants((30, 20))])
    image = inspect(data)
    assert (image.format, image.width, image.frames) == (ImageFormat.JPEG, 60, 1)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("tag", "upright"),
    [
        (1, [RED, LIME, BLUE, WHITE]),
        (2, [LIME, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, LIME, RED]),
        (4, [BLUE, WHITE, RED, LIME]),
        (5, [RED, BLUE, LIME, WHITE]),
        (6, [BLUE, RED, WHITE, LIME]),
        (7, [WHITE, LIME, BLUE, RED]),
        (8, [LIME, WHITE, RED, BLUE]),
        (9, [RED, LIME, BLUE, WHITE]),
    ],
)
def test_orientation_is_applied_before_size_is_recorded(
    name: str, tag: int, upright: list[tuple[int, ...]]
) -> None:
    image = inspect(saved(quadrants(), name, exif=exif({0x0112: tag})))
    size = (40, 60) if tag in (5, 6, 7, 8) else (60, 40)
    assert (image.width, image.height) == size
    for rendition in image.renditions:
        assert (rendition.width, rendition.height) == size
        assert corners(rendition.data) == upright


def test_sizes_follow_the_original_and_never_grow() -> None:
    image = inspect(saved(quadrants((3001, 1999)), "JPEG"))
    sizes = {r.name: (r.width, r.height) for r in image.renditions}
    assert sizes == {"thumb": (256, 171), "small": (640, 426), "large": (1600, 1066)}
    for rendition in image.renditions:
        assert Image.open(io.BytesIO(rendition.data)).size == sizes[rendition.name]


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1)])
def test_extreme_shapes_keep_at_least_one_pixel(size: tuple[int, int]) -> None:
    image = inspect(saved(Image.new("RGB", size, "teal"), "PNG"))
    assert min(min(r.width, r.height) for r in image.renditions) == 1
    assert image.average_colour == "#008080"


def test_renditions_carry_no_metadata_at_all() -> None:
    secret = b"Secret Street 7"
    block = exif({0x010F: "Camera", 0x010E: secret.decode(), 0x0112: 6}, GPS)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + secret + b"</x:xmpmeta>"
    originals = [
        saved(quadrants(), "JPEG", exif=block, xmp=xmp, icc_profile=SRGB, comment=secret),
        saved(quadrants(), "PNG", exif=block, icc_profile=SRGB),
        saved(quadrants(), "WEBP", exif=block, xmp=xmp, icc_profile=SRGB),
        saved(quadrants(), "AVIF", exif=block, xmp=xmp, icc_profile=SRGB),
        heif(quadrants(), exif=block, xmp=xmp),
    ]
    for original in originals:
        assert secret in original
        image = inspect(original)
        assert image.gps is not None
        for rendition in image.renditions:
            for trace in (b"EXIF", b"Exif", b"XMP ", b"xmpmeta", b"ICCP", b"Camera", secret):
                assert trace not in rendition.data


def test_gps_is_kept_apart_from_exif() -> None:
    image = inspect(saved(quadrants(), "JPEG", exif=exif({0x010F: "Camera"}, GPS)))
    assert image.exif == {"camera_make": "Camera"}
    assert image.gps
    assert (float(image.gps.latitude), float(image.gps.longitude)) == (43.467444, -11.885139)
    assert float(image.gps.altitude or 0) == -12.5


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


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


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


def test_what_the_header_asks_for_is_refused_before_a_pixel_is_decoded() -> None:
    assert rejection(png_header(65_536, 65_536)) is RejectionReason.TOO_MANY_PIXELS
    assert rejection(png_header(10_001, 8_000)) is RejectionReason.TOO_MANY_PIXELS
    # One pixel column fewer is within the limit, so decoding finds that the rest is missing.
    assert rejection(png_header(10_000, 8_000)) is RejectionReason.CORRUPT


def test_pillows_own_limit_is_left_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    inspect(saved(quadrants(), "PNG"), Limits(pixels=2_400))
    rejection(png_header(65_536, 65_536))
    assert before == Image.MAX_IMAGE_PIXELS


def test_frames_and_their_whole_area_are_limited() -> None:
    frames = [Image.new("L", (100, 100), shade) for shade in range(30)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert inspect(data, Limits(frames=30, pixels=12_000)).frames == 30
    assert rejection(data, Limits(frames=29)) is RejectionReason.TOO_MANY_FRAMES
    assert rejection(data, Limits(pixels=11_999)) is RejectionReason.TOO_MANY_FRAMES


def test_bytes_are_limited_both_ways() -> None:
    data = saved(quadrants(), "PNG")
    assert rejection(b"") is RejectionReason.EMPTY
    assert rejection(data, Limits(upload_bytes=len(data) - 1)) is RejectionReason.TOO_LARGE
    assert inspect(data, Limits(upload_bytes=len(data))).width == 60


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF"])
def test_a_truncated_file_is_corrupt_and_never_half_shown(name: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    data = saved(noise, name)
    for share in (0.1, 0.5, 0.9):
        assert rejection(data[: int(len(data) * share)]) is RejectionReason.CORRUPT


@pytest.mark.parametrize(
    "data",
    [b"<svg/>", b"BM" + bytes(60), b"%PDF-1.7", b"RIFF\0\0\0\0AVI ", b"\x00\x00\x00\x18ftypqt  "],
)
def test_what_is_no_accepted_format_is_refused(data: bytes) -> None:
    assert rejection(data) is RejectionReason.UNSUPPORTED_FORMAT


def test_the_same_file_always_gives_the_same_digests_and_bytes() -> None:
    data = saved(quadrants(), "PNG")
    assert inspect(data) == inspect(data)


@pytest.mark.parametrize("rendition_format", RenditionFormat)
def test_renditions_have_the_asked_format_and_shape(rendition_format: RenditionFormat) -> None:
    specs = (
        RenditionSpec("whole", 30, format=rendition_format),
        RenditionSpec("cut", width=20, height=20, format=rendition_format),
    )
    whole, cut = inspect_image(saved(quadrants(), "PNG"), Limits(), specs).renditions
    assert (whole.width, whole.height, cut.width, cut.height) == (30, 20, 20, 20)
    for rendition in (whole, cut):
        made = Image.open(io.BytesIO(rendition.data))
        assert made.format == rendition_format.value.upper()
        assert made.size == (rendition.width, rendition.height)
        assert corners(rendition.data) == [RED, LIME, BLUE, WHITE]
        assert rendition.content_type == f"image/{rendition_format.value}"
    assert whole.filename == f"whole.{'jpg' if rendition_format == 'jpeg' else rendition_format}"


def test_a_box_is_cut_from_the_upright_picture() -> None:
    data = saved(quadrants(), "JPEG", exif=exif({0x0112: 6}))
    (cut,) = inspect_image(data, Limits(), (RenditionSpec("cut", width=16, height=48),)).renditions
    assert (cut.width, cut.height) == (16, 48)
    assert corners(cut.data) == [BLUE, RED, WHITE, LIME]


def test_jpeg_renditions_show_white_where_nothing_is() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    specs = (RenditionSpec("a", 20, format=RenditionFormat.JPEG),)
    (made,) = inspect_image(saved(clear, "PNG"), Limits(), specs).renditions
    assert corners(made.data) == [WHITE] * 4


def test_transparent_colours_dont_bleed_when_scaled() -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (100, 100, 300, 300))
    red, _, blue, alpha = pixel(opened(inspect(saved(image, "PNG"))), (64, 100))
    assert alpha > 0
    assert red < 40 < blue


def test_an_animation_tells_its_duration_and_a_still_none() -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 100, 200)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=120)
    assert inspect(moving).duration_ms == 360
    assert inspect(saved(quadrants(), "PNG")).duration_ms is None


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


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "F", "I;16"])
def test_every_tiff_mode_is_scaled_too(mode: str) -> None:
    (made,) = inspect_image(
        saved(Image.new(mode, (700, 500)), "TIFF"), Limits(), (RenditionSpec("a", 70),)
    ).renditions
    assert (made.width, made.height) == (70, 50)


def test_lab_colours_are_right_after_scaling() -> None:
    lab = Image.new("LAB", (300, 300), (128, 200, 60))
    found = pixel(opened(inspect(saved(lab, "TIFF"))).convert("RGB"), (9, 9))
    assert found == pytest.approx((187, 50, 238), abs=6)


def test_a_png_is_turned_also_by_exif_behind_its_pixels() -> None:
    data = saved(quadrants(), "PNG")
    end = data.index(b"IEND") - 4
    block = exif({0x0112: 6}).removeprefix(b"Exif\0\0")
    image = inspect(data[:end] + png_chunk(b"eXIf", block) + data[end:])
    assert (image.width, image.height) == (40, 60)
    assert corners(image.renditions[0].data) == [BLUE, RED, WHITE, LIME]


def test_colours_that_a_palette_has_twice_keep_their_own_transparency() -> None:
    palette = png_chunk(b"PLTE", b"\xff\0\0" * 3) + png_chunk(b"tRNS", b"\xff\xff\x00")
    data = png((16, 16), 8, 3, (b"\0" + b"\2" * 16) * 16, palette)
    assert pixel(opened(inspect(data)), (8, 8))[3] == 0
