"""Renditions: what is asked for, the digest that names it, and the encoding of its bytes."""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from PIL import Image, features
from PIL import __version__ as pillow_version

# Raised when the same parameters and libraries begin to give other pixels.
_PIPELINE_VERSION = 1
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MAX_SIDE = 16_383
_DIGEST_CHARACTERS = 32
# How much larger than its target a picture may stay before the Lanczos filter takes over.
_REDUCING_GAP = 3.0


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """A rendition that is asked for.

    Parameters
    ----------
    name
        What it is called in keys and answers: lower case letters, digits and hyphens.
    longest_side
        Its longest side in pixels; smaller pictures keep their size.
    quality
        WebP quality, 1 to 100.
    effort
        WebP effort, 0 (fast) to 6 (small).
    """

    name: str
    longest_side: int
    quality: int = 80
    effort: int = 2

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(str(self.name)):
            message = f"rendition name {self.name!r}: use lower case letters, digits and hyphens"
            raise ValueError(message)
        for name, highest in (("longest_side", _MAX_SIDE), ("quality", 100), ("effort", 6)):
            value = getattr(self, name)
            lowest = 0 if name == "effort" else 1
            if type(value) is not int or not lowest <= value <= highest:
                message = f"rendition {self.name}: {name} must be {lowest} to {highest}"
                raise ValueError(message)


DEFAULT_RENDITIONS = (
    RenditionSpec("thumb", 256),
    RenditionSpec("small", 640),
    RenditionSpec("large", 1600),
)


@dataclass(frozen=True, slots=True)
class Rendition:
    """A rendition that was made: its name, digest, size in pixels, and encoded bytes."""

    name: str
    digest: str
    width: int
    height: int
    data: bytes
    content_type: str = "image/webp"

    @property
    def filename(self) -> str:
        """The last part of its key."""
        return f"{self.name}.webp"


def read_specs(values: Iterable[Mapping[str, object]]) -> tuple[RenditionSpec, ...]:
    """Read rendition specs from configuration.

    Raises
    ------
    ValueError
        If there is none, a field is unknown, missing or wrong, or a name is used twice.
    """
    known = {field.name for field in fields(RenditionSpec)}
    specs = []
    for value in values:
        if unknown := sorted(set(value) - known):
            message = f"unknown rendition field {unknown[0]!r}: use {', '.join(sorted(known))}"
            raise ValueError(message)
        if missing := sorted({"name", "longest_side"} - set(value)):
            message = f"a rendition lacks {missing[0]!r}"
            raise ValueError(message)
        specs.append(RenditionSpec(**value))  # type: ignore[arg-type]  # __post_init__ checks
    if not specs:
        raise ValueError("no rendition is asked for: name at least one")
    if len({spec.name for spec in specs}) < len(specs):
        raise ValueError("two renditions have the same name: give each its own")
    return tuple(specs)


def rendition_digest(spec: RenditionSpec, source_sha256: str) -> str:
    """Name a rendition by all that decides its bytes: parameters, encoder, source.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    decisive = {
        "spec": asdict(spec),
        "encoder": [_PIPELINE_VERSION, pillow_version, features.version("webp")],
        "source": source_sha256,
    }
    canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_CHARACTERS]


def fit_within(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Scale a size down, never up, so that its longest side fits; no side falls below 1."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale a picture down with the Lanczos filter; the same picture where the size is the same."""
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def encode(image: Image.Image, spec: RenditionSpec, source_sha256: str) -> Rendition:
    """Encode a picture that has its final size as a rendition without any metadata."""
    # Pillow writes profile, EXIF and XMP only when they are handed over, and none is.
    output = io.BytesIO()
    image.save(output, "WEBP", quality=spec.quality, method=spec.effort)
    return Rendition(
        name=spec.name,
        digest=rendition_digest(spec, source_sha256),
        width=image.width,
        height=image.height,
        data=output.getvalue(),
    )
