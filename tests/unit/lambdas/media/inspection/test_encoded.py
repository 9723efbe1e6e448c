"""The bytes of a rendition hold one image of the requested size, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from media.inspection import RenditionFormat, RenditionSpec, inspect_image
from media.inspection.encoded import is_plain
from media.model.limits import Limits
from media.rendering.encode import encode
from tests.unit.lambdas.media.inspection.sample_images import GPS, exif, quadrants, saved

SIZE = (60, 40)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LEAKS = {
    "exif": exif({0x010F: "Secret"}, GPS),
    "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Secret</x:xmpmeta>",
    "icc_profile": PROFILE,
}
FORMATS = tuple(RenditionFormat)


def made(rendition_format: RenditionFormat, mode: str = "RGB", effort: int = 2) -> bytes:
    image = quadrants(SIZE).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(SIZE))
    return encode(image, RenditionSpec("a", 60, format=rendition_format, effort=effort))


@pytest.mark.parametrize("rendition_format", FORMATS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("effort", [0, 2, 6])
def test_what_our_encoders_write_is_plain(
    rendition_format: RenditionFormat, mode: str, effort: int
) -> None:
    assert is_plain(made(rendition_format, mode, effort), rendition_format, SIZE)


def test_every_rendition_of_the_corpus_is_plain(corpus: Path) -> None:
    specs = (
        *(RenditionSpec(f"{f.value}-small", 64, format=f) for f in FORMATS),
        *(RenditionSpec(f"{f.value}-cut", width=300, height=200, format=f) for f in FORMATS),
    )
    for entry in json.loads((corpus / "manifest.json").read_text()):
        if entry["status"] == "ready":
            data = (corpus / entry["file"]).read_bytes()
            for each in inspect_image(data, Limits(), specs).renditions:
                about = f"{each.name} of {entry['file']}"
                assert is_plain(each.data, each.format, (each.width, each.height)), about


@pytest.mark.parametrize("rendition_format", FORMATS)
@pytest.mark.parametrize("leak", LEAKS)
def test_metadata_is_seen(rendition_format: RenditionFormat, leak: str) -> None:
    data = saved(quadrants(SIZE), rendition_format.value, **{leak: LEAKS[leak]})
    assert not is_plain(data, rendition_format, SIZE)


@pytest.mark.parametrize("rendition_format", FORMATS)
def test_another_format_another_size_and_what_follows_are_seen(
    rendition_format: RenditionFormat,
) -> None:
    data = made(rendition_format)
    assert not is_plain(data, rendition_format, (40, 60))
    assert not is_plain(data + b"\0", rendition_format, SIZE)
    assert not is_plain(data + made(rendition_format), rendition_format, SIZE)
    assert not is_plain(b"<html>" + data, rendition_format, SIZE)
    for other in set(FORMATS) - {rendition_format}:
        assert not is_plain(data, other, SIZE)


def test_a_comment_and_a_thumbnail_in_a_jpeg_are_seen() -> None:
    data = made(RenditionFormat.JPEG)
    comment = b"\xff\xfe\x00\x08Secret"
    assert not is_plain(data[:2] + comment + data[2:], RenditionFormat.JPEG, SIZE)
    with_thumbnail = data[:18] + b"\x01\x01" + data[20:]
    assert not is_plain(with_thumbnail, RenditionFormat.JPEG, SIZE)


def test_a_riff_chunk_more_is_seen() -> None:
    data = made(RenditionFormat.WEBP) + b"XMP \x06\0\0\0Secret"
    whole = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    assert not is_plain(whole, RenditionFormat.WEBP, SIZE)


def test_bytes_of_an_avif_that_no_item_shows_are_seen() -> None:
    data = made(RenditionFormat.AVIF)
    at = data.rindex(b"mdat") - 4
    length = int.from_bytes(data[at : at + 4]) + 6
    hidden = data[:at] + length.to_bytes(4) + data[at + 4 :] + b"Secret"
    assert not is_plain(hidden, RenditionFormat.AVIF, SIZE)


@pytest.mark.parametrize("rendition_format", FORMATS)
def test_no_truncation_is_plain(rendition_format: RenditionFormat) -> None:
    data = made(rendition_format)
    assert not [end for end in range(len(data)) if is_plain(data[:end], rendition_format, SIZE)]


@given(st.sampled_from(FORMATS), st.data())
@settings(max_examples=300)
def test_damage_never_raises(rendition_format: RenditionFormat, draw: st.DataObject) -> None:
    data = bytearray(made(rendition_format))
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, min(400, len(data) - 1)))] = draw.draw(st.integers(0, 255))
    is_plain(bytes(data), rendition_format, SIZE)
