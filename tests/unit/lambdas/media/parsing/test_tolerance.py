import struct
import tracemalloc
import zlib

import pytest
from PIL import Image, ImageCms

from media.inspection import inspect_image
from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits
from media.parsing.tolerance import repair
from tests.unit.lambdas.media.inspection.sample_images import quadrants, saved
from tests.unit.lambdas.media.parsing.headers import (
    SPECS,
    outcome,
    png_with,
)


def test_an_end_marker_may_be_missing_but_no_pixels() -> None:
    noise = saved(quadrants((600, 400)), "JPEG", quality=95, subsampling=0)
    assert outcome(noise[:-2]) == (ImageFormat.JPEG, 600, 400)
    assert outcome(noise[: len(noise) // 2]) is RejectionReason.CORRUPT
    assert outcome(noise + b"a trailer that some cameras write") == (ImageFormat.JPEG, 600, 400)


def test_damage_to_what_a_image_can_do_without_is_overlooked() -> None:
    damaged = png_with(b"tEXt", b"a\0b", checksum=0)
    assert repair(damaged, ImageFormat.PNG) == saved(quadrants(), "PNG")
    assert outcome(damaged) == (ImageFormat.PNG, 60, 40)
    sound = png_with(b"tEXt", b"a\0b")
    assert repair(sound, ImageFormat.PNG) is sound


@pytest.mark.parametrize(
    ("kind", "start"), [(b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")]
)
def test_what_unpacks_to_hundreds_of_megabytes_is_never_unpacked(kind: bytes, start: bytes) -> None:
    packed = zlib.compress(bytes(100_000_000))
    bomb = png_with(kind, start + packed)
    assert repair(bomb, ImageFormat.PNG) == saved(quadrants(), "PNG")
    assert outcome(bomb) == (ImageFormat.PNG, 60, 40)
    tracemalloc.start()
    repair(bomb, ImageFormat.PNG)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_a_profile_of_usual_size_is_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(quadrants(), "PNG", icc_profile=profile)
    assert repair(data, ImageFormat.PNG) is data


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
