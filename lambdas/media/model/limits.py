"""Limits on files, and the bounds of rendition options.

The limits are checked on a file's header, before any pixel is decoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

# Of a rendition: its name, which is part of a key, its sides in pixels, and its encoder's quality.
# terraform/variables.tf repeats the bounds of the sides, because it cannot import them. WebP, the
# format with the lowest maximum, allows 16,383.
RENDITION_NAME = r"[a-z][a-z0-9-]{0,31}"
RENDITION_SIDE_MIN, RENDITION_SIDE_MAX = 16, 8192
RENDITION_QUALITY_MIN, RENDITION_QUALITY_MAX = 1, 100

# An animation is composed frame by frame: the area of all frames counts.
_AREA_BUDGET_IN_STILLS = 25


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits on a file; the processor's memory is sized for them.

    Parameters
    ----------
    upload_bytes
        Size of the file in bytes.
    pixels
        Width times height of one frame.
    frames
        Number of frames of an animation, or pages of a TIFF.
    """

    upload_bytes: int = 50 * 1024 * 1024
    pixels: int = 80_000_000
    frames: int = 1000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not int or value < 1:
                message = f"limits.{field.name} must be a whole number of 1 or more, not {value!r}"
                raise ValueError(message)

    @property
    def frame_pixels(self) -> int:
        """The most pixels that all frames may have together."""
        return _AREA_BUDGET_IN_STILLS * self.pixels

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> "Limits":
        """Read limits from configuration; omitted limits keep their defaults.

        Raises
        ------
        ValueError
            If a name is unknown or a value is not a whole number of 1 or more.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            message = f"unknown limit {unknown[0]!r}: write one of {', '.join(sorted(known))}"
            raise ValueError(message)
        return cls(**values)  # type: ignore[arg-type]  # __post_init__ checks the types
