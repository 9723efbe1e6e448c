"""A confined process makes the same bytes as an unconfined one."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from media.inspection import (
    InspectedImage,
    Inspector,
    RejectedError,
    RenditionFormat,
    RenditionSpec,
    inspect_image,
)
from media.model.limits import Limits
from tests.unit.lambdas.media.inspection.sample_images import GPS, exif, png, quadrants, saved

SPECS = (
    RenditionSpec("large", 1600),
    *(RenditionSpec(f.value, 100, format=f) for f in RenditionFormat),
    RenditionSpec("cut", width=40, height=30, format=RenditionFormat.AVIF),
)
EXIF = exif({0x010F: "Höfe", 0x0112: 6, 0x0132: "2026:02:28 10:11:12"}, GPS)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()


def made_files() -> dict[str, bytes]:
    image = quadrants((320, 200))
    clear = image.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    about = {"exif": EXIF, "icc_profile": PROFILE}
    animated: dict[str, object] = {"save_all": True, "append_images": [image.rotate(180)]}
    depth_16 = png((4, 2), 16, 2, (b"\0" + bytes(range(24))) * 2)
    files = {
        "16-bit PNG": depth_16,
        "animated GIF": saved(image, "GIF", duration=40, **animated),
        "animated WebP": saved(image, "WEBP", duration=40, **animated),
        "animated PNG": saved(image, "PNG", duration=40, **animated),
        "AVIF sequence": saved(image, "AVIF", duration=40, **animated),
        "progressive JPEG": saved(image, "JPEG", progressive=True, **about),
        "CMYK JPEG": saved(image.convert("CMYK"), "JPEG"),
        "grey JPEG": saved(image.convert("L"), "JPEG"),
        "palette PNG": saved(image.quantize(), "PNG"),
        "deflated TIFF": saved(image, "TIFF", compression="tiff_adobe_deflate"),
        "TIFF of JPEG": saved(image, "TIFF", compression="jpeg"),
        "TIFF of floats": saved(image.convert("F"), "TIFF"),
        "fax": saved(image.convert("1"), "TIFF", compression="group4"),
        "LAB": saved(_lab(image), "TIFF"),
        "damaged JPEG": saved(image, "JPEG")[:-200],
    }
    for name in ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"):
        files[name] = saved(image, name, **about)
    for name in ("PNG", "WEBP", "AVIF", "HEIF", "TIFF"):
        files[f"clear {name}"] = saved(clear, name)
    return files


def _lab(image: Image.Image) -> Image.Image:
    lab = ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(lab), outputMode="LAB"
    )
    assert converted
    return converted


def outcome(inspect: Callable[[], InspectedImage]) -> InspectedImage | str:
    try:
        return inspect()
    except RejectedError as rejection:
        return rejection.message


def assert_same(inspector: Inspector, data: bytes, about: str) -> None:
    unconfined = outcome(lambda: inspect_image(data, Limits(), SPECS))
    assert outcome(lambda: inspector.inspect(data, "alice")) == unconfined, about


def test_files_of_every_kind_become_the_same() -> None:
    with Inspector(Limits(), SPECS) as inspector:
        inspector.start()
        pid = inspector.pid
        for name, data in made_files().items():
            assert_same(inspector, data, name)
        # None of them was the end of a process, which would have been tried again.
        assert inspector.pid == pid


def test_the_corpus_becomes_the_same(corpus: Path) -> None:
    with Inspector(Limits(), SPECS) as inspector:
        for path in sorted(corpus.iterdir()):
            if path.suffix not in (".md", ".json"):
                assert_same(inspector, path.read_bytes(), path.name)


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_a_image_of_more_threads_than_one_becomes_the_same(kind: str) -> None:
    """Decoders start threads, if at all, for larger images only."""
    output = io.BytesIO()
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(output, kind)
    with Inspector(Limits(), SPECS) as inspector:
        assert_same(inspector, output.getvalue(), kind)
