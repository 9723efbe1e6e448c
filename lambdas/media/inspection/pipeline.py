"""From bytes to an image: header, limits, decoding, orientation, colour, renditions, metadata."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageFile

from media.model.formats import ImageFormat
from media.model.images import ExifValue, Location
from media.model.limits import Limits
from media.model.rejection import Flaw, RejectedError
from media.parsing.duration import duration_ms
from media.parsing.exif import ExifBlock, read_exif
from media.parsing.metadata import allowed_metadata, location, orientation_tag
from media.parsing.orientation import transposition, upright_size
from media.parsing.signatures import identify_format
from media.rendering.colour import ColourSpace, convert_to_srgb, reduce_to_eight_bits
from media.rendering.decode import Header, decode, decoding, open_image, pillow_limited
from media.rendering.encode import Rendition, draw, encode_all, name_rendition
from media.rendering.geometry import place
from media.rendering.scale import resize
from media.rendering.specs import RenditionSpec
from media.rendering.thumbhash import average_colour, thumbhash


@dataclass(frozen=True, slots=True)
class Findings:
    """What only decoding can find: size in pixels after orientation, metadata, encoded images.

    The images are in the order of the requested renditions.
    """

    width: int
    height: int
    frames: int
    duration_ms: int | None
    exif: Mapping[str, ExifValue]
    gps: Location | None
    placeholder: str
    average_colour: str
    images: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class InspectedImage:
    """What a valid file holds: size in pixels after orientation, metadata, renditions, previews."""

    sha256: str
    format: ImageFormat
    width: int
    height: int
    frames: int
    duration_ms: int | None
    exif: Mapping[str, ExifValue]
    gps: Location | None
    placeholder: str
    average_colour: str
    renditions: tuple[Rendition, ...]


def inspect_image(data: bytes, limits: Limits, specs: Sequence[RenditionSpec]) -> InspectedImage:
    """Check a file, make its renditions and read its metadata.

    Parameters
    ----------
    data
        The whole file.
    limits
        What it may require; checked on the header, before any pixel is decoded.
    specs
        The renditions to make, at least one.

    Returns
    -------
    InspectedImage
        The renditions in the order of `specs`.

    Raises
    ------
    RejectedError
        If the file itself is at fault.
    """
    image_format = check_bytes(data, limits)
    return describe(data, image_format, examine(data, image_format, limits, specs), specs)


def check_bytes(data: bytes, limits: Limits) -> ImageFormat:
    """Check size and signature, which needs no decoder, and return the format.

    Raises
    ------
    RejectedError
        `empty`, `too_large` or `unsupported_format`.
    """
    check_size(len(data), limits)
    image_format = identify_format(data)
    if image_format is None:
        raise RejectedError(Flaw.NO_FORMAT)
    return image_format


def examine(
    data: bytes, image_format: ImageFormat, limits: Limits, specs: Sequence[RenditionSpec]
) -> Findings:
    """Decode a file, as `inspect_image` does; its format is known and its bytes are checked."""
    with pillow_limited(limits):
        image, header = open_image(data, image_format, limits)
        with image:
            return _make(data, image, header, specs)


def describe(
    data: bytes, image_format: ImageFormat, findings: Findings, specs: Sequence[RenditionSpec]
) -> InspectedImage:
    """Complete the findings with the format, the checksum and the names of the renditions."""
    sha256 = hashlib.sha256(data).hexdigest()
    size = (findings.width, findings.height)
    return InspectedImage(
        sha256=sha256,
        format=image_format,
        width=findings.width,
        height=findings.height,
        frames=findings.frames,
        duration_ms=findings.duration_ms,
        exif=findings.exif,
        gps=findings.gps,
        placeholder=findings.placeholder,
        average_colour=findings.average_colour,
        renditions=tuple(
            name_rendition(encoded, spec, size, sha256)
            for encoded, spec in zip(findings.images, specs, strict=True)
        ),
    )


def check_size(size: int, limits: Limits) -> None:
    """Check a file's size in bytes, which needs no content.

    Raises
    ------
    RejectedError
        `empty` or `too_large`.
    """
    if size == 0:
        raise RejectedError(Flaw.EMPTY)
    if size > limits.upload_bytes:
        raise RejectedError(Flaw.TOO_LARGE, limits)


def _make(
    data: bytes, image: ImageFile.ImageFile, header: Header, specs: Sequence[RenditionSpec]
) -> Findings:
    space = ColourSpace.of(image.info)
    turn = _turn(_read_exif(data, image, header.format), header)
    decoded = decode(data, image, _largest_as_stored(header, turn, specs))
    # A PNG may store its EXIF after the pixels, so it is known only once they are decoded.
    exif = _read_exif(data, image, header.format)
    turn = _turn(exif, header)
    width, height = size = upright_size((header.width, header.height), turn)
    upright = _upright_srgb(decoded, _largest_as_stored(header, turn, specs), turn, space)
    drawn = draw(upright, size, specs)
    encoded = encode_all(drawn, specs)
    smallest = resize(upright, min(place(size, spec).scaled for spec in specs))
    return Findings(
        width=width,
        height=height,
        frames=header.frames,
        duration_ms=duration_ms(data, header.format) if header.frames > 1 else None,
        exif=allowed_metadata(exif),
        gps=location(exif),
        placeholder=base64.b64encode(thumbhash(smallest)).decode(),
        average_colour=average_colour(smallest),
        images=encoded,
    )


def _turn(exif: ExifBlock, header: Header) -> Image.Transpose | None:
    return transposition(orientation_tag(exif), header.format)


def _largest_as_stored(
    header: Header, turn: Image.Transpose | None, specs: Sequence[RenditionSpec]
) -> tuple[int, int]:
    """Return the largest size that any rendition needs, before the image is rotated."""
    size = upright_size((header.width, header.height), turn)
    return upright_size(max(place(size, spec).scaled for spec in specs), turn)


def _upright_srgb(
    decoded: Image.Image,
    size: tuple[int, int],
    turn: Image.Transpose | None,
    space: ColourSpace,
) -> Image.Image:
    """Scale to the largest size needed, then rotate and convert: the cheapest order."""
    # A missing palette or a wrong number of colours shows only here.
    with decoding():
        eight_bits = reduce_to_eight_bits(decoded)
    scaled = resize(eight_bits, size)
    if turn is not None:
        scaled = scaled.transpose(turn)
    return convert_to_srgb(scaled, space)


def _read_exif(data: bytes, image: Image.Image, image_format: ImageFormat) -> ExifBlock:
    # A TIFF file is itself the structure that EXIF borrowed.
    block = data if image_format is ImageFormat.TIFF else image.info.get("exif")
    return read_exif(block if isinstance(block, bytes) else None)
