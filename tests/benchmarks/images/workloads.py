"""The images that contenders are given, real ones where they are there, else stand-ins."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pillow_heif
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
# The quickest of the encoder's presets: a stand-in only has to be decoded.
HEIF_SETTINGS: dict[str, Any] = {"quality": 60, "enc_params": {"preset": "ultrafast"}}


@dataclass(frozen=True)
class Workload:
    """An image to make the default renditions of.

    Parameters
    ----------
    name : str
        What the tables call it.
    image : Path
        The file.
    origin : str
        Where the image comes from; says so when it is no real photograph.
    decoded : Path or None
        The same image as a TIFF that is not compressed, with its colour profile, for contenders
        that can't decode it; None where all can.
    """

    name: str
    picture: Path
    origin: str
    decoded: Path | None = None


@dataclass(frozen=True)
class _Source:
    name: str
    file: str
    size: tuple[int, int]
    mode: str = "RGB"


_BENCHMARK = _Source("JPEG 6 MP, sharp's own", "2569067123_aca715a2ee_o.jpg", (2725, 2225))
_PHONE = _Source("JPEG 9 MP, phone", "HMD_Nokia_8.3_5G.jpg", (4608, 1976))
_PAPER = _Source("PNG 3 MP, RGBA", "alpha-premultiply-2048x1536-paper.png", (2048, 1536), "RGBA")
_HEIC = _Source("HEIC 12 MP, phone", "iphone_13_pro_max.HEIC", (4032, 3024))


def make_workloads(pictures: Path | None, scratch: Path) -> Iterator[Workload]:
    """Yield the workloads; what has to be made first is made in `scratch`.

    Parameters
    ----------
    images : Path or None
        Folder of the real images; None stands for the corpus beside the checkout.
    """
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    folder = pictures or CORPUS
    for source in (_BENCHMARK, _PHONE):
        yield _workload(source, folder, scratch)
    heic = _workload(_HEIC, folder, scratch)
    with Image.open(heic.picture) as opened:
        profile = opened.info.get("icc_profile")
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    # No phone's JPEG of this size is at hand: the same camera's image, as it would save it.
    jpeg = scratch / "phone-12.jpg"
    upright.save(jpeg, quality=90, icc_profile=profile)
    yield Workload("JPEG 12 MP, phone", jpeg, f"{heic.origin}, encoded again as JPEG")
    yield _workload(_PAPER, folder, scratch)
    decoded = scratch / "phone-12.tif"
    upright.save(decoded, icc_profile=profile)
    yield Workload(heic.name, heic.picture, heic.origin, decoded)


def _workload(source: _Source, folder: Path, scratch: Path) -> Workload:
    real = folder / source.file
    if real.is_file():
        return Workload(source.name, real, "photograph")
    path = scratch / source.file
    picture = draw_stand_in(source.size, source.mode)
    match path.suffix:
        case ".HEIC":
            picture.save(path, "HEIF", **HEIF_SETTINGS)
        case ".jpg":
            picture.save(path, quality=90)
        case _:
            picture.save(path)
    return Workload(source.name, path, "generated stand-in")


def draw_stand_in(size: tuple[int, int], mode: str) -> Image.Image:
    """Draw clouds with fine grain, about as hard to encode as a photograph; always the same ones.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    mode : str
        ``RGB``, or ``RGBA`` for one that fades to the right.
    """
    source = random.Random(1)  # noqa: S311 - an image, not a secret
    picture = Image.new("RGB", size)
    for detail, share in ((8, 1.0), (64, 0.35), (512, 0.15)):
        grid = (detail, max(1, detail * size[1] // size[0]))
        noise = Image.frombytes("RGB", grid, source.randbytes(3 * grid[0] * grid[1]))
        picture = Image.blend(picture, noise.resize(size, Image.Resampling.BICUBIC), share)
    if mode == "RGBA":
        fade = Image.linear_gradient("L").rotate(90).resize(size)
        picture.putalpha(fade.point(lambda level: min(255, 2 * level)))
    return picture
