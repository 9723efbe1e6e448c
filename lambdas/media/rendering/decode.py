"""Opens and decodes files with Pillow; the only module that passes bytes to a decoder.

Pillow's global switches are set here and nowhere else: truncated files are never decoded, and its
pixel limit equals ours while a file is inspected.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from media.model.formats import ImageFormat
from media.model.limits import Limits
from media.model.rejection import Flaw, RejectedError
from media.parsing.frame_count import count_gif_frames, count_png_frames, count_tiff_pages
from media.parsing.jpeg import count_scans
from media.parsing.stated_size import stated_size
from media.parsing.tolerance import repair
from media.parsing.variants import is_whole_tiff, unsupported_variant
from media.rendering import libvips
from media.rendering.colour import scale_transparency
from media.rendering.heif import decode_heif
from media.rendering.plugins import load_plugin

ImageFile.LOAD_TRUNCATED_IMAGES = False

_PNG_DEPTH_AT = 24
# Programs write about ten scans; the format allows nearly a thousand.
_SCANS_MAX = 200
# What the decoders of Pillow and libheif raise on malformed bytes. MemoryError is not among them:
# the caller has set the limit, and decides.
_DECODER_FAULTS = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, RuntimeError),
    *(ArithmeticError, AttributeError, AssertionError, struct.error, zlib.error),
)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file: format, size in pixels as stored, number of frames."""

    format: ImageFormat
    width: int
    height: int
    frames: int


@contextmanager
def pillow_limited(limits: Limits) -> Iterator[None]:
    """Apply our pixel limit to Pillow, and silence its warnings, while files are decoded."""
    before = Image.MAX_IMAGE_PIXELS
    # Pillow raises above twice this for every size that it meets, even inside a frame.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        with warnings.catch_warnings():
            # They report oddities of the file; serious faults are exceptions.
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def open_image(
    data: bytes, image_format: ImageFormat, limits: Limits
) -> tuple[ImageFile.ImageFile, Header]:
    """Read the header and check it against the limits; no pixel is decoded.

    Parameters
    ----------
    data
        The whole file.
    image_format
        The format that its first bytes show.
    limits
        What it may require.

    Returns
    -------
    image, header
        The opened image, for `decode`, and its header.

    Raises
    ------
    RejectedError
        `corrupt`, `unsupported_format`, `too_many_pixels` or `too_many_frames`.
    """
    _check_before_opening(data, image_format, limits)
    load_plugin(image_format)
    try:
        image = Image.open(
            io.BytesIO(repair(data, image_format)), formats=(image_format.value.upper(),)
        )
        width, height = image.size
        frames = _count_frames(image, data, image_format, limits.frames + 1)
    except Image.DecompressionBombError:
        raise RejectedError(Flaw.MORE_PIXELS_INSIDE) from None
    except UnidentifiedImageError:
        if image_format is ImageFormat.TIFF and is_whole_tiff(data):
            raise RejectedError(Flaw.UNCOMMON_TIFF) from None
        raise RejectedError(Flaw.FOREIGN_HEADER) from None
    except _DECODER_FAULTS as fault:
        raise RejectedError(Flaw.BROKEN_HEADER) from fault
    header = Header(image_format, width, height, frames)
    _check(header, limits)
    return image, header


def _check_before_opening(data: bytes, image_format: ImageFormat, limits: Limits) -> None:
    """Reject what the bytes alone show, before Pillow sees them."""
    stated = stated_size(data, image_format)
    if stated is not None and stated[0] * stated[1] > limits.pixels:
        raise _too_many_pixels(*stated, limits)
    variant = unsupported_variant(data, image_format)
    if variant is not None:
        raise RejectedError(variant)
    if image_format is ImageFormat.JPEG and (scans := count_scans(data)) > _SCANS_MAX:
        raise RejectedError(Flaw.TOO_MANY_SCANS, scans=scans)


def decode(data: bytes, image: ImageFile.ImageFile, target: tuple[int, int]) -> Image.Image:
    """Decode the first frame.

    Parameters
    ----------
    data
        The whole file.
    image
        The image from `open_image`.
    target
        The largest width and height needed, in pixels before any rotation.

    Returns
    -------
    PIL.Image.Image
        At the size in the header, or already scaled to `target` if that is cheaper.

    Raises
    ------
    RejectedError
        `corrupt` if pixels are damaged or missing, `too_many_pixels` if there are more than the
        header states.
    """
    with decoding():
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            return libvips.decode_jpeg(data, image.size, target)
        if image.format == ImageFormat.HEIF.value.upper():
            return decode_heif(data, image, target)
        image.load()
    if isinstance(image, PngImagePlugin.PngImageFile):
        scale_transparency(image, data[_PNG_DEPTH_AT])
    return image


@contextmanager
def decoding() -> Iterator[None]:
    """Turn the exceptions that damaged pixels cause into a rejection."""
    try:
        yield
    except Image.DecompressionBombError:
        raise RejectedError(Flaw.MORE_PIXELS_INSIDE) from None
    except (libvips.VipsError, *_DECODER_FAULTS) as fault:
        raise RejectedError(Flaw.BROKEN_PIXELS) from fault


def _count_frames(
    image: ImageFile.ImageFile, data: bytes, image_format: ImageFormat, stop_at: int
) -> int:
    match image_format:
        case ImageFormat.GIF:
            return count_gif_frames(data, stop_at)
        case ImageFormat.PNG:
            return count_png_frames(data, stop_at)
        case ImageFormat.TIFF:
            return count_tiff_pages(data, stop_at)
        case ImageFormat.JPEG:
            # The further images of an MPO are other views or gain maps, not frames.
            return 1
        case _:
            return max(1, int(getattr(image, "n_frames", 1)))


def _check(header: Header, limits: Limits) -> None:
    pixels = header.width * header.height
    if pixels < 1:
        raise RejectedError(Flaw.NO_PIXELS)
    if pixels > limits.pixels:
        raise _too_many_pixels(header.width, header.height, limits)
    if header.frames > limits.frames or header.frames * pixels > limits.frame_pixels:
        raise RejectedError(
            Flaw.TOO_MANY_FRAMES,
            limits,
            frames=header.frames,
            width=header.width,
            height=header.height,
        )


def _too_many_pixels(width: int, height: int, limits: Limits) -> RejectedError:
    return RejectedError(Flaw.TOO_MANY_PIXELS, limits, width=width, height=height)
