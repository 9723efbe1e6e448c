"""Rejections: how inspection reports that a file is at fault, and the message for each flaw.

All messages are written here: a compromised decoder can choose a flaw and its numbers, but cannot
write text that an owner would read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from media.model.formats import ImageFormat
from media.model.images import RejectionReason
from media.model.limits import Limits

_ANEW = "send the file again, or export it again from its source"
_COMMON = "which is not accepted: save it as a common JPEG or PNG"
_ACCEPTED = ", ".join(f.value.upper() for f in ImageFormat)


class Flaw(StrEnum):
    """What exactly is wrong with a file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_FORMAT = "no_format"
    UNCOMMON_JPEG = "uncommon_jpeg"
    CAMERA_RAW = "camera_raw"
    UNCOMMON_COMPRESSION = "uncommon_compression"
    UNCOMMON_TIFF = "uncommon_tiff"
    TOO_MANY_PIXELS = "too_many_pixels"
    MORE_PIXELS_INSIDE = "more_pixels_inside"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MANY_SCANS = "too_many_scans"
    FOREIGN_HEADER = "foreign_header"
    BROKEN_HEADER = "broken_header"
    NO_PIXELS = "no_pixels"
    BROKEN_PIXELS = "broken_pixels"
    NEEDS_MEMORY = "needs_memory"
    TOO_SLOW = "too_slow"
    ENDS_DECODER = "ends_decoder"
    NOT_AS_ANNOUNCED = "not_as_announced"


@dataclass(frozen=True, slots=True)
class Wording:
    """The reason of a flaw for programs, its message for people, and the numbers in that."""

    reason: RejectionReason
    words: str
    numbers: frozenset[str] = frozenset()


def _corrupt(words: str, *numbers: str) -> Wording:
    return Wording(RejectionReason.CORRUPT, f"{words}: {_ANEW}", frozenset(numbers))


def _unsupported(what: str) -> Wording:
    return Wording(RejectionReason.UNSUPPORTED_FORMAT, f"the file is {what}, {_COMMON}")


WORDINGS: Mapping[Flaw, Wording] = {
    Flaw.EMPTY: Wording(RejectionReason.EMPTY, "the file is empty: send it again"),
    Flaw.TOO_LARGE: Wording(
        RejectionReason.TOO_LARGE,
        "the file is larger than {limits.upload_bytes} bytes: send a smaller one",
    ),
    Flaw.NO_FORMAT: Wording(
        RejectionReason.UNSUPPORTED_FORMAT,
        f"the file is in none of the accepted formats: send one of {_ACCEPTED}",
    ),
    Flaw.UNCOMMON_JPEG: _unsupported("a lossless, hierarchical or 12-bit JPEG"),
    Flaw.CAMERA_RAW: _unsupported("a camera raw file"),
    Flaw.UNCOMMON_COMPRESSION: _unsupported("a TIFF with an uncommon compression"),
    Flaw.UNCOMMON_TIFF: _unsupported("a TIFF of an uncommon kind"),
    Flaw.TOO_MANY_PIXELS: Wording(
        RejectionReason.TOO_MANY_PIXELS,
        "the image has {width} x {height} pixels, but at most {limits.pixels} are accepted: "
        "scale it down and send it again",
        frozenset({"width", "height"}),
    ),
    Flaw.MORE_PIXELS_INSIDE: Wording(
        RejectionReason.TOO_MANY_PIXELS,
        "the image has too many pixels: scale it down and send it again",
    ),
    Flaw.TOO_MANY_FRAMES: Wording(
        RejectionReason.TOO_MANY_FRAMES,
        "the animation has {counted} frames of {width} x {height} pixels, but at most "
        "{limits.frames} frames and {limits.frame_pixels} pixels in all are accepted: "
        "shorten it or scale it down",
        frozenset({"frames", "width", "height"}),
    ),
    Flaw.TOO_MANY_SCANS: _corrupt(
        "the image is encoded in {scans} scans, far more than any program writes", "scans"
    ),
    Flaw.FOREIGN_HEADER: _corrupt(
        "the file begins like an accepted format, but its header can't be read"
    ),
    Flaw.BROKEN_HEADER: _corrupt("the header can't be read"),
    Flaw.NO_PIXELS: _corrupt("the header says that the image has no pixels"),
    Flaw.BROKEN_PIXELS: _corrupt("the image can't be decoded"),
    Flaw.NEEDS_MEMORY: _corrupt("the image needs more memory than any valid image would"),
    Flaw.TOO_SLOW: _corrupt("the image was not decoded within {seconds:g} seconds", "seconds"),
    Flaw.ENDS_DECODER: _corrupt("the image crashes its decoder"),
    Flaw.NOT_AS_ANNOUNCED: Wording(
        RejectionReason.CORRUPT,
        "the file is not the one that was announced: its SHA-256 differs; "
        "announce it again and upload it",
    ),
}
# Flaws that a decoder process may report; its parent finds the others.
FOUND_BY_DECODER = frozenset(Flaw) - {
    *(Flaw.EMPTY, Flaw.TOO_LARGE, Flaw.NO_FORMAT),
    *(Flaw.TOO_SLOW, Flaw.ENDS_DECODER, Flaw.NOT_AS_ANNOUNCED),
}


class RejectedError(Exception):
    """The file itself is at fault, which is recorded and never retried.

    Parameters
    ----------
    flaw
        What is wrong.
    limits
        The limits, if the message names them.
    **numbers
        The numbers that the message names.
    """

    def __init__(self, flaw: Flaw, limits: Limits | None = None, **numbers: float) -> None:
        wording = WORDINGS[flaw]
        self.flaw = flaw
        self.numbers = numbers
        self.reason = wording.reason
        self.message = wording.words.format(
            **numbers, limits=limits, counted=_counted(limits, numbers.get("frames", 0))
        )
        super().__init__(self.message)


def _counted(limits: Limits | None, frames: float) -> str:
    """Format a number of frames; counting stops above the limit."""
    return f"more than {limits.frames}" if limits and frames > limits.frames else f"{frames:g}"
