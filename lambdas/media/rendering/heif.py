"""Decoding HEIC and HEIF past Pillow, which would copy every pixel twice on its way to libvips."""

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
        As Pillow opened it.
    target
        Width and height in pixels that will be needed at most.

    Returns
    -------
    PIL.Image.Image
        Scaled to `target` where it has three plain channels; else at its own size.
    """
    if image.mode != _PLAIN:
        image.load()
        return image
    heif = import_module("pillow_heif").open_heif(
        repair(data, ImageFormat.HEIF), convert_hdr_to_8bit=True
    )
    primary = heif[heif.primary_index]
    # What the header told of the size may change once the image is decoded.
    pixels = bytes(primary.data)
    return libvips.scale_pixels(pixels, _PLAIN, primary.size, target)
