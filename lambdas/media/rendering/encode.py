"""Makes renditions: scales each from the next larger one, and encodes without metadata."""

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image

from media.model.formats import ImageFormat
from media.rendering.geometry import place
from media.rendering.plugins import load_plugin
from media.rendering.scale import resize
from media.rendering.specs import RenditionFormat, RenditionSpec, rendition_digest

# libavif counts the other way round: speed 10 is the fastest.
_AVIF_FASTEST = 10
_WORTH_THREADS = 2


@dataclass(frozen=True, slots=True)
class Rendition:
    """An encoded rendition: name, digest, size in pixels, and bytes."""

    name: str
    digest: str
    width: int
    height: int
    data: bytes
    format: RenditionFormat = RenditionFormat.WEBP

    @property
    def content_type(self) -> str:
        """The media type it is served with."""
        return self.format.content_type

    @property
    def filename(self) -> str:
        """The last segment of its key."""
        return f"{self.name}.{self.format.extension}"


def draw(
    image: Image.Image, size: tuple[int, int], specs: Sequence[RenditionSpec]
) -> list[Image.Image]:
    """Scale an image for each spec, each from the next larger one.

    Parameters
    ----------
    image
        Upright, in RGB or RGBA, at least as large as the largest spec requires.
    size
        The width and height in pixels of the original, which decide the proportions.
    specs
        The requested renditions.

    Returns
    -------
    list of PIL.Image.Image
        In the order of `specs`.
    """
    placements = {spec.name: place(size, spec) for spec in specs}
    drawn: dict[str, Image.Image] = {}
    for name, placement in sorted(
        placements.items(), key=lambda item: item[1].scaled, reverse=True
    ):
        image = resize(image, placement.scaled)
        is_whole = placement.size == placement.scaled
        drawn[name] = image if is_whole else image.crop(placement.box)
    return [drawn[spec.name] for spec in specs]


def encode_all(images: Sequence[Image.Image], specs: Sequence[RenditionSpec]) -> tuple[bytes, ...]:
    """Encode each image by its spec, in parallel if there is more than one processor."""
    workers = min(len(specs), _processors())
    if workers < _WORTH_THREADS:
        return tuple(map(encode, images, specs))
    # The encoders release the GIL while they work.
    with ThreadPoolExecutor(workers) as pool:
        return tuple(pool.map(encode, images, specs))


def encode(image: Image.Image, spec: RenditionSpec) -> bytes:
    """Encode an image at its present size, without any metadata."""
    plain = _flattened(image) if spec.format is RenditionFormat.JPEG else image
    # Some of Pillow's encoders write what they find here unasked.
    plain.info.clear()
    load_plugin(ImageFormat(spec.format.value))
    output = io.BytesIO()
    plain.save(output, spec.format.value, **_options(spec))
    return output.getvalue()


def name_rendition(
    data: bytes, spec: RenditionSpec, size: tuple[int, int], source_sha256: str
) -> Rendition:
    """Build the rendition that encoded bytes are.

    Parameters
    ----------
    data
        The bytes.
    spec
        The requested rendition.
    size
        The width and height in pixels of the original.
    source_sha256
        The checksum of the original.
    """
    width, height = place(size, spec).size
    digest = rendition_digest(spec, source_sha256)
    return Rendition(spec.name, digest, width, height, data, spec.format)


def _processors() -> int:
    """Return the number of processors that this process may use, if the system reports it."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _options(spec: RenditionSpec) -> dict[str, Any]:
    match spec.format:
        case RenditionFormat.WEBP:
            return {"quality": spec.quality, "method": spec.effort}
        case RenditionFormat.JPEG:
            return {
                "quality": spec.quality,
                "optimize": spec.effort > 0,
                "progressive": spec.effort > 0,
            }
        case RenditionFormat.AVIF:
            # One thread, so that the bytes do not depend on the machine.
            speed = _AVIF_FASTEST - spec.effort
            return {"quality": spec.quality, "speed": speed, "max_threads": 1}


def _flattened(image: Image.Image) -> Image.Image:
    """Flatten an image onto white, because JPEG has no transparency."""
    if image.mode != "RGBA":
        return image
    background = Image.new("RGB", image.size, "white")
    background.paste(image, mask=image.getchannel("A"))
    return background
