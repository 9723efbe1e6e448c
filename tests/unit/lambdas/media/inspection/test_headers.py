"""What is told from a file's bytes before any decoder sees them."""

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from media.inspection import RejectedError, RenditionSpec, inspect_image
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from media.parsing.stated_size import stated_size
from media.parsing.tolerance import mend
from media.parsing.variants import is_whole_tiff, unsupported_variant
from tests.unit.lambdas.media.inspection.pictures import png_header, quadrants, saved

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


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_stated_size_is_the_pictures(name: str, mode: str) -> None:
    if (name, mode) == ("JPEG", "RGBA"):
        mode = "L"
    data = saved(quadrants().convert(mode), name)
    assert stated_size(data, ImageFormat(name.lower())) == (60, 40)


def test_a_container_states_the_size_that_is_coded() -> None:
    # The codec works in blocks of 16 and the container then cuts to the picture.
    assert stated_size(saved(quadrants(), "HEIF"), ImageFormat.HEIF) == (64, 64)


def test_the_stated_size_of_each_kind_of_webp() -> None:
    picture = quadrants()
    assert stated_size(saved(picture, "WEBP", lossless=True), ImageFormat.WEBP) == (60, 40)
    assert stated_size(saved(picture, "WEBP", exif=b"Exif\0\0II"), ImageFormat.WEBP) == (60, 40)


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
def test_too_many_pixels_are_told_also_where_the_rest_is_missing(data: bytes) -> None:
    assert outcome(data) is RejectionReason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "data",
    [
        with_jpeg_frame(0xC1, bits=12),
        with_jpeg_frame(0xC3),
        with_jpeg_frame(0xC5),
        tiff({254: 1, 256: 160, 257: 120, 330: 200}),
        tiff({256: 160, 257: 120, 50_706: b"\1\4\0\0\0"}),
        tiff({256: 160, 257: 120, 262: 32_803}),
        tiff({256: 160, 257: 120}, head=b"CR\2\0" + bytes(4)),
        tiff({256: 160, 257: 120, 258: 8, 259: 50_001, 262: 1, 273: 8, 277: 1, 279: 9}),
        tiff({256: 16, 257: 12, 258: 7, 259: 1, 262: 1, 273: 8, 277: 1, 279: 9}),
    ],
)
def test_what_is_well_made_but_never_shown_is_unsupported(data: bytes) -> None:
    assert outcome(data) is RejectionReason.UNSUPPORTED_FORMAT


def test_an_end_marker_may_be_missing_but_no_pixels() -> None:
    noise = saved(quadrants((600, 400)), "JPEG", quality=95, subsampling=0)
    assert outcome(noise[:-2]) == (ImageFormat.JPEG, 600, 400)
    assert outcome(noise[: len(noise) // 2]) is RejectionReason.CORRUPT
    assert outcome(noise + b"a trailer that some cameras write") == (ImageFormat.JPEG, 600, 400)


def test_a_picture_in_hundreds_of_passes_is_refused() -> None:
    data = saved(quadrants(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert outcome(data) == (ImageFormat.JPEG, 60, 40)
    assert outcome(data[:last] + data[last:-2] * 300) is RejectionReason.CORRUPT


def test_what_a_phone_appends_to_a_picture_counts_for_nothing() -> None:
    for progressive in (False, True):
        picture = saved(quadrants(), "JPEG", progressive=progressive)
        film = b"\0\0\0\x18ftypmp42" + b"\xff\xda\0\0" * 1000
        assert outcome(picture + film) == (ImageFormat.JPEG, 60, 40)


def png_with(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    data = saved(quadrants(), "PNG")
    crc = zlib.crc32(kind + body) if checksum is None else checksum
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
    return data[:33] + chunk + data[33:]


def test_damage_to_what_a_picture_can_do_without_is_overlooked() -> None:
    damaged = png_with(b"tEXt", b"a\0b", checksum=0)
    assert mend(damaged, ImageFormat.PNG) == saved(quadrants(), "PNG")
    assert outcome(damaged) == (ImageFormat.PNG, 60, 40)
    sound = png_with(b"tEXt", b"a\0b")
    assert mend(sound, ImageFormat.PNG) is sound


@pytest.mark.parametrize(
    ("kind", "start"), [(b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")]
)
def test_what_unpacks_to_hundreds_of_megabytes_is_never_unpacked(kind: bytes, start: bytes) -> None:
    packed = zlib.compress(bytes(100_000_000))
    bomb = png_with(kind, start + packed)
    assert mend(bomb, ImageFormat.PNG) == saved(quadrants(), "PNG")
    assert outcome(bomb) == (ImageFormat.PNG, 60, 40)
    tracemalloc.start()
    mend(bomb, ImageFormat.PNG)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_a_profile_of_usual_size_is_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(quadrants(), "PNG", icc_profile=profile)
    assert mend(data, ImageFormat.PNG) is data


@pytest.mark.parametrize("kind", [b"acTL", b"fcTL", b"fdAT"])
def test_a_damaged_animation_leaves_the_still(kind: bytes) -> None:
    moving = saved(quadrants(), "PNG", save_all=True, append_images=[Image.new("RGB", (60, 40))])
    at = moving.rindex(kind)
    length = int.from_bytes(moving[at - 4 : at])
    body = kind + bytes([255]) * length
    damaged = moving[:at] + body + struct.pack(">I", zlib.crc32(body)) + moving[at + 8 + length :]
    image = inspect_image(damaged, Limits(), SPECS)
    assert (image.format, image.width, image.height) == (ImageFormat.PNG, 60, 40)


def test_more_transparency_than_colours_and_no_palette() -> None:
    palette = saved(quadrants().quantize(4), "PNG", transparency=bytes(4))
    start = palette.index(b"tRNS") - 4
    end = start + 12 + int.from_bytes(palette[start : start + 4])
    longer = b"tRNS" + bytes(300)
    chunk = struct.pack(">I", 300) + longer + struct.pack(">I", zlib.crc32(longer))
    assert outcome(palette[:start] + chunk + palette[end:]) == (ImageFormat.PNG, 60, 40)
    plain = saved(quadrants().quantize(4), "PNG")
    start = plain.index(b"PLTE") - 4
    end = start + 12 + int.from_bytes(plain[start : start + 4])
    assert outcome(plain[:start] + plain[end:]) is RejectionReason.CORRUPT


def test_items_say_what_a_container_holds_whatever_its_brand() -> None:
    avif, heif = saved(quadrants(), "AVIF"), saved(quadrants(), "HEIF")
    assert outcome(avif.replace(b"avif", b"heic")) == (ImageFormat.AVIF, 60, 40)
    assert outcome(heif.replace(b"heic", b"avif")) == (ImageFormat.HEIF, 60, 40)
    assert outcome(heif[:8] + b"zzzz" + heif[12:]) == (ImageFormat.HEIF, 60, 40)
    assert outcome(heif.replace(b"hvc1", b"vvc1")) is RejectionReason.UNSUPPORTED_FORMAT


@given(st.binary(max_size=300), st.sampled_from(ImageFormat))
def test_no_bytes_make_looking_at_headers_fail(data: bytes, image_format: ImageFormat) -> None:
    for start in (b"", b"\xff\xd8", b"II*\0\x08\0\0\0", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBPVP8X"):
        stated_size(start + data, image_format)
        unsupported_variant(start + data, image_format)
        mend(start + data, image_format)
        is_whole_tiff(start + data)
