import io

import pillow_heif
import pytest
from PIL import Image

from media.inspection import (
    RejectedError,
    RenditionFormat,
    RenditionSpec,
    inspect_image,
)
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.inspected import (
    BLUE,
    LIME,
    RED,
    SRGB,
    WHITE,
    inspect,
)
from tests.unit.lambdas.media.inspection.sample_images import (
    GPS,
    corners,
    exif,
    png_chunk,
    png_header,
    quadrants,
    saved,
)


def rejection(data: bytes, limits: Limits | None = None) -> RejectionReason:
    with pytest.raises(RejectedError) as caught:
        inspect(data, limits)
    assert caught.value.message
    return caught.value.reason


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


def test_a_box_is_cut_from_the_upright_image() -> None:
    data = saved(quadrants(), "JPEG", exif=exif({0x0112: 6}))
    (cut,) = inspect_image(data, Limits(), (RenditionSpec("cut", width=16, height=48),)).renditions
    assert (cut.width, cut.height) == (16, 48)
    assert corners(cut.data) == [BLUE, RED, WHITE, LIME]


def test_jpeg_renditions_show_white_where_nothing_is() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    specs = (RenditionSpec("a", 20, format=RenditionFormat.JPEG),)
    (made,) = inspect_image(saved(clear, "PNG"), Limits(), specs).renditions
    assert corners(made.data) == [WHITE] * 4


def test_an_animation_tells_its_duration_and_a_still_none() -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 100, 200)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=120)
    assert inspect(moving).duration_ms == 360
    assert inspect(saved(quadrants(), "PNG")).duration_ms is None


def test_a_png_is_turned_also_by_exif_behind_its_pixels() -> None:
    data = saved(quadrants(), "PNG")
    end = data.index(b"IEND") - 4
    block = exif({0x0112: 6}).removeprefix(b"Exif\0\0")
    image = inspect(data[:end] + png_chunk(b"eXIf", block) + data[end:])
    assert (image.width, image.height) == (40, 60)
    assert corners(image.renditions[0].data) == [BLUE, RED, WHITE, LIME]
