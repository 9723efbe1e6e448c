"""Specifications of renditions, validated, and the digests that identify renditions."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from PIL import __version__ as pillow_version
from PIL import features

from media.model.formats import ImageFormat
from media.model.limits import (
    RENDITION_NAME,
    RENDITION_QUALITY_MAX,
    RENDITION_QUALITY_MIN,
    RENDITION_SIDE_MAX,
    RENDITION_SIDE_MIN,
)
from media.rendering import libvips

# Increment this when the same parameters and libraries produce different pixels.
_PIPELINE_VERSION = 3
_NAME = re.compile(RENDITION_NAME)
_DIGEST_CHARACTERS = 32
_SIZES = ("longest_side", "width", "height")
_BOUNDS = {
    **dict.fromkeys(_SIZES, (RENDITION_SIDE_MIN, RENDITION_SIDE_MAX)),
    "quality": (RENDITION_QUALITY_MIN, RENDITION_QUALITY_MAX),
    "effort": (0, 6),
}
_SHAPES = "either longest_side, or width and height"


class RenditionFormat(StrEnum):
    """An output format of renditions."""

    WEBP = "webp"
    JPEG = "jpeg"
    AVIF = "avif"

    @property
    def content_type(self) -> str:
        """The media type it is served with."""
        return ImageFormat(self.value).content_type

    @property
    def extension(self) -> str:
        """The usual file extension, without the dot."""
        return ImageFormat(self.value).extension

    @property
    def encoder(self) -> str | None:
        """The version of the library that decides the bytes."""
        name = {"jpeg": "libjpeg_turbo"}.get(self.value, self.value)
        return features.version(name)


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """The specification of a rendition.

    Parameters
    ----------
    name
        Its name in keys and responses: lower-case letters, digits and hyphens.
    longest_side
        Its longest side in pixels, with the proportions kept; smaller images keep their size.
    width, height
        Instead of `longest_side`: a box in pixels that the image fills, cropped evenly on both
        sides. A smaller image is cropped to the proportions of the box.
    format
        Its output format.
    quality
        The encoder's quality, 1 to 100.
    effort
        The encoder's effort, 0 (fast) to 6 (small).

    Raises
    ------
    ValueError
        If a value is wrong, or the size is missing or given twice.
    """

    name: str
    longest_side: int | None = None
    width: int | None = None
    height: int | None = None
    format: RenditionFormat = RenditionFormat.WEBP
    quality: int = 80
    effort: int = 2

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(str(self.name)):
            message = f"rendition name {self.name!r}: use lower-case letters, digits and hyphens"
            raise ValueError(message)
        given = tuple(name for name in _SIZES if getattr(self, name) is not None)
        if given not in (("longest_side",), ("width", "height")):
            message = f"rendition {self.name}: give {_SHAPES}"
            raise ValueError(message)
        for name in (*given, "quality", "effort"):
            value = getattr(self, name)
            lowest, highest = _BOUNDS[name]
            if type(value) is not int or not lowest <= value <= highest:
                message = f"rendition {self.name}: {name} must be {lowest} to {highest}"
                raise ValueError(message)
        if self.format not in tuple(RenditionFormat):
            message = f"rendition {self.name}: format must be {' or '.join(RenditionFormat)}"
            raise ValueError(message)
        object.__setattr__(self, "format", RenditionFormat(self.format))

    @property
    def filename(self) -> str:
        """The last segment of the key of its renditions."""
        return f"{self.name}.{self.format.extension}"


DEFAULT_RENDITIONS = (
    RenditionSpec("thumb", 256),
    RenditionSpec("small", 640),
    RenditionSpec("large", 1600),
)


def read_specs(values: Iterable[object]) -> tuple[RenditionSpec, ...]:
    """Read rendition specs from configuration.

    Parameters
    ----------
    values
        One mapping per rendition: `name` and `longest_side`, or `name`, `width` and `height`;
        `format`, `quality` and `effort` are optional.

    Raises
    ------
    TypeError, ValueError
        If there are none, one is not an object, a field is unknown, missing or wrong, or a name
        is used twice.
    """
    specs = tuple(_read_spec(value) for value in values)
    if not specs:
        raise ValueError("there are no renditions: specify at least one")
    if len({spec.name for spec in specs}) < len(specs):
        raise ValueError("two renditions have the same name: give each a different one")
    return specs


def _read_spec(value: object) -> RenditionSpec:
    known = {field.name for field in fields(RenditionSpec)}
    if not isinstance(value, Mapping):
        message = f"a rendition must be an object with a name and {_SHAPES}, not {value!r}"
        raise TypeError(message)
    if unknown := sorted(set(value) - known):
        message = f"unknown rendition field {unknown[0]!r}: use {', '.join(sorted(known))}"
        raise ValueError(message)
    if "name" not in value:
        raise ValueError("a rendition has no name: add one")
    # Optional fields that Terraform leaves out arrive as null.
    given = {name: field for name, field in value.items() if field is not None}
    return RenditionSpec(**given)


def rendition_digest(spec: RenditionSpec, source_sha256: str) -> str:
    """Compute the digest of everything that decides the bytes: parameters, libraries, source.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    decisive = {
        "spec": asdict(spec),
        "pipeline": _PIPELINE_VERSION,
        "libraries": [pillow_version, libvips.version(), spec.format.encoder],
        "source": source_sha256,
    }
    canonical = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_CHARACTERS]
