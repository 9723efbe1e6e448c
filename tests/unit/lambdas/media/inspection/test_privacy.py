"""Renditions hold pixels and nothing else, shown on the bytes that were written."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from media.inspection import (
    Rendition,
    RenditionFormat,
    RenditionSpec,
    inspect_image,
)
from media.model.limits import Limits
from media.rendering.encode import encode, name_rendition
from tests.unit.lambdas.media.inspection.containers import parts
from tests.unit.lambdas.media.inspection.sample_images import GPS, exif, quadrants, saved

PRIVATE = "Rue-du-Secret-7"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{PRIVATE}</x:xmpmeta>".encode()
IPTC = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\x14\x1c\x02\x5a\0\x0f" + PRIVATE.encode()
EXIF = exif({0x010E: PRIVATE, 0x010F: PRIVATE, 0x9286: PRIVATE.encode(), 0x0112: 6}, GPS)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SPECS = (
    RenditionSpec("same", 8192),
    RenditionSpec("cut", width=20, height=20),
    *(RenditionSpec(f.value, 30, format=f) for f in RenditionFormat),
    *(RenditionSpec(f"{f.value}-same", 8192, format=f) for f in RenditionFormat),
)
ALLOWED = {
    RenditionFormat.WEBP: {"VP8 ", "VP8L", "VP8X", "ALPH"},
    # JFIF, quantisation, frame, Huffman, scan.
    RenditionFormat.JPEG: {"E0", "DB", "C0", "C2", "C4", "DA"},
    RenditionFormat.AVIF: {
        *("ftyp", "meta", "hdlr", "pitm", "iloc", "iinf", "infe", "av01", "iref", "auxl", "iprp"),
        *("ipco", "ispe", "pixi", "av1C", "colr", "auxC", "ipma", "mdat"),
    },
}
TRACES = (
    PRIVATE.encode(),
    b"Exif",
    b"EXIF",
    b"xmp",
    b"8BIM",
    b"Photoshop",
    b"ICC_PROFILE",
    b"acsp",
)


def assert_clean(made: tuple[Rendition, ...], source: str) -> None:
    for rendition in made:
        about = f"{rendition.name} of {source}"
        surplus = set(parts(rendition.data)) - ALLOWED[rendition.format]
        assert not surplus, about
        assert not [trace for trace in TRACES if trace in rendition.data], about


def loaded_files() -> dict[str, bytes]:
    image = quadrants()
    jpeg = saved(image, "JPEG", exif=EXIF, xmp=XMP, icc_profile=PROFILE, comment=PRIVATE)
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    text.add_text("Comment", PRIVATE)
    options = {"exif": EXIF, "xmp": XMP, "icc_profile": PROFILE}
    clear = image.convert("RGBA")
    clear.putalpha(90)
    return {
        "jpeg": jpeg[:2] + b"\xff\xed" + (len(IPTC) + 2).to_bytes(2) + IPTC + jpeg[2:],
        "png": saved(image, "PNG", exif=EXIF, icc_profile=PROFILE, pnginfo=text),
        "clear png": saved(clear, "PNG", exif=EXIF, icc_profile=PROFILE, pnginfo=text),
        "webp": saved(image, "WEBP", **options),
        "avif": saved(image, "AVIF", **options),
        "heif": saved(image, "HEIF", **options),
        "tiff": saved(image, "TIFF", tiffinfo={0x010E: PRIVATE, 700: XMP}, icc_profile=PROFILE),
        "gif": saved(image, "GIF", comment=PRIVATE.encode()),
    }


@pytest.mark.parametrize("name", loaded_files())
def test_nothing_but_pixels_is_written(name: str) -> None:
    data = loaded_files()[name]
    assert PRIVATE.encode() in data
    assert_clean(inspect_image(data, Limits(), SPECS).renditions, name)


def test_renditions_of_the_corpus_are_clean(corpus: Path) -> None:
    for entry in json.loads((corpus / "manifest.json").read_text()):
        if entry["status"] == "ready":
            data = (corpus / entry["file"]).read_bytes()
            specs = (RenditionSpec("a", 64), *SPECS[2:5])
            assert_clean(inspect_image(data, Limits(), specs).renditions, entry["file"])


@pytest.mark.parametrize("rendition_format", RenditionFormat)
@pytest.mark.parametrize("leak", [{"exif": EXIF}, {"xmp": XMP}, {"icc_profile": PROFILE}])
def test_a_leak_would_be_seen(
    rendition_format: RenditionFormat, leak: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Make the encoder write what it must not: the check above has to fail then."""
    save = Image.Image.save

    def leaking(self: Image.Image, output: io.BytesIO, name: str, **options: object) -> None:
        save(self, output, name, **options, **leak)

    monkeypatch.setattr(Image.Image, "save", leaking)
    spec = RenditionSpec("a", 30, format=rendition_format)
    made = (name_rendition(encode(quadrants(), spec), spec, (60, 40), "0" * 64),)
    monkeypatch.undo()
    with pytest.raises(AssertionError):
        assert_clean(made, "a leaking encoder")
