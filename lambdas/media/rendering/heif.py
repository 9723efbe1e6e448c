"""Decodes HEIC and HEIF without Pillow, which would copy every pixel twice before libvips."""

from importlib import import_module

from PIL import Image, ImageFile

from media.model.formats import ImageFormat
from media.parsing.tolerance import repair
from media.rendering import libvips

_PLAIN = "RGB"


def decode_heif(data: bytes, image: ImageFile.ImageFile, target: tuple[int, int]) -> Image.Image:
    """Decode the primary image.

    Parameters
    ----------
    data
        The whole file.
    image
        The image as Pillow opened it.
    target
        The largest width and height needed, in pixels.

    Returns
    -------
    PIL.Image.Image
        Scaled to `target` if it is plain RGB, otherwise at its own size.
    """
    if image.mode != _PLAIN:
        image.load()
        return image
    heif = import_module("pillow_heif").open_heif(
        repair(data, ImageFormat.HEIF), convert_hdr_to_8bit=True
    )
    primary = heif[heif.primary_index]
    # Decoding may correct the size from the header.
    pixels = bytes(primary.data)
    return libvips.scale_pixels(pixels, _PLAIN, primary.size, target)
