"""From bytes to an image: header, limits, decoding, orientation, colour, renditions, metadata."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageFile

from media.formats import ImageFormat
from media.images import ExifValue, Location, RejectionReason
from media.inspection.colour import ColourSpace, convert_to_srgb, reduce_to_eight_bits
from media.inspection.decoder import Header, decode, decoding, open_image, pillow_guarded
from media.inspection.duration import duration_ms
from media.inspection.exif import ExifBlock, read_exif
from media.inspection.geometry import place
from media.inspection.metadata import allowed_metadata, location, orientation_tag
from media.inspection.orientation import transposition, upright_size
from media.inspection.rejection import RejectedError
from media.inspection.renditions import Rendition, draw, encode_all
from media.inspection.scaling import resize
from media.inspection.signatures import identify_format
from media.inspection.specs import RenditionSpec
from media.inspection.thumbhash import average_colour, thumbhash
from media.limits import Limits


@dataclass(frozen=True, slots=True)
class InspectedImage:
    """What a good file is: size in pixels after orientation, metadata, renditions, previews."""

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
    """Check a file and make of it all that the store keeps.

    Parameters
    ----------
    data
        The whole file.
    limits
        What it may ask for; checked on the header, before any pixel is decoded.
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
    check_size(len(data), limits)
    image_format = identify_format(data)
    if image_format is None:
        accepted = ", ".join(f.value.upper() for f in ImageFormat)
        raise RejectedError(
            RejectionReason.UNSUPPORTED_FORMAT,
            f"the bytes are none of the accepted formats: send one of {accepted}",
        )
    with pillow_guarded(limits):
        image, header = open_image(data, image_format, limits)
        with image:
            return _make(data, image, header, specs)


def check_size(size: int, limits: Limits) -> None:
    """Check a file's size in bytes, which needs none of its content.

    Raises
    ------
    RejectedError
        `empty` or `too_large`.
    """
    if size == 0:
        raise RejectedError(RejectionReason.EMPTY, "the file has no bytes: send it again")
    if size > limits.upload_bytes:
        raise RejectedError(
            RejectionReason.TOO_LARGE,
            f"the file has more than {limits.upload_bytes} bytes: send a smaller one",
        )


def _make(
    data: bytes, image: ImageFile.ImageFile, header: Header, specs: Sequence[RenditionSpec]
) -> InspectedImage:
    space = ColourSpace.of(image.info)
    turn = _turn(_read_exif(data, image, header.format), header)
    decoded = decode(data, image, _largest_as_stored(header, turn, specs))
    # A PNG may keep its EXIF behind the pixels, so it is known only once they are decoded.
    exif = _read_exif(data, image, header.format)
    turn = _turn(exif, header)
    width, height = size = upright_size((header.width, header.height), turn)
    picture = _upright_srgb(decoded, _largest_as_stored(header, turn, specs), turn, space)
    pictures = draw(picture, size, specs)
    sha256 = hashlib.sha256(data).hexdigest()
    renditions = encode_all(pictures, specs, sha256)
    smallest = resize(picture, min(place(size, spec).scaled for spec in specs))
    return InspectedImage(
        sha256=sha256,
        format=header.format,
        width=width,
        height=height,
        frames=header.frames,
        duration_ms=duration_ms(data, header.format) if header.frames > 1 else None,
        exif=allowed_metadata(exif),
        gps=location(exif),
        placeholder=base64.b64encode(thumbhash(smallest)).decode(),
        average_colour=average_colour(smallest),
        renditions=renditions,
    )


def _turn(exif: ExifBlock, header: Header) -> Image.Transpose | None:
    return transposition(orientation_tag(exif), header.format)


def _largest_as_stored(
    header: Header, turn: Image.Transpose | None, specs: Sequence[RenditionSpec]
) -> tuple[int, int]:
    """Tell the largest size that any rendition is drawn from, before the picture is turned."""
    size = upright_size((header.width, header.height), turn)
    return upright_size(max(place(size, spec).scaled for spec in specs), turn)


def _upright_srgb(
    decoded: Image.Image,
    size: tuple[int, int],
    turn: Image.Transpose | None,
    space: ColourSpace,
) -> Image.Image:
    """Scale to the largest size that is needed, then turn and convert, where that costs least."""
    # Only here a missing palette or a wrong number of colours comes to light.
    with decoding():
        eight_bits = reduce_to_eight_bits(decoded)
    picture = resize(eight_bits, size)
    if turn is not None:
        picture = picture.transpose(turn)
    return convert_to_srgb(picture, space)


def _read_exif(data: bytes, image: Image.Image, image_format: ImageFormat) -> ExifBlock:
    # A TIFF file is itself the structure that EXIF borrowed.
    block = data if image_format is ImageFormat.TIFF else image.info.get("exif")
    return read_exif(block if isinstance(block, bytes) else None)
