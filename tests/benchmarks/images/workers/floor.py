"""The codecs alone: decode once, and encode images that have their final size already.

What lies between the two, scaling above all, is free here; no processor can be faster with the
same codecs.
"""

from __future__ import annotations

import io
from functools import lru_cache

import PIL
import pillow_heif
from PIL import Image, ImageOps

from tests.benchmarks.images.workers.protocol import Task, serve

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def make(task: Task) -> dict[str, bytes]:
    """Decode, forget, encode."""
    largest = max(task.sides.values())
    with Image.open(io.BytesIO(task.data)) as image:
        scale = min(1.0, largest / max(image.size))
        image.draft(None, (round(image.width * scale), round(image.height * scale)))
        image.load()
    return {
        name: _encode(picture, task.quality, task.effort)
        for name, picture in _scaled(task.data, tuple(task.sides.items()))
    }


@lru_cache(maxsize=1)
def _scaled(data: bytes, sides: tuple[tuple[str, int], ...]) -> list[tuple[str, Image.Image]]:
    """Scale once, in the first request, whose time is thrown away."""
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        scaled = []
        for name, side in sides:
            picture = upright.convert(mode)
            picture.thumbnail((side, side), Image.Resampling.LANCZOS)
            scaled.append((name, picture))
    return scaled


def _encode(picture: Image.Image, quality: int, effort: int) -> bytes:
    output = io.BytesIO()
    picture.save(output, "WEBP", quality=quality, method=effort, icc_profile=None, exif=b"")
    return output.getvalue()


if __name__ == "__main__":
    serve(make, {"pillow": PIL.__version__})
