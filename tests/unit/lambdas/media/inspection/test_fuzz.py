"""Damaged files end as ready or rejected, whatever their format."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media.inspection import RejectedError, RenditionSpec, inspect_image
from media.model.images import RejectionReason
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.sample_images import (
    GPS,
    exif,
    png,
    png_chunk,
    quadrants,
    saved,
)

LIMITS = Limits(pixels=4_000_000)
SPECS = (RenditionSpec("a", 24), RenditionSpec("b", width=17, height=29))
LARGEST = 60_000
DAMAGED_TO = {RejectionReason.CORRUPT, RejectionReason.UNSUPPORTED_FORMAT}


def survives(data: bytes) -> RejectionReason | None:
    """Look at a file: anything but an image or a rejection fails the test that asks."""
    try:
        image = inspect_image(data, LIMITS, SPECS)
    except RejectedError as rejection:
        return rejection.reason
    assert image.width * image.height <= LIMITS.pixels
    return None


def generated() -> Iterator[bytes]:
    drawn = quadrants((40, 30))
    moving = {"save_all": True, "append_images": [Image.new("RGB", (40, 30))] * 2}
    block = exif({0x0112: 6, 0x010F: "Camera"}, GPS)
    for name in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF"):
        yield saved(drawn, name, exif=block)
    for name in ("GIF", "PNG", "WEBP", "AVIF", "TIFF"):
        yield saved(drawn, name, **moving)
    for mode in ("L", "CMYK"):
        yield saved(drawn.convert(mode), "JPEG", progressive=True)
    for compression in ("tiff_lzw", "jpeg", "tiff_adobe_deflate", "packbits", "lzma", "zstd"):
        yield saved(drawn, "TIFF", compression=compression)
    yield saved(drawn.convert("1"), "TIFF", compression="group4")
    yield saved(drawn.quantize(5), "PNG", transparency=b"\x00\x80")
    yield saved(drawn.convert("RGBA"), "WEBP", lossless=True)
    yield png((16, 2), 16, 0, bytes(33 * 2), png_chunk(b"tRNS", b"\0\0"))


SEEDS = list(generated())


@settings(max_examples=300)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.none() | st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6),
    early=st.booleans(),
)
def test_a_damaged_image_is_a_image_or_a_rejection(
    seed: bytes,
    cut: float | None,
    flips: list[tuple[float, int]],
    early: bool,
) -> None:
    data = bytearray(seed)
    # Headers are where a single byte does most.
    reach = min(len(data), 200) if early else len(data)
    for place, value in flips:
        data[int(place * reach)] = value
    survives(bytes(data if cut is None else data[: int(cut * len(data))]))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_a_part_of_a_image_is_no_image(name: str) -> None:
    whole = saved(Image.effect_noise((90, 70), 80).convert("RGB"), name)
    for share in (0.02, 0.2, 0.5, 0.8):
        assert survives(whole[: int(share * len(whole))]) in DAMAGED_TO


def test_damaged_files_of_the_corpus(corpus: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - the same damage every time, nothing secret
    for entry in json.loads((corpus / "manifest.json").read_text()):
        if not 0 < entry.get("bytes", 0) <= LARGEST:
            continue
        whole = (corpus / entry["file"]).read_bytes()
        for _ in range(8):
            data = bytearray(whole[: chance.randrange(1, len(whole) + 1)])
            for _ in range(chance.choice((0, 1, 4, 16))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            survives(bytes(data))
